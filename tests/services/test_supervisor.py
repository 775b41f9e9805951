"""Everything side by side: it starts, drains, stops in time, and what fails is started again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import pairwise

import pytest

from fanbot.bootstrap import Machine
from fanbot.domain.messages import Inbound
from fanbot.errors import AdapterError, LeaseTakenError, StoreError
from fanbot.ports.platform import Dispatch, Intake
from fanbot.services import supervisor as supervisors
from fanbot.services.desk import Desk
from fanbot.services.supervisor import Supervisor
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.passing import passing
from fanbot.testing.platform import MemoryPlatform
from fanbot.testing.stores import hear as kept
from fanbot.testing.troubles import TroubledStore, Troubles

Start = Callable[..., Supervisor]


def replied_to(platform: MemoryPlatform) -> list[str]:
    """Name the messages that got words."""
    return [said.in_reply_to for said in platform.sent]


def questions(count: int, *, account: str = "main", first: int = 0) -> list[Inbound]:
    """Write so many routine questions of one fan."""
    return [
        inbound("do you have large", message=f"{number}", account=account)
        for number in range(first, first + count)
    ]


class Stubborn(MemoryPlatform):
    """A platform that cannot even be closed."""

    async def close(self) -> None:
        """Fail."""
        raise RuntimeError("it does not close")


async def test_a_run_ends_when_its_input_has_ended_and_everything_is_sent(
    start: Start, platform: MemoryPlatform
) -> None:
    """A finite input is decided and answered to its last message; then the platform is closed."""
    platform.feed(*questions(300))
    platform.feed(*questions(300, first=300))
    platform.end()
    await start(main=platform).run(asyncio.Event())
    assert replied_to(platform) == [f"{number}" for number in range(600)]
    assert platform.closed


async def test_running_it_again_with_the_same_input_says_nothing_new(start: Start) -> None:
    """A second run over the same messages is a run over nothing (G2, G3)."""
    for expected in (3, 0):
        platform = MemoryPlatform()
        platform.feed(*questions(3))
        platform.end()
        await start(main=platform).run(asyncio.Event())
        assert len(platform.sent) == expected


async def test_what_was_stored_and_not_decided_is_decided_at_the_next_start(
    start: Start, store: TroubledStore, platform: MemoryPlatform
) -> None:
    """A fanbot that died after storing answers when it comes back (G1)."""
    await kept(store, *questions(3))
    platform.end()
    await start(main=platform).run(asyncio.Event())
    assert replied_to(platform) == ["0", "1", "2"]


async def test_what_was_on_its_way_is_sent_again_under_the_same_key(
    start: Start, machine: Machine, platform: MemoryPlatform
) -> None:
    """A claim that a dead process left behind is taken up; the platform can tell by its key (G3)."""
    platform.hang()
    await machine.bus.publish(questions(2))
    engine = asyncio.create_task(machine.engine.run())
    await machine.bus.drained()
    await platform.attempted(1)
    engine.cancel()
    [before] = platform.tried
    again = MemoryPlatform()
    again.end()
    await start(main=again).run(asyncio.Event())
    assert replied_to(again) == ["0", "1"]
    assert again.sent[0].key == before.key
    assert again.sent[0].text == before.text


async def test_what_was_on_its_way_without_keys_is_shown_to_a_person(
    start: Start, machine: Machine, forgetful: MemoryPlatform, store: TroubledStore
) -> None:
    """Where nobody can tell whether it arrived, it is parked; what stood behind it goes (G3)."""
    forgetful.hang()
    await machine.bus.publish(questions(2, account="once"))
    engine = asyncio.create_task(machine.engine.run())
    await machine.bus.drained()
    await forgetful.attempted(1)
    engine.cancel()
    again = MemoryPlatform()
    again.end()
    await start(once=again).run(asyncio.Event())
    assert replied_to(again) == ["1"]
    assert await store.outbox.parked() == 1


async def test_a_stop_finishes_what_is_under_way(
    start: Start, platform: MemoryPlatform, store: TroubledStore
) -> None:
    """A send that had begun ends and is noted; nothing is sent twice by the next start (G3)."""
    platform.hang()
    platform.feed(*questions(1))
    stop = asyncio.Event()
    running = asyncio.create_task(start(main=platform, endless=("main",)).run(stop))
    await platform.attempted(1)
    stop.set()
    await asyncio.sleep(0.01)
    platform.resume()
    await running
    assert platform.closed
    again = MemoryPlatform()
    again.end()
    await start(main=again).run(asyncio.Event())
    assert (replied_to(platform), replied_to(again)) == (["0"], [])


async def test_a_stop_does_not_wait_for_a_send_that_hangs(start: Start, platform: MemoryPlatform) -> None:
    """The run ends within its limit; what did arrive meanwhile is noted, the rest is taken up later."""
    quick = MemoryPlatform()
    stop = asyncio.Event()
    running = asyncio.create_task(start(main=platform, other=quick, endless=("main", "other")).run(stop))
    platform.hang()
    quick.hang()
    platform.feed(*questions(1))
    quick.feed(*questions(1, account="other", first=5))
    await platform.attempted(1)
    await quick.attempted(1)
    stop.set()
    await asyncio.sleep(0.01)
    quick.resume()
    async with asyncio.timeout(supervisors.FINISH_WITHIN + 1):
        await running
    again, other = MemoryPlatform(), MemoryPlatform()
    again.end()
    other.end()
    await start(main=again, other=other).run(asyncio.Event())
    assert (replied_to(again), replied_to(other)) == (["0"], [])


async def test_a_stop_while_draining_ends_the_run(start: Start, platform: MemoryPlatform) -> None:
    """Who presses Ctrl-C twice is not kept waiting for a platform that is down."""
    platform.feed(*questions(1))
    platform.end()
    platform.hang()
    stop = asyncio.Event()
    running = asyncio.create_task(start(main=platform).run(stop))
    await platform.attempted(1)
    stop.set()
    await asyncio.sleep(0.01)
    platform.resume()
    await running
    assert replied_to(platform) == ["0"]


async def test_a_second_engine_on_the_same_store_is_told_so(
    start: Start, reopen: Callable[[], Awaitable[SqlStore]], platform: MemoryPlatform
) -> None:
    """Two engines never work on one store; the second changes nothing and says why."""
    stop = asyncio.Event()
    running = asyncio.create_task(start(main=platform, endless=("main",)).run(stop))
    platform.feed(*questions(1))
    await platform.said(1)
    elsewhere = await reopen()
    second = MemoryPlatform()
    second.feed(*questions(1, first=7))
    with pytest.raises(LeaseTakenError, match="Another fanbot"):
        await start(main=second, on=elsewhere).run(asyncio.Event())
    assert second.confirmed == []
    stop.set()
    await running
    second.end()
    await start(main=second, on=elsewhere).run(asyncio.Event())
    await elsewhere.close()
    assert replied_to(second) == ["7"]


@pytest.mark.parametrize(
    "error", [AdapterError("the token is wrong"), KeyError("d"), asyncio.CancelledError(), OSError("reset")]
)
async def test_an_adapter_that_fails_at_listening_is_started_again(
    start: Start, platform: MemoryPlatform, clock: ManualClock, error: BaseException
) -> None:
    """What it brings afterwards is answered, and the others went on meanwhile (G7)."""
    other = MemoryPlatform()
    stop = asyncio.Event()
    running = asyncio.create_task(start(main=platform, other=other, endless=("main", "other")).run(stop))
    platform.break_listening(error)
    platform.feed(*questions(1))
    other.feed(*questions(1, account="other"))
    await other.said(1)
    await passing(clock, platform.said(1))
    stop.set()
    await running
    assert (replied_to(platform), replied_to(other)) == (["0"], ["0"])


async def test_an_adapter_that_fails_again_and_again_is_asked_ever_more_rarely(
    start: Start, clock: ManualClock
) -> None:
    """One second, two, five, fifteen, a minute and then every minute: a wrong token is not hammered."""

    class Watched(MemoryPlatform):
        """Note when it is asked to listen."""

        def __init__(self) -> None:
            super().__init__()
            self.asked: list[datetime] = []

        async def listen(self, intake: Intake) -> None:
            self.asked.append(clock.now())
            await super().listen(intake)

    platform = Watched()
    for _ in range(6):
        platform.break_listening(AdapterError("the token is wrong"))
    platform.feed(*questions(1))
    stop = asyncio.Event()
    running = asyncio.create_task(start(main=platform, endless=("main",)).run(stop))
    await passing(clock, platform.stored(1))
    stop.set()
    await running
    pauses = [(after - before).total_seconds() for before, after in pairwise(platform.asked)]
    assert pauses == [1, 2, 5, 15, 60, 60]


async def test_an_adapter_that_worked_for_long_is_started_again_at_once(
    start: Start, clock: ManualClock
) -> None:
    """Failures of another day do not make a fan wait a minute for an adapter that would work."""

    class Flickering(MemoryPlatform):
        """Listen for so many seconds before each failure."""

        def __init__(self, *seconds: float) -> None:
            super().__init__()
            self.seconds = list(seconds)
            self.times: list[datetime] = []

        async def listen(self, intake: Intake) -> None:
            self.times.append(clock.now())
            if self.seconds:
                await clock.sleep(self.seconds.pop(0))
                self.times.append(clock.now())
                raise AdapterError("the connection is lost")
            await super().listen(intake)

    platform = Flickering(0, 0, 30, 600, 0)
    platform.feed(*questions(1))
    stop = asyncio.Event()
    running = asyncio.create_task(start(main=platform, endless=("main",)).run(stop))
    await passing(clock, platform.stored(1))
    stop.set()
    await running
    begun, ended = platform.times[2::2], platform.times[1::2]
    pauses = [(after - before).total_seconds() for before, after in zip(ended, begun, strict=True)]
    assert pauses == [1, 2, 5, 1, 2]


async def test_a_finite_input_that_breaks_is_heard_to_its_end(
    start: Start, platform: MemoryPlatform, clock: ManualClock
) -> None:
    """A failure in the middle is not taken for the end (G1)."""
    platform.feed(*questions(1))
    platform.break_listening(OSError("reset"))
    platform.feed(*questions(1, first=1))
    platform.end()
    await passing(clock, start(main=platform).run(asyncio.Event()))
    assert replied_to(platform) == ["0", "1"]


async def test_an_adapter_that_returns_without_end_is_asked_again(start: Start, clock: ManualClock) -> None:
    """An endless platform whose connection just ended is connected again."""

    class Forgetting(MemoryPlatform):
        """Listen to one delivery at a time."""

        async def listen(self, intake: Intake) -> None:
            self._ended = True
            await super().listen(intake)

    platform = Forgetting()
    stop = asyncio.Event()
    running = asyncio.create_task(start(main=platform, endless=("main",)).run(stop))
    for number in range(3):
        platform.feed(*questions(1, first=number))
        await passing(clock, platform.said(number + 1))
    stop.set()
    await running
    assert replied_to(platform) == ["0", "1", "2"]


async def test_beside_an_endless_platform_a_finite_one_may_end(
    start: Start, platform: MemoryPlatform
) -> None:
    """The run goes on as long as one of them can still be written to."""
    finite = MemoryPlatform()
    stop = asyncio.Event()
    running = asyncio.create_task(start(main=platform, other=finite, endless=("main",)).run(stop))
    finite.feed(*questions(1, account="other"))
    finite.end()
    await finite.said(1)
    platform.feed(*questions(1))
    await platform.said(1)
    assert not running.done()
    stop.set()
    await running
    assert (replied_to(platform), replied_to(finite)) == (["0"], ["0"])


async def test_an_adapter_that_does_not_close_keeps_no_other_open(start: Start) -> None:
    """The others are closed, the lease is given back, and the run ends well (G7)."""
    stubborn, other = Stubborn(), MemoryPlatform()
    stubborn.end()
    other.end()
    await start(main=stubborn, other=other).run(asyncio.Event())
    assert other.closed
    again = MemoryPlatform()
    again.end()
    await start(main=again).run(asyncio.Event())
    assert again.closed


async def test_an_engine_that_breaks_ends_the_run_with_its_error(
    start: Start, platform: MemoryPlatform, troubles: Troubles
) -> None:
    """What no message is to blame for is told at once, also while the input drains."""
    broken = StoreError("the store refused a statement")
    troubles.fail_next("pending", broken)
    platform.feed(*questions(1))
    platform.end()
    with pytest.raises(StoreError, match="refused a statement"):
        await start(main=platform).run(asyncio.Event())
    assert platform.closed


async def test_a_fanbot_that_lost_its_lease_stops(
    start: Start, platform: MemoryPlatform, troubles: Troubles, clock: ManualClock
) -> None:
    """Two engines on one store would be worse than none."""
    troubles.fail_next("renew", LeaseTakenError("somebody else"))
    with pytest.raises(LeaseTakenError):
        await passing(clock, start(main=platform, endless=("main",)).run(asyncio.Event()))
    assert platform.closed


async def test_a_stop_in_the_middle_of_a_batch_loses_no_claim(start: Start) -> None:
    """Whenever it comes, every message is decided once and every answer arrives once by its key."""
    seen: dict[str, Dispatch] = {}
    moments = (0, 1, 2, 3, 5, 8, 13, 21, 34, 55)
    for ticks in moments:
        platform = MemoryPlatform()
        platform.feed(*questions(4, first=ticks * 10))
        stop = asyncio.Event()
        running = asyncio.create_task(start(main=platform, endless=("main",)).run(stop))
        for _ in range(ticks * 3):
            await asyncio.sleep(0)
        stop.set()
        await running
        for said in platform.sent:
            assert seen.setdefault(said.key, said) == said
    last = MemoryPlatform()
    for ticks in moments:
        last.feed(*questions(4, first=ticks * 10))
    last.end()
    await start(main=last).run(asyncio.Event())
    for said in last.sent:
        assert seen.setdefault(said.key, said) == said
    assert len(seen) == 40
    assert len({said.in_reply_to for said in seen.values()}) == 40


async def test_the_queue_is_open_while_fanbot_runs(
    start: Start, platform: MemoryPlatform, desk: Desk
) -> None:
    """A reply from elsewhere goes out without anything being restarted."""
    stop = asyncio.Event()
    running = asyncio.create_task(start(main=platform, endless=("main",)).run(stop))
    platform.feed(inbound("my dog died"))
    await platform.said(1)
    [entry] = await desk.waiting()
    await desk.reply(entry.handoff.id, "I am sorry.", who="Juno")
    await platform.said(2)
    stop.set()
    await running
    assert platform.sent[1].text == "I am sorry.\n\n— Juno"
