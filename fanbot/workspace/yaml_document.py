"""Reads the plain part of YAML (maps, lists, texts, numbers, days) with the line of every value."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from fanbot.domain.templates import Problem
from fanbot.workspace.document import Document, Path, Place
from fanbot.workspace.problems import RefusedFileError, printable

_DEEPEST = 12
_STANDARD = "tag:yaml.org,2002:"
_TRUE = frozenset({"true", "True", "TRUE"})
_CONVERTERS: dict[str, Callable[[str], object]] = {
    "int": int,
    "float": float,
    "timestamp": date.fromisoformat,
}


def read_yaml(text: str, *, file: str, first_line: int = 1) -> Document:
    """Parse YAML whose first line is ``first_line`` of the file; no text at all is an empty map.

    A number stays text where writing it again would change it (``0800``, ``7.50``), and so does a
    day with a time, because facts are said as they were written.
    Raises RefusedFileError for anything but plain values: aliases, tags, several documents.
    """
    reader = _Reader(file, first_line)
    node = reader.compose(text)
    if node is None:
        return Document(file, {}, {}, ": ")
    data = reader.plain(node, ())
    if not isinstance(data, dict):
        raise reader.refused(node, found="no map", expected="one `key: value` a line", example="topic: merch")
    return Document(file, data, reader.places, ": ")


class _Reader:
    def __init__(self, file: str, first_line: int) -> None:
        self._file = file
        self._first_line = first_line
        self._seen: set[int] = set()
        self.places: dict[Path, Place] = {}

    def compose(self, text: str) -> Node | None:
        """Turn the text into nodes, which know their lines and build nothing."""
        if line := _too_deep(text):
            raise RefusedFileError(self._nested(line - 1))
        yaml = YAML(typ="safe", pure=True)
        yaml.composer.warn_double_anchors = False
        try:
            node: Node | None = yaml.compose(text)
        except RecursionError as error:
            raise RefusedFileError(self._nested(0)) from error
        except (YAMLError, ValueError, OverflowError, AssertionError) as error:
            raise RefusedFileError(self._syntax(error)) from error
        return node

    def plain(self, node: Node, path: Path) -> object:
        """Turn a node into a plain value and note the places of all that it holds."""
        line = node.start_mark.line + self._first_line
        self.places.setdefault(path, Place(self._file, line))
        if id(node) in self._seen or node.anchor:
            raise self.refused(
                node, found="an anchor or alias (& or *)", expected="the value written out; a text in quotes"
            )
        self._seen.add(id(node))
        if len(path) > _DEEPEST:
            raise RefusedFileError(self._nested(node.start_mark.line))
        if isinstance(node, MappingNode):
            return dict(self._items(node, path))
        if isinstance(node, SequenceNode):
            return [self.plain(child, (*path, place)) for place, child in enumerate(node.value)]
        return self._scalar(node)

    def _items(self, node: MappingNode, path: Path) -> Iterator[tuple[str, object]]:
        if node.tag != f"{_STANDARD}map":
            raise self._tagged(node)
        names: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                raise self.refused(key, found="a key that is no word", expected="a word before the colon")
            name = key.value
            if name in names:
                again = f"`{printable(name)}` a second time"
                raise self.refused(key, found=again, expected="each key once")
            names.add(name)
            self.places[(*path, name)] = Place(self._file, key.start_mark.line + self._first_line)
            yield name, self.plain(value, (*path, name))

    def _scalar(self, node: Node) -> object:
        text = str(node.value)
        match str(node.tag).removeprefix(_STANDARD):
            case "str":
                return text
            case "null":
                return None
            case "bool":
                return text in _TRUE
            case "int" | "float" | "timestamp" as kind:
                return _exact(text, _CONVERTERS[kind])
        raise self._tagged(node)

    def _tagged(self, node: Node) -> RefusedFileError:
        found = f"the tag {printable(str(node.tag))}"
        return self.refused(node, found=found, expected="plain values; a text that starts with ! in quotes")

    def refused(self, node: Node, *, found: str, expected: str, example: str = "") -> RefusedFileError:
        """Refuse the file because of this node."""
        line = node.start_mark.line + self._first_line
        return RefusedFileError(Problem(self._file, found, expected, line, example))

    def _nested(self, line: int) -> Problem:
        return Problem(
            self._file, "too many levels inside each other", f"at most {_DEEPEST}", line + self._first_line
        )

    def _syntax(self, error: Exception) -> Problem:
        line, found = None, "something that is not YAML"
        if isinstance(error, MarkedYAMLError) and (mark := error.problem_mark or error.context_mark):
            line = mark.line + self._first_line
            found = f"{found} ({printable(str(error.problem))})"
        expected = "one `key: value` a line, and quotes around a text with `: ` or `#` in it"
        return Problem(self._file, found, expected, line, 'examples: ["where: is my order"]')


def _exact(text: str, convert: Callable[[str], object]) -> object:
    """Convert a text whose value is written just like it, and keep any other text."""
    with suppress(ValueError):
        value = convert(text)
        if str(value) == text:
            return value
    return text


def _too_deep(text: str) -> int:
    """Return the line on which brackets stand dangerously deep in each other, or 0.

    The parser's work grows with the square of the depth, so this is asked before it.
    """
    depth, line = 0, 1
    for letter in text:
        depth += (letter in "[{") - (letter in "]}")
        line += letter == "\n"
        if depth > _DEEPEST * 10:
            return line
    return 0
