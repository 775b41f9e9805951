"""The last good value of a file, beside what is wrong with the file as it stands now."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from fanbot.domain.templates import Problem
from fanbot.workspace.files import Stamp, read_text
from fanbot.workspace.problems import Read, RefusedFileError, read_safely

T = TypeVar("T")

LARGEST = 256 * 1024
"""Bytes of a file of the team's; hand-written ones stay under a tenth of this."""
_WITHOUT = "Until then fanbot works without this file."


class Kept(Protocol):
    """A file that is kept, whatever it holds."""

    name: str
    problems: tuple[Problem, ...]

    def look(self, folder: Path, stamp: Stamp | None) -> None:
        """Read the file again if it changed."""
        ...


class LastGood(Generic[T]):
    """Keep one file's value; a file that is gone counts as ``missing``, a broken one as it was before."""

    def __init__(
        self,
        name: str,
        *,
        read: Callable[[str], Read[T]],
        missing: Read[T],
        zone: ZoneInfo,
        largest: int = LARGEST,
    ) -> None:
        self.name = name
        self._read = read
        self._missing = missing
        self._zone = zone
        self._largest = largest
        self._stamp: Stamp | None = None
        self._good_stamp: Stamp | None = None
        self.value: T = missing.value
        self.problems: tuple[Problem, ...] = missing.remarks

    def look(self, folder: Path, stamp: Stamp | None) -> None:
        """Read the file again if its stamp is another one; None means that there is no such file."""
        if stamp == self._stamp:
            return
        self._stamp = stamp
        if stamp is None:
            self._take(self._missing, None)
            return
        try:
            found = read_safely(
                lambda: self._read(read_text(folder, self.name, limit=self._largest)), file=self.name
            )
        except RefusedFileError as error:
            good = self._good_stamp
            kept = f"The version from {written_at(good, self._zone)} stays in use." if good else _WITHOUT
            self.problems = tuple(replace(problem, kept=kept) for problem in error.problems)
        else:
            self._take(found, stamp)

    def _take(self, found: Read[T], stamp: Stamp | None) -> None:
        self.value, self.problems, self._good_stamp = found.value, found.remarks, stamp


def written_at(stamp: Stamp, zone: ZoneInfo) -> str:
    """Say when a file was last written, by the clock of the workspace."""
    try:
        return f"{datetime.fromtimestamp(stamp.modified / 1e9, zone):%Y-%m-%d %H:%M}"
    except (OverflowError, OSError, ValueError):
        return "before"
