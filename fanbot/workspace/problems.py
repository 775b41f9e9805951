"""What a hand-edited file is refused with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from fanbot.domain.templates import Problem
from fanbot.errors import WorkspaceError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_KINDS: dict[type, str] = {type(None): "nothing", list: "a list", dict: "a table"}


class RefusedFileError(WorkspaceError):
    """A file of the workspace cannot be used as it stands."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Read(Generic[T_co]):
    """What a file says, with remarks on what was left out of it."""

    value: T_co
    remarks: tuple[Problem, ...] = ()


def read_safely(read: Callable[[], Read[T]], *, file: str) -> Read[T]:
    """Run a reader so that it can fail in one way only: RefusedFileError.

    What people put into a file is boundless, so a failure that nobody foresaw refuses the file
    instead of stopping everything else (G7).
    """
    try:
        return read()
    except RefusedFileError:
        raise
    except Exception as error:  # the outermost loop over files that anybody may edit
        kind = type(error).__name__
        raise RefusedFileError(
            Problem(file, f"something unforeseen ({kind})", "a file like the ones that `fanbot init` writes")
        ) from error


def shown(value: object) -> str:
    """Write a foreign value in a few characters, as an editor would recognise it.

    >>> shown("a" * 100)
    '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…"'
    >>> shown(True), shown([1, 2]), shown(None)
    ('true', 'a list', 'nothing')
    """
    if isinstance(value, str):
        return f'"{printable(value, limit=40)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal | date):
        return printable(str(value), limit=20)
    return next((name for kind, name in _KINDS.items() if isinstance(value, kind)), "something else")


def printable(text: str, *, limit: int = 80) -> str:
    r"""Cut a foreign text and make it safe to print.

    >>> printable("merch\x1b[2J\ud800.md")
    'merch\\x1b[2J\\ud800.md'
    """
    cut = text if len(text) <= limit else f"{text[:limit]}…"
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in cut
    )


def listed(words: Sequence[str]) -> str:
    """Write alternatives as a sentence does.

    >>> listed(["days", "hours", "minutes"])
    'days, hours or minutes'
    """
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
