"""The one place that knows what stands behind each port; everything is built here and passed in.

Rooms are imported where they are used, so that a command pays only for what it needs.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from platform import node
from typing import TYPE_CHECKING

from fanbot.errors import AdapterError, StoreError
from fanbot.ports.platform import AdapterSpec, Capabilities, Opening, Platform
from fanbot.ports.rendering import Rendering
from fanbot.ports.workspace import Snapshot
from fanbot.scheduling.clock import SystemClock

if TYPE_CHECKING:
    from fanbot.bus.embedded import EmbeddedBus
    from fanbot.plugins.registry import Found
    from fanbot.services.desk import Desk
    from fanbot.services.engine import Engine
    from fanbot.services.examination import Check
    from fanbot.services.oracle import Oracle
    from fanbot.services.outbox import Outbox
    from fanbot.services.supervisor import Supervisor
    from fanbot.services.workshop import Workshop
    from fanbot.storage import SqlStore
    from fanbot.workspace.folder import FolderWorkspace

_REFRESH, _TEND, _MEASURE = 1.0, 30.0, 60.0
"""Seconds between looks at the folder, at the desk's timers, and at how long replies take."""
_MAIN = "main"


def clock() -> SystemClock:
    """Return the real clock."""
    return SystemClock()


def open_workspace(folder: Path) -> "FolderWorkspace":
    """Open a creator's folder; raises WorkspaceError with every problem in its settings."""
    from fanbot.rendering.check import check
    from fanbot.rendering.texts import built_in_texts, text_faults
    from fanbot.rendering.wording import promotional
    from fanbot.services.publishing import publication_check
    from fanbot.workspace import folder as folders

    return folders.open_workspace(
        folder,
        environment=os.environ,
        today=lambda: datetime.now().astimezone().date(),
        check=publication_check(check),
        promotional=promotional,
        text_faults=partial(text_faults, built_in=built_in_texts()),
    )


def rendering(snapshot: Snapshot) -> Rendering:
    """Build the words for one state of the workspace."""
    from fanbot.rendering.renderer import Renderer
    from fanbot.rendering.texts import Texts, built_in_texts

    language = snapshot.settings.language
    return Renderer(
        facts=snapshot.facts,
        events=snapshot.events,
        texts=Texts(built_in_texts(), own=snapshot.texts, language=language),
        help_lines=snapshot.help_lines,
        language=language,
        timezone=snapshot.settings.timezone,
        clock=clock(),
    )


def _workshop(workspace: "FolderWorkspace", capabilities: Mapping[str, Capabilities]) -> "Workshop":
    from fanbot.services.workshop import Workshop
    from fanbot.understanding.reader import NgramUnderstanding

    return Workshop(
        workspace=workspace,
        understanding=NgramUnderstanding(),
        words=rendering,
        capabilities=capabilities,
        clock=clock(),
    )


@asynccontextmanager
async def opened_store(workspace: "FolderWorkspace") -> AsyncIterator["SqlStore"]:
    """Open the workspace's store and close it again."""
    from fanbot.storage import open_store

    settings = workspace.snapshot.settings
    store = await open_store(settings.store_url, settings=settings.signal, now=clock().now)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def opened_desk(workspace: "FolderWorkspace") -> AsyncIterator["Desk"]:
    """Open the human queue, beside a running fanbot or without one."""
    from fanbot.services.desk import Desk
    from fanbot.services.phrasebook import Phrasebook

    snapshot = workspace.snapshot
    async with opened_store(workspace) as store:
        yield Desk(
            store=store.desk,
            phrasebook=Phrasebook(rendering(snapshot), snapshot.team.creator),
            team=snapshot.team,
            clock=clock(),
            capabilities=_known_capabilities(workspace),
        )


@asynccontextmanager
async def opened_oracle(workspace: "FolderWorkspace") -> AsyncIterator["Oracle"]:
    """Open what foresees decisions; it touches no store."""
    from fanbot.services.oracle import Oracle

    workshop = _workshop(workspace, {})
    await workshop.open()
    yield Oracle(workshop.understanding, workshop.judge, clock())


@dataclass(frozen=True, slots=True)
class Machine:
    """Everything between the adapters and the store, built and not yet running."""

    store: "SqlStore"
    workshop: "Workshop"
    bus: "EmbeddedBus"
    engine: "Engine"
    outbox: "Outbox"


@asynccontextmanager
async def assembled(
    workspace: "FolderWorkspace",
    platforms: Mapping[str, Platform],
    capabilities: Mapping[str, Capabilities],
) -> AsyncIterator[Machine]:
    """Build the machine around these platforms; learning goes on while the store opens."""
    from fanbot.bus.embedded import EmbeddedBus
    from fanbot.services.engine import Engine
    from fanbot.services.outbox import Outbox

    workshop = _workshop(workspace, capabilities)
    time = clock()
    async with opened_store(workspace) as store:
        await workshop.open()
        bus = EmbeddedBus(inbox=store.inbox, clock=time)
        outbox = Outbox(store=store.outbox, platforms=platforms, capabilities=capabilities, clock=time)
        engine = Engine(
            bus=bus,
            journal=store.journal,
            understanding=workshop.understanding,
            judge=lambda: workshop.judge,
            deliver=outbox.deliver,
            clock=time,
        )
        yield Machine(store, workshop, bus, engine, outbox)


@asynccontextmanager
async def running(
    workspace: "FolderWorkspace", *, only: Sequence[str] = (), receipts: bool = False
) -> AsyncIterator["Supervisor"]:
    """Build everything that runs; ``only`` names adapters, empty for all that have a section."""
    from fanbot.plugins.registry import Found, open_adapter
    from fanbot.services.supervisor import Supervisor

    enabled = _enabled(workspace, only)
    capabilities = {name: spec.capabilities for name, (spec, _) in enabled.items()}
    platforms = {
        name: open_adapter(Found(spec.name, spec), replace(opening, receipts=receipts))
        for name, (spec, opening) in enabled.items()
    }
    async with assembled(workspace, platforms, capabilities) as machine:
        yield Supervisor(
            store=machine.store,
            bus=machine.bus,
            engine=machine.engine,
            outbox=machine.outbox,
            platforms=platforms,
            capabilities=capabilities,
            finite=frozenset(name for name, (spec, _) in enabled.items() if spec.finite),
            clock=clock(),
            holder=f"process {os.getpid()} on {node()}",
            chores=_chores(machine),
        )


def _chores(machine: Machine) -> Callable[[], Awaitable[None]]:
    from fanbot.scheduling.chores import Chore, keep_up

    async def tend() -> None:
        await machine.store.desk.tend(now=clock().now())

    async def measure() -> None:
        await machine.workshop.measure(machine.store.desk)

    chores = (
        Chore("read the workspace", _REFRESH, machine.workshop.refresh),
        Chore("tend the desk", _TEND, tend),
        Chore("measure waiting times", _MEASURE, measure),
    )
    return lambda: keep_up(chores)


def _found() -> Mapping[str, "Found"]:
    from fanbot.plugins.registry import find_adapters

    return find_adapters()


def _enabled(workspace: "FolderWorkspace", only: Sequence[str]) -> Mapping[str, tuple[AdapterSpec, Opening]]:
    """Return the spec and the opening of every account; raises AdapterError when there is none."""
    found = _found()
    sections = workspace.snapshot.settings.adapters
    enabled: dict[str, tuple[AdapterSpec, Opening]] = {}
    for name in only or sections:
        spec = found[name].spec if name in found else None
        if spec is None:
            known = ", ".join(sorted(found))
            remedy = found[name].remedy if name in found else f"Installed: {known}."
            raise AdapterError(f"There is no adapter {name!r} to start; nothing was started. {remedy}")
        for account, settings in _accounts(sections.get(name, {})):
            enabled[f"{name}/{account}"] = (spec, Opening(account, settings))
    if not enabled:
        raise AdapterError(
            "No adapter is enabled, so there is nobody to listen to. Add a section such as "
            "[adapters.telegram] to config/fanbot.toml, or try: fanbot run --only stdio"
        )
    return enabled


def _known_capabilities(workspace: "FolderWorkspace") -> Mapping[str, Capabilities]:
    """Say what each enabled account's platform can do, without opening any."""
    found = _found()
    return {
        f"{name}/{account}": spec.capabilities
        for name, section in workspace.snapshot.settings.adapters.items()
        if name in found and (spec := found[name].spec) is not None
        for account, _ in _accounts(section)
    }


def _accounts(section: Mapping[str, object]) -> list[tuple[str, Mapping[str, object]]]:
    """Return the accounts of an adapter's section: itself as *main*, more under ``accounts``."""
    more = section.get("accounts")
    own = {key: value for key, value in section.items() if key != "accounts"}
    others = more.items() if isinstance(more, Mapping) else ()
    named = [(str(name), settings) for name, settings in others if isinstance(settings, Mapping)]
    return [(_MAIN, own), *named] if own or not named else named


async def examine(workspace: "FolderWorkspace") -> Sequence["Check"]:
    """Look at everything that a running fanbot needs, and say how to mend what is not right."""
    from fanbot.services import examination

    snapshot = workspace.snapshot
    checks = [*examination.of_workspace(snapshot, workspace.problems(), clock().now())]
    for name, found in sorted(_found().items()):
        enabled = name in snapshot.settings.adapters
        checks.append(
            examination.of_adapter(
                name, enabled=enabled, status=found.status.value, remedy=found.remedy, works=bool(found.spec)
            )
        )
    try:
        async with opened_store(workspace) as store:
            checks.extend(await examination.of_store(store))
    except StoreError as error:
        checks.append(examination.broken_store(error))
    return checks


async def back_up(workspace: "FolderWorkspace", folder: Path, target: Path) -> None:
    """Put workspace and store into one file, also beside a running fanbot."""
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
    from fanbot.workspace.bundle import aside, move_aside, move_store_aside, unpack

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
