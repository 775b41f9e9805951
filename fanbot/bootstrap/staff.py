"""The team's rooms on the platforms: a door for each account that can have one, and the board over all."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from fanbot.bootstrap.accounts import Enabled
from fanbot.bootstrap.rooms import clock, living_desk
from fanbot.ports.platform import Platform
from fanbot.ports.staff import StaffPlatform, StaffRoom, TeamDoor

if TYPE_CHECKING:
    from fanbot.services.desk import Desk
    from fanbot.services.staff.board import Board
    from fanbot.services.staff.cards import Setting
    from fanbot.storage import SqlStore
    from fanbot.workspace.folder import FolderWorkspace


def doors(workspace: "FolderWorkspace", store: "SqlStore", enabled: Enabled) -> Mapping[str, TeamDoor]:
    """Make the team's door of every account whose adapter can have a room."""
    from fanbot.services.staff.door import Door

    desk = living_desk(workspace, store)
    setting = _setting(workspace, desk)
    return {
        name: Door(destination=name, cards=store.cards, desk=desk, setting=setting, clock=clock())
        for name, (spec, _) in enabled.items()
        if spec.staff
    }


def board(
    workspace: "FolderWorkspace", store: "SqlStore", enabled: Enabled, platforms: Mapping[str, Platform]
) -> "Board":
    """Make what shows the queue in every room that an opened platform has."""
    from fanbot.services.staff.board import Board
    from fanbot.services.staff.keeper import Keeper

    desk = living_desk(workspace, store)
    setting = _setting(workspace, desk)
    rooms = {name: _room(name, platforms[name]) for name, (spec, _) in enabled.items() if spec.staff}
    return Board(
        [
            Keeper(destination=name, room=room, cards=store.cards, desk=desk, setting=setting, clock=clock())
            for name, room in rooms.items()
            if room is not None
        ]
    )


def _room(name: str, platform: Platform) -> StaffRoom | None:
    """Return the room of an account; an adapter that fails at saying so serves its fans all the same (G7)."""
    try:
        return cast("StaffPlatform", platform).staff
    except Exception as error:  # noqa: BLE001 - an adapter of a stranger may raise anything (G7)
        import structlog

        log = structlog.get_logger("fanbot.staff")
        log.warning("an account has no room for the team", adapter=name, error=type(error).__name__)
        return None


def _setting(workspace: "FolderWorkspace", desk: Callable[[], "Desk"]) -> Callable[[], "Setting"]:
    """Say at each call who is of the team, by which clock it reads times, and what templates suggest."""
    from fanbot.services.staff.cards import Setting

    def now() -> "Setting":
        snapshot = workspace.snapshot
        return Setting(snapshot.team, snapshot.settings.timezone, desk().suggestion)

    return now
