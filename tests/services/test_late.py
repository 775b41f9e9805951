"""After a downtime: what came too late says so in private, and waits for a person in public."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fanbot.domain.messages import OutboundKind
from fanbot.services.desk import Desk
from fanbot.services.supervisor import Supervisor
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.platform import MemoryPlatform

Start = Callable[..., Supervisor]
LATE = "This answer is late: Juno's assistant was offline when you wrote."
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


async def run(start: Start, *events: object) -> MemoryPlatform:
    """Run a fanbot for as long as it takes to answer these; return where it spoke."""
    platform = MemoryPlatform()
    platform.feed(*events)
    platform.end()
    await start(main=platform).run(asyncio.Event())
    return platform


@pytest.fixture
async def after_a_night(start: Start, clock: ManualClock) -> Start:
    """Leave fanbot off for eight hours."""
    await run(start)
    clock.move(8 * HOUR)
    return start


async def test_a_late_answer_says_that_it_is_late(after_a_night: Start) -> None:
    """In a direct chat the fan gets the answer, with the truth before it (P16)."""
    platform = await run(after_a_night, inbound("when will my hoodie come", received_at=NOON + HOUR))
    [answer] = platform.sent
    assert LATE in answer.text
    assert "[signal:shipping]" in answer.text


async def test_a_late_question_in_public_goes_to_a_person(after_a_night: Start, desk: Desk) -> None:
    """Nobody answers in the middle of another day's talk without a person's word."""
    asked = inbound(
        "when will my hoodie come", channel="lobby", received_at=NOON + HOUR, direct=False, mentioned=True
    )
    platform = await run(after_a_night, asked)
    assert [said.kind for said in platform.sent] == [OutboundKind.ACKNOWLEDGEMENT]
    [entry] = await desk.waiting()
    assert any("too old" in reason for reason in entry.reasons)


async def test_what_the_platform_says_was_written_earlier_is_late(
    after_a_night: Start, clock: ManualClock
) -> None:
    """What was fetched only now, but written in the night, is late as well."""
    fetched = inbound("when will my hoodie come", received_at=clock.now())
    platform = await run(after_a_night, replace(fetched, sent_at=NOON + HOUR))
    assert LATE in platform.sent[0].text


async def test_a_new_question_after_a_downtime_is_not_late(after_a_night: Start, clock: ManualClock) -> None:
    """What is written now, or minutes ago, is answered as ever."""
    platform = await run(
        after_a_night,
        inbound("when will my hoodie come", message="1", received_at=clock.now()),
        inbound("do you have large", message="2", received_at=clock.now() - 14 * MINUTE),
    )
    assert len(platform.sent) == 2
    assert not any(LATE in said.text for said in platform.sent)


async def test_after_a_short_downtime_nothing_is_late(start: Start, clock: ManualClock) -> None:
    """A restart within fifteen minutes owes nobody an explanation."""
    await run(start)
    clock.move(15 * MINUTE)
    platform = await run(start, inbound("when will my hoodie come", received_at=NOON - HOUR))
    assert LATE not in platform.sent[0].text


async def test_on_the_very_first_start_nothing_is_late(start: Start) -> None:
    """Where fanbot never was, it was not offline."""
    platform = await run(start, inbound("when will my hoodie come", received_at=NOON - 8 * HOUR))
    assert LATE not in platform.sent[0].text
