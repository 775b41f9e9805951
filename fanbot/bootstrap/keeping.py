"""What looks after a workspace while or before it runs: examining, backing up, putting back, keys."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fanbot.bootstrap.accounts import installed, working_accounts
from fanbot.bootstrap.rooms import clock, open_workspace, opened_store
from fanbot.errors import StoreError
from fanbot.ports.workspace import Snapshot

if TYPE_CHECKING:
    from fanbot.domain.checks import Check
    from fanbot.workspace.folder import FolderWorkspace


async def examine(workspace: "FolderWorkspace") -> Sequence["Check"]:
    """Look at everything that a running fanbot needs, and say how to mend what is not right."""
    from fanbot.services import examination

    snapshot = workspace.snapshot
    checks = [*examination.of_workspace(snapshot, workspace.problems(), clock().now())]
    for name, found in sorted(installed().items()):
        enabled = name in snapshot.settings.adapters
        checks.append(
            examination.of_adapter(
                name, enabled=enabled, status=found.status.value, remedy=found.remedy, works=bool(found.spec)
            )
        )
    checks.extend(await _examined_accounts(workspace))
    try:
        async with opened_store(workspace) as store:
            checks.extend(await examination.of_store(store))
    except StoreError as error:
        checks.append(examination.broken_store(error))
    return checks


async def _examined_accounts(workspace: "FolderWorkspace") -> Sequence["Check"]:
    """Ask the platforms themselves; one that cannot be asked hides nothing of the others."""
    from fanbot.services import examination

    checks: list[Check] = []
    for name, (spec, opening) in working_accounts(workspace).items():
        if spec.examine is None:
            continue
        try:
            checks.extend(await spec.examine(opening))
        except Exception as error:  # noqa: BLE001 - a stranger's adapter may raise anything (G7)
            checks.append(examination.unasked(name, error))
    return checks


async def back_up(workspace: "FolderWorkspace", folder: Path, target: Path) -> None:
    """Put workspace, store and fans' files into one file, also beside a running fanbot."""
    from fanbot import __version__
    from fanbot.workspace.bundle import Manifest, pack

    manifest = Manifest(clock().now(), __version__)
    async with opened_store(workspace) as store:
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            copy = Path(scratch) / "store.db"
            await store.archive.backup(copy)
            await asyncio.to_thread(pack, folder, store=copy, target=target, manifest=manifest)


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What a restoration did: ``parked`` messages wait for a look, ``previous`` holds what was there."""

    backup_at: datetime
    parked: int
    previous: Path | None


async def restore(archive: Path, folder: Path) -> RestoreReport:
    """Put a backup in place; what was there is moved aside, never overwritten.

    The copy is made safe before anything is moved. Raises LeaseTakenError while a fanbot runs on the
    store that would be replaced, and StoreError for a backup whose store cannot be read.
    """
    from fanbot.workspace.bundle import aside, kept_files, move_aside, move_store_aside, unpack

    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        unpacked = Path(scratch)
        copy = unpacked / "store.db"
        manifest = await asyncio.to_thread(unpack, archive, folder=unpacked, store=copy)
        parked = await _made_safe(copy, backup_at=manifest.made_at)
        if (folder / "config").exists():
            await _must_rest(folder)
        previous = aside(folder, clock().now())
        move_aside(folder, previous)
        for part in ("config", "templates", "texts"):
            if (unpacked / part).exists():
                shutil.move(unpacked / part, folder / part)
        place = sqlite_place(open_workspace(folder).snapshot)
        move_store_aside(place, previous)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(copy, place)
        if kept_files(unpacked).exists():
            kept_files(folder).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(kept_files(unpacked), kept_files(folder))
            kept_files(folder).chmod(0o700)
    return RestoreReport(manifest.made_at, parked, previous if previous.exists() else None)


async def _made_safe(copy: Path, *, backup_at: datetime) -> int:
    """Park in a store's copy what was on its way; return how many messages that were."""
    from fanbot.domain.settings import SignalSettings
    from fanbot.storage import open_store

    store = await open_store(f"sqlite:///{copy}", settings=SignalSettings(), now=clock().now)
    try:
        return await store.archive.restored(backup_at=backup_at, now=clock().now())
    finally:
        await store.close()


async def _must_rest(folder: Path) -> None:
    """Raise LeaseTakenError when a fanbot runs on this workspace's store, which may itself be damaged."""
    from fanbot.storage.lease import FileGuard

    workspace = open_workspace(folder)
    place = sqlite_place(workspace.snapshot)
    guard = FileGuard(place)
    if not place.exists() or guard.take():
        guard.free()
        return
    async with opened_store(workspace) as store:
        await store.lease.acquire(holder="a restoration", now=clock().now())


def sqlite_place(snapshot: Snapshot) -> Path:
    """Return the file of a workspace's SQLite store; raises StoreError for another store."""
    from fanbot.storage.database import parsed, sqlite_file

    place = sqlite_file(parsed(snapshot.settings.store_url))
    if place is None:
        raise StoreError("A PostgreSQL store is put back with its own tools. Nothing was changed.")
    return place


def password_hash(password: str) -> str:
    """Hash a password for the console with argon2; takes a moment, on purpose."""
    from fanbot.console.passwords import hashed

    return hashed(password)


async def sign_everybody_out(workspace: "FolderWorkspace") -> int:
    """End all sign-ins of the team's page; return how many there were."""
    async with opened_store(workspace) as store:
        return await store.sessions.end_all()
