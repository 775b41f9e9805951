"""Files in one folder by their ids: whole and on the disk, or not there."""

import os
import re
import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from fanbot.errors import StoreUnavailableError, UnknownFileError

ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_RESERVE = 256 * 1024 * 1024
"""Bytes of the disk that are left to the store: files never take the place of words."""
_UNFINISHED = ".unfinished"
_STALE = 24 * 60 * 60.0
"""Seconds after which nobody is writing to an unfinished file any more."""
_FULL = "There is no room for this file on the disk. Nothing of it was kept. Free some space, then try again."


def free_bytes(folder: Path) -> int:
    """Return how many bytes the disk of a folder has left."""
    return shutil.disk_usage(folder).free


class Folder:
    """A folder that its owner alone can look into; made when the first file comes."""

    def __init__(
        self, place: Path, *, free: Callable[[Path], int] = free_bytes, reserve: int = _RESERVE
    ) -> None:
        """Keep files in ``place``, as long as ``reserve`` bytes of its disk stay free."""
        self._place = place
        self._free = free
        self._reserve = reserve

    def write(self, name: str, content: bytes) -> None:
        """Write a file so that it is whole after a crash, or not there; raises StoreUnavailableError."""
        unfinished = self._place / f".{name}.{secrets.token_hex(4)}{_UNFINISHED}"
        try:
            if not self._place.is_dir():
                self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
                _settle(self._place.parent)
            if self._free(self._place) < self._reserve + len(content):
                raise StoreUnavailableError(_FULL)
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(self._file(name))
            _settle(self._place)
        except OSError as error:
            for half in (unfinished, self._file(name)):
                with suppress(OSError):
                    half.unlink(missing_ok=True)
            raise StoreUnavailableError(
                f"A file could not be written ({error.strerror}). Nothing of it was kept. "
                "Look at the free space and the permissions of the folder for files."
            ) from error

    def has(self, name: str) -> bool:
        """Tell whether a file is there."""
        return self._file(name).is_file()

    def read(self, name: str) -> bytes:
        """Read a file; raises UnknownFileError when it is not there."""
        try:
            return self._file(name).read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise UnknownFileError("This file is not kept any more.") from error
        except OSError as error:
            raise StoreUnavailableError(f"A file cannot be read now ({error.strerror}).") from error

    def remove(self, name: str) -> None:
        """Take a file away, if it is there; raises StoreUnavailableError."""
        try:
            self._file(name).unlink(missing_ok=True)
            _settle(self._place)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            raise StoreUnavailableError(f"A file cannot be taken away now ({error.strerror}).") from error

    def tidy(self) -> None:
        """Take away what a crash left half written."""
        with suppress(OSError):
            for half in self._place.glob(f".*{_UNFINISHED}"):
                if half.stat().st_mtime < time.time() - _STALE:
                    half.unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        if not ID.fullmatch(name):
            raise UnknownFileError("No file has such a name.")
        return self._place / name


def _settle(folder: Path) -> None:
    """Make what was renamed or removed in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
