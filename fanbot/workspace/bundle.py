"""A backup in one file: the workspace's own files, a copy of the store and what fans sent, in and out."""

import json
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from fanbot.errors import WorkspaceError

_MANIFEST = "fanbot-backup.json"
_STORE = "store.db"
_FOLDERS = ("config", "templates", "texts")
_SECRET = "secrets.toml"  # noqa: S105 - the name of a file
_FORMAT = 1
_JOURNALS = ("-wal", "-shm", "-journal")
_KEPT = re.compile(r"files/([0-9a-f]{32})", re.ASCII)
"""A file that a fan sent, by its id."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself."""

    made_at: datetime
    fanbot: str


def kept_files(folder: Path) -> Path:
    """Return where in a workspace the files are that fans sent."""
    return folder / "data" / "files"


def pack(folder: Path, *, store: Path, target: Path, manifest: Manifest) -> None:
    """Write a backup; secrets stay out of it. Raises WorkspaceError when the target exists."""
    if target.exists():
        raise WorkspaceError(f"{target} exists already; nothing was written. Choose another name.")
    unfinished = target.with_name(f".{target.name}.unfinished")
    told = {"format": _FORMAT, "made_at": manifest.made_at.isoformat(), "fanbot": manifest.fanbot}
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundle:
            bundle.writestr(_MANIFEST, json.dumps(told))
            bundle.write(store, _STORE)
            for file in _files(folder):
                bundle.write(file, f"workspace/{file.relative_to(folder).as_posix()}")
            for file in sorted(kept_files(folder).glob("*")):
                if _KEPT.fullmatch(f"files/{file.name}"):
                    _pack_kept(bundle, file)
        unfinished.chmod(0o600)
        unfinished.rename(target)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise WorkspaceError(
            f"The backup could not be written ({error.strerror}); no file was left behind. "
            "Check the free space and the folder's permissions."
        ) from error


def _pack_kept(bundle: zipfile.ZipFile, file: Path) -> None:
    """Put in a file that a fan sent, unless it was erased a moment ago; it is compressed already."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return
    bundle.writestr(f"files/{file.name}", content, compress_type=zipfile.ZIP_STORED)


def unpack(bundle: Path, *, folder: Path, store: Path) -> Manifest:
    """Put a backup's files into an empty place; raises WorkspaceError for a file that is not one."""
    try:
        with zipfile.ZipFile(bundle) as archive:
            manifest = _manifest(archive)
            if _STORE not in archive.namelist():
                raise WorkspaceError(f"{bundle} holds no store; nothing was changed.")
            members = [(name, _place(folder, name)) for name in archive.namelist() if "/" in name]
            damaged = archive.testzip()
            if damaged is not None:
                raise WorkspaceError(f"{bundle} is damaged at {damaged}; nothing was changed.")
            for name, place in members:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(archive.read(name))
                if _KEPT.fullmatch(name):
                    place.chmod(0o600)
            store.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(_STORE) as source, store.open("wb") as copy:
                while piece := source.read(1 << 20):
                    copy.write(piece)
    except (zipfile.BadZipFile, FileNotFoundError) as error:
        raise WorkspaceError(f"{bundle} is not a fanbot backup; nothing was changed.") from error
    return manifest


def _files(folder: Path) -> Iterator[Path]:
    for name in _FOLDERS:
        for file in sorted((folder / name).rglob("*")):
            if file.is_file() and not file.is_symlink() and file.name != _SECRET:
                yield file


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        told = json.loads(archive.read(_MANIFEST))
        if told["format"] > _FORMAT:
            raise WorkspaceError("This backup was made by a newer fanbot; nothing was changed.")
        return Manifest(datetime.fromisoformat(told["made_at"]), str(told["fanbot"]))
    except (KeyError, ValueError, TypeError) as error:
        raise WorkspaceError("This file is not a fanbot backup; nothing was changed.") from error


def _place(folder: Path, name: str) -> Path:
    """Return where a member goes; one that would leave the workspace is refused."""
    if kept := _KEPT.fullmatch(name):
        return kept_files(folder) / kept[1]
    parts = PurePosixPath(name).parts
    inside = parts[0] == "workspace" and len(parts) > 2 and parts[1] in _FOLDERS and ".." not in parts
    if not inside:
        raise WorkspaceError(
            f"The backup holds a file that is not a workspace's ({name}); nothing was changed."
        )
    return folder.joinpath(*parts[1:])


def aside(folder: Path, now: datetime) -> Path:
    """Name the folder for what a restoration finds in place."""
    return folder / f"before-restore-{now:%Y%m%dT%H%M%S}"


def move_aside(folder: Path, target: Path) -> None:
    """Move a workspace's files and its store into ``target``, which is made if there are any."""
    present = [folder / name for name in (*_FOLDERS, "data") if (folder / name).exists()]
    _move(present, target)
    secrets = target / "config" / _SECRET
    if secrets.exists():
        (folder / "config").mkdir(exist_ok=True)
        (folder / "config" / _SECRET).write_bytes(secrets.read_bytes())


def move_store_aside(store: Path, target: Path) -> None:
    """Move a store that is kept elsewhere, with its journals, which would spoil the one to come."""
    _move([file for file in (store, *(Path(f"{store}{end}") for end in _JOURNALS)) if file.exists()], target)


def _move(parts: Iterable[Path], target: Path) -> None:
    for part in parts:
        target.mkdir(parents=True, exist_ok=True)
        shutil.move(part, target / part.name)
