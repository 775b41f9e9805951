"""The machine of the services' tests with a room for the team beside it, moved by hand."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from fanbot.domain.people import Team
from fanbot.ports.clock import Clock
from fanbot.ports.store import Store
from fanbot.services.desk import Desk
from fanbot.services.staff.cards import Setting
from fanbot.services.staff.door import Door
from fanbot.services.staff.keeper import MOST, Keeper
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.staff import MemoryRoom, StaffedPlatform, Thread
from fanbot.testing.troubles import TroubledStore
from fanbot.testing.workspace import FixedWorkspace

Waits = Callable[..., Awaitable[Thread]]
OpenRoom = Callable[..., Keeper]
HERE = "memory/main"


@pytest.fixture
def platform() -> StaffedPlatform:
    """Make the platform ``memory/main``, with a room for the team."""
    return StaffedPlatform()


@pytest.fixture
def room(platform: StaffedPlatform) -> Iterator[MemoryRoom]:
    """Return the room; whatever was handed to it was as its contract says."""
    yield platform.staff
    assert platform.staff.faults == []


@pytest.fixture
def setting(workspace: FixedWorkspace, desk: Desk) -> Setting:
    """Give everybody of the team an account called as they are; times are London's."""
    team: Team = workspace.snapshot.team
    people = tuple(replace(each, accounts=(f"memory:{each.name.lower()}",)) for each in team.people)
    return Setting(replace(team, people=people), ZoneInfo("Europe/London"), desk.suggestion)


@pytest.fixture
def open_room(
    room: MemoryRoom,
    store: TroubledStore,
    setting: Setting,
    clock: ManualClock,
    desk_on: Callable[[Store, Clock], Desk],
) -> OpenRoom:
    """Look after a room, as a fanbot that starts does."""

    def begin(
        on: Store | None = None,
        *,
        destination: str = HERE,
        of: MemoryRoom | None = None,
        most: int = MOST,
    ) -> Keeper:
        where = on or store
        desk = desk_on(where, clock)
        return Keeper(
            destination=destination,
            room=of or room,
            cards=where.cards,
            desk=lambda: desk,
            setting=lambda: setting,
            clock=clock,
            most=most,
        )

    return begin


@pytest.fixture
def keeper(open_room: OpenRoom) -> Keeper:
    """Look after the room of the test."""
    return open_room()


@pytest.fixture
def door(store: TroubledStore, desk: Desk, setting: Setting, clock: ManualClock) -> Door:
    """Open the team's door."""
    return Door(destination=HERE, cards=store.cards, desk=lambda: desk, setting=lambda: setting, clock=clock)


@pytest.fixture
def waits(
    hear: Callable[..., Awaitable[None]],
    keeper: Keeper,
    room: MemoryRoom,
    platform: StaffedPlatform,
    door: Door,
) -> Waits:
    """Have a fan write something for a person; return its thread, with the note to the fan forgotten."""

    async def written(
        text: str = "my parcel came broken", *, channel: str = "ada", message: str = "1"
    ) -> Thread:
        platform.team = door
        await hear(inbound(text, channel=channel, message=message))
        platform.sent.clear()
        await keeper.step()
        return room.about(text)

    return written


@pytest.fixture
def later(clock: ManualClock, keeper: Keeper) -> Callable[..., Awaitable[None]]:
    """Let time pass, and look at the room again."""

    async def pass_by(seconds: float = 1) -> None:
        clock.move(timedelta(seconds=seconds))
        await keeper.step()

    return pass_by
