"""From a fan's message over the team's room to the reply, with a fanbot that runs, dies and comes back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from fanbot.bootstrap import staff
from fanbot.errors import DeliveryError
from fanbot.ports.clock import Clock
from fanbot.ports.platform import AdapterSpec, Capabilities, Opening, Platform, Resend
from fanbot.ports.store import Store
from fanbot.services.desk import Desk
from fanbot.services.examination import of_store
from fanbot.services.staff.board import Board
from fanbot.services.staff.cards import Setting
from fanbot.services.staff.door import Door
from fanbot.services.staff.keeper import Keeper
from fanbot.services.supervisor import Supervisor
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.platform import MemoryPlatform
from fanbot.testing.staff import MemoryRoom, StaffedPlatform
from fanbot.testing.stores import records
from fanbot.testing.troubles import TroubledStore
from fanbot.testing.workspace import FixedWorkspace

if TYPE_CHECKING:
    from fanbot.bootstrap.accounts import Enabled
    from fanbot.workspace.folder import FolderWorkspace

Start = Callable[..., Supervisor]
DeskOn = Callable[[Store, Clock], Desk]
PATIENCE = 10.0


async def until(clock: ManualClock, holds: Callable[[], bool]) -> None:
    """Let time go by until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            clock.move(timedelta(seconds=1))
            await asyncio.sleep(0.005)


async def done(clock: ManualClock, act: Awaitable[object]) -> None:
    """Let time go by until an act is done: the door may wait a moment for a card that is being noted."""
    doing = asyncio.ensure_future(act)
    await until(clock, doing.done)
    doing.result()


@asynccontextmanager
async def running(
    supervisor: Supervisor, board: Callable[[], Awaitable[None]], clock: ManualClock
) -> AsyncIterator[None]:
    """Run a fanbot that shows its queue, and stop it."""
    stop = asyncio.Event()
    run = asyncio.create_task(replace(supervisor, board=board).run(stop))
    try:
        yield
    finally:
        stop.set()
        await until(clock, run.done)
        run.result()


async def test_a_fan_is_answered_from_the_room(
    start: Start, keeper: Keeper, door: Door, platform: StaffedPlatform, room: MemoryRoom, clock: ManualClock
) -> None:
    """The fan writes, somebody claims and replies in the room, the fan reads it, the thread is put away."""
    platform.team = door
    async with running(start(main=platform, endless=("main",)), Board([keeper]).run, clock):
        platform.feed(inbound("my parcel came broken"))
        await until(clock, lambda: bool(room.threads))
        thread = room.about("my parcel came broken")
        await done(clock, platform.press("sam", thread, "Claim"))
        await until(clock, lambda: "Sam has this." in thread.card.text)
        await done(clock, platform.answer("sam", thread, "A new one is on its way."))
        await until(clock, lambda: len(platform.sent) == 2)
        assert platform.sent[1].text.startswith("A new one is on its way.")
        await until(clock, lambda: thread.put_away)
    assert thread.lines[-1].startswith("Sam's reply has left: A new one is on its way.")
    assert len(room.threads) == 1


async def test_what_another_process_does_shows_in_the_room(
    start: Start,
    keeper: Keeper,
    platform: StaffedPlatform,
    clock: ManualClock,
    reopen: Callable[[], Awaitable[SqlStore]],
    desk_on: DeskOn,
) -> None:
    """A claim made with `fanbot queue` stands on the card, and a reply from there is told."""
    room = platform.staff
    async with running(start(main=platform, endless=("main",)), Board([keeper]).run, clock):
        platform.feed(inbound("my parcel came broken"))
        await until(clock, lambda: bool(room.threads))
        thread = room.about("my parcel came broken")
        other = await reopen()
        await desk_on(other, clock).claim(int(thread.card.key), who="Kim")
        await until(clock, lambda: "Kim has this." in thread.card.text)
        await desk_on(other, clock).reply(int(thread.card.key), "Hello!", who="Kim")
        await until(clock, lambda: any("Kim's reply has left: Hello!" in line for line in thread.lines))
        await other.close()


async def test_a_board_that_breaks_keeps_no_fan_waiting(
    start: Start, platform: StaffedPlatform, clock: ManualClock
) -> None:
    """Not even a fault in the board itself ends fanbot (G7)."""

    async def breaks() -> None:
        raise RuntimeError("a fault")

    async with running(start(main=platform, endless=("main",)), breaks, clock):
        await asyncio.sleep(0.05)
        platform.feed(inbound("do you have large"))
        await until(clock, lambda: len(platform.sent) == 1)


async def test_a_hanging_room_keeps_nobody_from_stopping(
    start: Start, keeper: Keeper, platform: StaffedPlatform, room: MemoryRoom, clock: ManualClock
) -> None:
    """What is under way there is given up, and looked at again at the next start."""
    room.hang()
    async with running(start(main=platform, endless=("main",)), Board([keeper]).run, clock):
        platform.feed(inbound("my parcel came broken"))
        await until(clock, lambda: bool(room.calls))
        await until(clock, lambda: len(platform.sent) == 1)
    assert room.threads == {}


async def test_a_room_beside_a_crowd_sees_every_item_once(
    start: Start,
    keeper: Keeper,
    door: Door,
    platform: StaffedPlatform,
    clock: ManualClock,
    store: TroubledStore,
) -> None:
    """Twenty fans at once, two people who race for everything: each item has one card and one answer."""
    platform.team, room = door, platform.staff
    async with running(start(main=platform, endless=("main",)), Board([keeper]).run, clock):
        for number in range(20):
            text = "my parcel came broken" if number % 2 else "my dog died"
            platform.feed(inbound(text, channel=f"fan{number}", message=str(number)))
        await until(clock, lambda: len(room.threads) == 20)
        threads = list(room.threads.values())
        for thread in threads:
            await asyncio.gather(*(platform.press(who, thread, "Claim") for who in ("sam", "kim")))
            await asyncio.gather(*(platform.answer(who, thread, f"From {who}.") for who in ("sam", "kim")))
        await until(clock, lambda: len(platform.sent) >= 40)
        await until(clock, lambda: all(thread.put_away for thread in threads))
    replies = [said for said in platform.sent if said.text.startswith("From")]
    assert len(replies) == len({said.address.channel for said in replies}) == 20
    assert len(room.threads) == 20
    assert room.faults == []
    made = [event["what"] for event in await records(store, "item-event")]
    assert (made.count("claimed"), made.count("answered")) == (20, 20)


async def test_every_account_that_can_have_a_room_gets_a_door_and_its_room_a_keeper(
    store: TroubledStore, workspace: FixedWorkspace, setting: Setting
) -> None:
    """Also where one adapter fails at saying whether it has a room (G7)."""

    class Broken(MemoryPlatform):
        @property
        def staff(self) -> MemoryRoom:
            raise KeyError("staff")

    workspace.change(replace(workspace.snapshot, team=setting.team))
    workspace.refresh()
    platforms: Mapping[str, Platform] = {
        "memory/main": StaffedPlatform(),
        "memory/broken": Broken(),
        "plain/main": MemoryPlatform(),
    }

    def spec(name: str, *, staff: bool) -> AdapterSpec:
        return AdapterSpec(name, "", Capabilities(Resend.NEVER), lambda _: MemoryPlatform(), staff=staff)

    enabled: Enabled = {
        name: (
            spec(name.partition("/")[0], staff=name.startswith("memory")),
            Opening(name.partition("/")[2], {}),
        )
        for name in platforms
    }
    folder, sql = cast("FolderWorkspace", workspace), cast("SqlStore", store)
    assert sorted(staff.doors(folder, sql, enabled)) == ["memory/broken", "memory/main"]
    assert len(staff.board(folder, sql, enabled, platforms).keepers) == 1
    main = cast("StaffedPlatform", platforms["memory/main"])
    main.team = staff.doors(folder, sql, enabled)["memory/main"]
    await staff.board(folder, sql, enabled, platforms).keepers[0].step()
    assert main.staff.faults == []


async def test_the_doctor_names_a_room_that_does_not_show_everything(
    store: TroubledStore, keeper: Keeper, room: MemoryRoom, hear: Callable[..., Awaitable[None]]
) -> None:
    """With what is wrong, and where the queue can be seen meanwhile."""
    await hear(inbound("my parcel came broken"))
    assert not [check for check in await of_store(store) if "team" in check.name]
    room.fail_next("open", DeliveryError("Topics are turned off.", permanent=True))
    await keeper.step()
    (check,) = [check for check in await of_store(store) if "team" in check.name]
    assert (check.name, check.ok) == ("memory/main team", False)
    assert "1 item" in check.found
    assert "Topics are turned off." in check.found
