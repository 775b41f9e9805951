"""A whole fanbot, ready to run."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from platform import node
from typing import TYPE_CHECKING

from fanbot.bootstrap.accounts import MAIN, Enabled, capabilities_of, enabled_accounts
from fanbot.bootstrap.faces import console_page, mounts, open_console, served_app
from fanbot.bootstrap.machine import Machine
from fanbot.bootstrap.machine import machine as built_machine
from fanbot.bootstrap.rooms import clock, opened_store
from fanbot.bootstrap.staff import board, doors
from fanbot.domain.people import Team
from fanbot.domain.settings import ConsoleSettings, ListenSettings
from fanbot.ports.platform import Platform
from fanbot.ports.staff import TeamDoor

if TYPE_CHECKING:
    from fanbot.services.supervisor import Supervisor
    from fanbot.storage import SqlStore
    from fanbot.workspace.folder import FolderWorkspace

_REFRESH, _TEND, _MEASURE, _SWEEP = 1.0, 30.0, 60.0, 600.0
"""Seconds between looks at the folder, at the desk's timers, at how long replies take, at lost files."""
_REMEMBERED = timedelta(days=2)
"""What the team did on a platform is remembered for longer than any platform delivers it again."""
_WEBCHAT = "webchat"


@asynccontextmanager
async def running(
    workspace: "FolderWorkspace", *, only: Sequence[str] = (), receipts: bool = False
) -> AsyncIterator["Supervisor"]:
    """Build everything that runs; ``only`` names adapters, empty for all that have a section.

    Without ``only`` the team's page is served as well, where what it takes is installed.
    """
    enabled = enabled_accounts(workspace, only)
    settings = workspace.snapshot.settings
    async with opened_store(workspace) as store, AsyncExitStack() as listeners:
        platforms = await _platforms(
            enabled, store, receipts=receipts, teams=doors(workspace, store, enabled)
        )
        machine = await built_machine(workspace, store, platforms, capabilities_of(enabled))
        apps = mounts(enabled, platforms)
        if apps:
            from fanbot.serving.listener import served
            from fanbot.serving.mounts import mounted

            await listeners.enter_async_context(served(mounted(apps), settings.web, name="web"))
        if not only:
            await open_console(listeners, workspace, machine)
        shown = board(workspace, store, enabled, platforms)
        yield replace(_supervisor(machine, enabled, platforms), board=shown.run)


@asynccontextmanager
async def trying(workspace: "FolderWorkspace", at: ListenSettings) -> AsyncIterator[tuple["Supervisor", str]]:
    """Build a fanbot to play with in a browser, on this computer alone; gives its address, too."""
    from fanbot.serving.demo import demo
    from fanbot.serving.listener import served

    enabled = enabled_accounts(workspace, [_WEBCHAT])
    async with opened_store(workspace) as store:
        platforms = await _platforms(enabled, store, receipts=False)
        machine = await built_machine(workspace, store, platforms, capabilities_of(enabled))
        console = console_page(
            workspace, machine, ConsoleSettings(at.host, at.port), open_as=_artist(workspace.snapshot.team)
        )
        page = demo(chat=served_app(platforms[f"{_WEBCHAT}/{MAIN}"]), console=console.app)
        async with served(page, at, name="demo", hush=console.hush) as address:
            yield _supervisor(machine, enabled, platforms), address


def _artist(team: Team) -> str:
    """Name the artist as the team does, so that replies are signed as theirs."""
    artists = (person.name for person in team.people if person.role == "artist")
    return next(artists, team.creator)


def _supervisor(machine: Machine, enabled: Enabled, platforms: Mapping[str, Platform]) -> "Supervisor":
    from fanbot.services.supervisor import Supervisor

    return Supervisor(
        store=machine.store,
        bus=machine.bus,
        engine=machine.engine,
        outbox=machine.outbox,
        platforms=platforms,
        capabilities=capabilities_of(enabled),
        finite=frozenset(name for name, (spec, _) in enabled.items() if spec.finite),
        clock=clock(),
        holder=f"process {os.getpid()} on {node()}",
        chores=_chores(machine),
    )


async def _platforms(
    enabled: Enabled, store: "SqlStore", *, receipts: bool, teams: Mapping[str, TeamDoor] = {}
) -> Mapping[str, Platform]:
    """Open every account; one that is reached over HTTP gets its key and its fans' conversations."""
    from fanbot.plugins.registry import Found, open_adapter

    platforms: dict[str, Platform] = {}
    for name, (spec, plain) in enabled.items():
        seen = store.recollection(platform=spec.name, account=plain.account)
        opening = replace(plain, receipts=receipts, recollection=seen, team=teams.get(name))
        if spec.mount:
            secret = await store.secrets.secret(f"adapter {name}")
            opening = replace(opening, secret=secret, correspondence=store.correspondence, files=store.files)
        platforms[name] = open_adapter(Found(spec.name, spec), opening)
    return platforms


def _chores(machine: Machine) -> Callable[[], Awaitable[None]]:
    from fanbot.scheduling.chores import Chore, keep_up

    async def tend() -> None:
        await machine.store.desk.tend(now=clock().now())

    async def measure() -> None:
        await machine.workshop.measure(machine.store.desk)

    async def sweep() -> None:
        await machine.store.files.sweep()

    async def forget() -> None:
        await machine.store.cards.forget_acts(before=clock().now() - _REMEMBERED)

    chores = (
        Chore("read the workspace", _REFRESH, machine.workshop.refresh),
        Chore("tend the desk", _TEND, tend),
        Chore("measure waiting times", _MEASURE, measure),
        Chore("sweep files that no message names", _SWEEP, sweep),
        Chore("forget what the team did", _SWEEP, forget),
    )
    return lambda: keep_up(chores)
