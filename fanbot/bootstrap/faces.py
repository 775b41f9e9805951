"""What is served over HTTP: to fans below their adapters' paths, and to the team."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from fanbot.bootstrap.accounts import MAIN, Enabled
from fanbot.bootstrap.machine import Machine
from fanbot.bootstrap.rooms import clock, living_desk
from fanbot.domain.settings import ConsoleSettings
from fanbot.errors import AddressTakenError
from fanbot.ports.platform import AdapterSpec, Opening, Platform
from fanbot.ports.web import App, WebPlatform

if TYPE_CHECKING:
    from fanbot.workspace.folder import FolderWorkspace


@dataclass(frozen=True, slots=True)
class Face:
    """The team's page; ``hush`` ends the streams of its open pages."""

    app: App
    hush: Callable[[], None]


def mounts(enabled: Enabled, platforms: Mapping[str, Platform]) -> Mapping[str, App]:
    """Return what fans reach over HTTP by its path; further accounts stand below their adapter's."""
    return {
        _path(spec, opening): app
        for name, (spec, opening) in enabled.items()
        if spec.mount and (app := cast("WebPlatform", platforms[name]).app) is not None
    }


def _path(spec: AdapterSpec, opening: Opening) -> str:
    return spec.mount if opening.account == MAIN else f"{spec.mount}-{opening.account}"


def served_app(platform: Platform) -> App:
    """Return what a platform serves that is always reached over HTTP."""
    return cast("App", cast("WebPlatform", platform).app)


async def open_console(listeners: AsyncExitStack, workspace: "FolderWorkspace", machine: Machine) -> None:
    """Serve the team's page; where that cannot be, fans are answered all the same."""
    import structlog

    from fanbot.serving.listener import served

    settings = workspace.snapshot.settings.console
    log = structlog.get_logger("fanbot.console")
    if not settings.password_hash:
        log.warning("the team's page stays closed: it has no password; make one with `fanbot password`")
        return
    try:
        console = console_page(workspace, machine, settings)
        await listeners.enter_async_context(
            served(console.app, settings.listen, name="console", hush=console.hush)
        )
    except ImportError as error:
        log.info(
            "the team's page is not installed", missing=error.name, remedy="pip install 'fanbot[console]'"
        )
    except AddressTakenError as error:
        log.warning("the team's page cannot be served; fans are answered all the same", error=str(error))


def console_page(
    workspace: "FolderWorkspace", machine: Machine, settings: ConsoleSettings, *, open_as: str = ""
) -> Face:
    """Build the team's page; ``open_as`` signs everybody in under that name, to play with."""
    from fanbot.console.app import console
    from fanbot.console.room import Room

    store = machine.store
    app = console(
        Room(
            desk=living_desk(workspace, store),
            store=store.desk,
            files=store.files,
            sessions=store.sessions,
            switches=store.switches,
            clock=clock(),
            password_hash=settings.password_hash,
            team=lambda: workspace.snapshot.team,
            problems=lambda: [str(problem) for problem in workspace.problems()],
            secure=settings.address.startswith("https:"),
            hosts=_hosts(settings),
            frame=bool(open_as),
            open_as=open_as,
            timezone=lambda: workspace.snapshot.settings.timezone,
        )
    )
    return Face(app, app.state.hush)


def _hosts(settings: ConsoleSettings) -> frozenset[str]:
    """Name what a browser may call the console, at any port; anything else is a trick with names."""
    return frozenset({"127.0.0.1", "localhost", "[::1]", settings.address.partition("://")[2]} - {""})
