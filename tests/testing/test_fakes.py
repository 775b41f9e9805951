"""The public fakes behave as what they stand for, so that tests on them mean something."""

import asyncio
from datetime import timedelta

import pytest

from fanbot.errors import DeliveryError, StoreUnavailableError
from fanbot.testing.clock import ManualClock
from fanbot.testing.intake import ListIntake
from fanbot.testing.letters import NOON, dispatch, inbound
from fanbot.testing.platform import MemoryPlatform


async def test_a_sleeper_wakes_when_the_clock_passes_its_time() -> None:
    """Moving short of the time wakes nobody; moving past it wakes everybody due."""
    clock = ManualClock()
    woken: list[str] = []

    async def sleep(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(sleep("later", 120))
        group.create_task(sleep("sooner", 60))
        await asyncio.sleep(0)
        clock.move(timedelta(seconds=59))
        await asyncio.sleep(0)
        assert woken == []
        clock.move(timedelta(seconds=1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert woken == ["sooner"]
        clock.set(NOON + timedelta(days=1))
    assert woken == ["sooner", "later"]


async def test_a_clock_that_jumps_back_wakes_nobody() -> None:
    """After a jump back the sleeper waits for the clock to come round again."""
    clock = ManualClock()
    sleeper = asyncio.create_task(clock.sleep(60))
    await asyncio.sleep(0)
    clock.move(-timedelta(days=1))
    await asyncio.sleep(0)
    assert not sleeper.done()
    clock.move(timedelta(days=1, seconds=60))
    async with asyncio.timeout(5):
        await sleeper


async def test_the_memory_platform_keeps_an_event_until_it_is_stored() -> None:
    """A refused event is brought again by the next listener, and only then confirmed (G1)."""
    platform, intake = MemoryPlatform(), ListIntake()
    intake.refuse(StoreUnavailableError("full"))
    platform.feed(inbound("hello"))
    platform.end()
    with pytest.raises(StoreUnavailableError):
        await platform.listen(intake)
    assert platform.confirmed == []
    await platform.listen(intake)
    assert platform.confirmed == intake.events == [inbound("hello")]


async def test_the_memory_platform_fails_as_told() -> None:
    """Failures come one each and in order, a dropped message looks sent, and then all is well."""
    platform = MemoryPlatform()
    platform.fail_next(DeliveryError("gone", permanent=True), RuntimeError("odd"))
    with pytest.raises(DeliveryError, match="gone"):
        await platform.send(dispatch("one"))
    with pytest.raises(RuntimeError, match="odd"):
        await platform.send(dispatch("two"))
    platform.drop_next()
    await platform.send(dispatch("three"))
    await platform.send(dispatch("four"))
    assert [message.text for message in platform.sent] == ["four"]
    assert [message.text for message in platform.tried] == ["one", "two", "three", "four"]


async def test_the_memory_platform_hangs_until_it_resumes() -> None:
    """A hanging send arrives once the platform takes messages again."""
    platform = MemoryPlatform()
    platform.hang()
    sending = asyncio.create_task(platform.send(dispatch("hello")))
    await platform.attempted(1)
    assert platform.sent == []
    platform.resume()
    async with asyncio.timeout(5):
        assert await platform.said(1) == [dispatch("hello")]
    await sending


async def test_the_memory_platform_breaks_after_what_was_fed_before() -> None:
    """A broken listener has brought everything that happened before it broke."""
    platform, intake = MemoryPlatform(), ListIntake()
    platform.feed(inbound("hello"))
    platform.break_listening(RuntimeError("odd"))
    with pytest.raises(RuntimeError, match="odd"):
        await platform.listen(intake)
    assert len(intake.events) == 1


async def test_the_intake_tells_a_repeat_from_something_new() -> None:
    """The answer is event by event, also within one call."""
    intake = ListIntake()
    one, two = inbound("hello", message="1"), inbound("hello", message="2")
    assert await intake([one]) == [True]
    assert await intake([one, two, two]) == [False, True, False]
