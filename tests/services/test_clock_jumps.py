"""A clock that is set, forward or back, delays promotions at the most; it loses and disorders nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from fanbot.errors import DeliveryError
from fanbot.services.desk import Desk
from fanbot.services.supervisor import Supervisor
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.passing import passing
from fanbot.testing.platform import MemoryPlatform

Hear = Callable[..., Awaitable[None]]
Start = Callable[..., Supervisor]
DAY = timedelta(days=1)
YEAR = timedelta(days=365)


def replied_to(platform: MemoryPlatform) -> list[str]:
    """Name the messages that got words."""
    return [said.in_reply_to for said in platform.sent]


async def promoted(hear: Hear, platform: MemoryPlatform, message: str) -> bool:
    """Ask for tickets; tell whether a promotion came along."""
    await hear(inbound("where are tickets", message=message))
    assert "[signal:tickets]" in platform.sent[-1].text
    return platform.sent[-1].promotional


@pytest.fixture
async def well_served(hear: Hear, clock: ManualClock) -> None:
    """Let the fan have had a useful message on each of twelve days."""
    for number in range(12):
        clock.move(DAY)
        await hear(inbound("when will my hoodie come", message=f"before {number}"))


@pytest.mark.parametrize("jumps", [(-DAY, YEAR), (YEAR, -YEAR), (-YEAR, -DAY)])
async def test_messages_go_on_being_answered_in_order(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock, jumps: tuple[timedelta, ...]
) -> None:
    """What was written before, between and after the jumps has its answers in that order (G1, G4)."""
    await hear(inbound("when will my hoodie come", message="0"))
    for number, jump in enumerate(jumps, start=1):
        clock.move(jump)
        await hear(
            inbound("do you have large", message=f"{number}a", received_at=clock.now()),
            inbound("do you have large", message=f"{number}b", received_at=clock.now()),
        )
    assert replied_to(platform) == ["0", "1a", "1b", "2a", "2b"]


async def test_jumps_in_the_middle_of_a_run_lose_nothing(start: Start, clock: ManualClock) -> None:
    """A running fanbot takes a corrected clock as it comes."""
    platform = MemoryPlatform()
    stop = asyncio.Event()
    running = asyncio.create_task(start(main=platform, endless=("main",)).run(stop))
    for number, jump in enumerate((-DAY, YEAR, -DAY, -YEAR)):
        platform.feed(inbound("do you have large", message=f"{number}", received_at=clock.now()))
        await platform.attempted(number)
        clock.move(jump)
    await passing(clock, platform.said(4))
    stop.set()
    await running
    assert replied_to(platform) == ["0", "1", "2", "3"]


@pytest.mark.usefixtures("well_served")
async def test_promotions_wait_while_the_clock_stands_behind_the_ledger(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock
) -> None:
    """Behind its own record nobody can tell what the fan received; the answers go on (G5)."""
    clock.move(-DAY)
    assert not await promoted(hear, platform, "1")
    clock.move(DAY - timedelta(seconds=1))
    assert not await promoted(hear, platform, "2")
    clock.move(timedelta(seconds=1))
    assert await promoted(hear, platform, "3")


@pytest.mark.usefixtures("well_served")
async def test_after_a_year_that_was_none_promotions_wait(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock
) -> None:
    """A clock that stood a year ahead for one message costs promotions, and no answer."""
    clock.move(YEAR)
    await hear(inbound("when will my hoodie come", message="ahead"))
    clock.move(-YEAR)
    assert not await promoted(hear, platform, "1")


@pytest.mark.usefixtures("well_served")
async def test_a_year_ahead_no_old_signal_pays_for_a_promotion(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock
) -> None:
    """What was received last year is no longer in the window."""
    clock.move(YEAR)
    assert not await promoted(hear, platform, "1")


async def test_a_retry_survives_a_clock_that_is_set_back(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock
) -> None:
    """It comes when the clock has come round again, and what stood behind it comes after it."""
    platform.fail_next(DeliveryError("gateway away"))
    await hear(inbound("when will my hoodie come", message="1"), inbound("do you have large", message="2"))
    clock.move(-DAY)
    await hear(inbound("do you have large", message="3", received_at=clock.now()))
    assert replied_to(platform) == []
    clock.move(DAY + timedelta(seconds=1))
    await hear()
    assert replied_to(platform) == ["1", "2", "3"]


async def test_a_person_s_hold_survives_both_jumps(
    hear: Hear, platform: MemoryPlatform, desk: Desk, clock: ManualClock
) -> None:
    """A claimed item is still claimed and still waits, whatever the clock said meanwhile."""
    await hear(inbound("my dog died", message="1"))
    [entry] = await desk.waiting()
    await desk.claim(entry.handoff.id, who="Sam")
    clock.move(-DAY)
    clock.move(YEAR)
    [entry] = await desk.waiting()
    assert entry.handoff.owner == "Sam"
    await desk.reply(entry.handoff.id, "I am sorry.", who="Sam")
    await hear()
    assert platform.sent[-1].text.startswith("I am sorry.")
