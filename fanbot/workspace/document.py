"""A parsed file that remembers on which line each of its values stands."""

from collections.abc import Mapping
from dataclasses import dataclass

from fanbot.domain.templates import Problem

Path = tuple[str | int, ...]
"""The way to a value: table and key names, and positions in lists."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was found. A ``secret`` one is never repeated in a problem."""

    file: str
    line: int | None = None
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data with a place for each of its paths; ``sign`` stands between a key and its value."""

    file: str
    data: Mapping[str, object]
    places: Mapping[Path, Place]
    sign: str = " = "

    def place(self, path: Path) -> Place:
        """Find the place of a value, or of the nearest thing around it."""
        for length in range(len(path), 0, -1):
            if found := self.places.get(path[:length]):
                return found
        return Place(self.file)

    def problem(self, path: Path, *, found: str, expected: str, example: str = "") -> Problem:
        """Say what is wrong with the value at this path."""
        place = self.place(path)
        return Problem(place.file, found, expected, place.line, example)
