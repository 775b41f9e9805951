"""Reads TOML, numbers kept exact, with the line of every key."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from fanbot.domain.templates import Problem
from fanbot.workspace.document import Document, Path, Place
from fanbot.workspace.problems import RefusedFileError

_PIECE = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|\n|[\w-]+|.',
    re.DOTALL,
)
_ERROR_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_FLOAT_LENGTH = 40


def read_toml(text: str, *, file: str, secret: bool = False) -> Document:
    """Parse TOML; floats become Decimal.

    Raises RefusedFileError with the line of the first mistake, and without any of the text.
    """
    try:
        data = tomllib.loads(text, parse_float=_exact)
    except (ValueError, RecursionError) as error:
        place = _ERROR_LINE.search(str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        raise RefusedFileError(
            Problem(file, "something that is not TOML", "one `key = value` a line", line, 'language = "en"')
        ) from error
    places = {path: Place(file, line, secret) for path, line in _lines(text)}
    return Document(file, data, places)


def _exact(text: str) -> Decimal:
    if len(text) > _FLOAT_LENGTH:
        raise ValueError("a number with too many digits")
    try:
        return Decimal(text)
    except ArithmeticError as error:
        raise ValueError("a number out of bounds") from error


def _lines(text: str) -> Iterator[tuple[Path, int]]:
    """Yield the path and line of each header and key of a text that is known to be TOML.

    What stands inside a list or an inline table is found on the line of its key.
    """
    section: Path = ()
    seen: Counter[Path] = Counter()
    for line, pieces in _statements(text):
        if pieces[0] == "[":
            table = pieces[1] != "["
            names = _names(pieces[1:] if table else pieces[2:], end="]")
            section = _within_lists(names, seen)
            if not table:
                section = (*section, seen[section])
                seen[section[:-1]] += 1
            yield section, line
        else:
            names = _names(pieces, end="=")
            for length in range(1, len(names) + 1):
                yield (*section, *names[:length]), line


def _within_lists(names: tuple[str, ...], seen: Counter[Path]) -> Path:
    """Step into the newest element of each list of tables on the way to the last name."""
    path: Path = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if position < len(names) - 1 and seen[path]:
            path = (*path, seen[path] - 1)
    return path


def _statements(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line and the pieces of each statement; a value may run over many lines."""
    line, first, depth = 1, 1, 0
    pieces: list[str] = []
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece == "\n" and depth == 0 and pieces:
            yield first, pieces
            pieces = []
        elif not piece.isspace() and not piece.startswith("#"):
            first = first if pieces else line
            pieces.append(piece)
            depth += (piece in "[{") - (piece in "]}")
        line += piece.count("\n")
    if pieces:
        yield first, pieces


def _names(pieces: list[str], *, end: str) -> tuple[str, ...]:
    names = pieces[: pieces.index(end)]
    return tuple(_unquoted(name) for name in names if name != ".")


def _unquoted(name: str) -> str:
    return str(tomllib.loads(f"name = {name}")["name"]) if name[0] in "\"'" else name
