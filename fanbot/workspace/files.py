"""The files of a workspace: which there are, and the text of one of them, safely read."""

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fanbot.domain.templates import Problem
from fanbot.workspace.problems import RefusedFileError, printable

ROOMS: Mapping[str, str] = {"config": "", "templates": ".md", "texts": ".toml"}
"""The folders that are watched, with the ending of the files that count there."""

_ALLOWED_CONTROLS = frozenset("\t\n")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes whenever a file changes; times in nanoseconds since 1970."""

    modified: int
    changed: int
    size: int
    inode: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The rooms of a workspace and the stamps of its files, by names such as ``config/team.toml``."""

    rooms: frozenset[str]
    stamps: Mapping[str, Stamp]


def look_around(folder: Path) -> Listing:
    """Stamp every file that a workspace may hold, without reading any.

    Raises OSError when the folder, or a room that exists, cannot be listed.
    """
    rooms = frozenset(entry.name for entry in _entries(folder)) & ROOMS.keys()
    stamps = {
        f"{room}/{entry.name}": _stamp(entry)
        for room in sorted(rooms)
        for entry in _entries(folder / room)
        if entry.name.endswith(ROOMS[room]) and not entry.name.startswith((".", "#"))
    }
    return Listing(rooms, stamps)


def _entries(room: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(room) as entries:
        yield from entries


def _stamp(entry: os.DirEntry[str]) -> Stamp:
    try:
        found = entry.stat()
    except OSError:  # a link into nowhere: its own stamp still tells when it is mended
        found = entry.stat(follow_symlinks=False)
    return Stamp(found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)


def read_text(folder: Path, name: str, *, limit: int) -> str:
    """Read one file of the workspace as UTF-8, its line ends made plain.

    Raises RefusedFileError for a file that leads out of the folder, is no plain file, is longer
    than ``limit`` bytes, cannot be read, or is no clean text.
    """
    label = printable(name)
    if not (folder / name).resolve().is_relative_to(folder.resolve()):
        raise RefusedFileError(Problem(label, "a link that leads out of the workspace", "a file inside it"))
    try:
        raw = _read_bytes(folder / name, limit=limit)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RefusedFileError(
            Problem(label, f"a file that cannot be read ({reason})", "a file that fanbot may read")
        ) from error
    if raw is None:
        raise RefusedFileError(Problem(label, "something that is no plain file", "a text file"))
    if len(raw) > limit:
        expected = f"at most {limit // 1024} KB; move what is not needed elsewhere"
        raise RefusedFileError(Problem(label, f"more than {limit // 1024} KB", expected))
    return _decode(raw, label=label)


def _read_bytes(path: Path, *, limit: int) -> bytes | None:
    """Read up to one byte beyond the limit; None for a pipe, a device or a folder, without waiting."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return file.read(limit + 1)


def _decode(raw: bytes, *, label: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise RefusedFileError(
            Problem(label, f"the byte 0x{raw[error.start]:02x}", "text saved as UTF-8", line)
        ) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, line_text in enumerate(text.split("\n"), start=1):
        if not line_text.isprintable() and (found := _control(line_text)):
            raise RefusedFileError(
                Problem(label, f"the control character {found}", "text without control characters", number)
            )
    return text


def _control(line: str) -> str:
    """Name the first control character; other unprintable ones, such as joiners, belong to languages."""
    for letter in line:
        if letter not in _ALLOWED_CONTROLS and (letter < " " or "\x7f" <= letter <= "\x9f"):
            return f"U+{ord(letter):04X}"
    return ""
