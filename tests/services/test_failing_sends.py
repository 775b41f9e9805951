"""When a platform does not take a message: tried again, parked, or given up, and always in order."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fanbot.domain.messages import OutboundKind
from fanbot.errors import DeliveryError
from fanbot.ports.platform import Dispatch
from fanbot.services.desk import Desk
from fanbot.services.supervisor import Supervisor
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.platform import MemoryPlatform
from fanbot.testing.troubles import TroubledStore

Hear = Callable[..., Awaitable[None]]
Start = Callable[..., Supervisor]
SECOND = timedelta(seconds=1)


def replied_to(platform: MemoryPlatform) -> list[str]:
    """Name the messages that got words."""
    return [said.in_reply_to for said in platform.sent]


def keys(dispatches: list[Dispatch]) -> set[str]:
    """Name the keys that were used."""
    return {dispatch.key for dispatch in dispatches}


async def test_a_passing_failure_is_tried_again_under_the_same_key(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock
) -> None:
    """The fan gets the answer a second later, and a platform that knows keys can tell (G3)."""
    platform.fail_next(DeliveryError("gateway away"))
    await hear(inbound("do you have large"))
    assert platform.sent == []
    clock.move(SECOND)
    await hear()
    assert replied_to(platform) == ["1"]
    assert len(platform.tried) == 2
    assert len(keys(platform.tried)) == 1


async def test_a_platform_that_asks_for_patience_gets_it(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock
) -> None:
    """Nothing is sent before the time that the platform named."""
    platform.fail_next(DeliveryError("slow down", retry_after=30))
    await hear(inbound("do you have large"))
    clock.move(29 * SECOND)
    await hear()
    assert len(platform.tried) == 1
    clock.move(SECOND)
    await hear()
    assert replied_to(platform) == ["1"]


@pytest.mark.parametrize("asked", [1e300, float("inf")])
async def test_no_platform_is_waited_for_longer_than_a_day(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock, asked: float
) -> None:
    """A number without sense delays a message; it does not bury it."""
    platform.fail_next(DeliveryError("slow down", retry_after=asked))
    await hear(inbound("do you have large"))
    clock.move(timedelta(days=1))
    await hear()
    assert replied_to(platform) == ["1"]


@pytest.mark.parametrize("asked", [-5.0, float("nan")])
async def test_a_wait_that_is_no_wait_is_the_usual_one(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock, asked: float
) -> None:
    """What an adapter got wrong is read as if it had said nothing."""
    platform.fail_next(DeliveryError("slow down", retry_after=asked))
    await hear(inbound("do you have large"))
    clock.move(SECOND)
    await hear()
    assert replied_to(platform) == ["1"]


async def test_tries_grow_apart(hear: Hear, platform: MemoryPlatform, clock: ManualClock) -> None:
    """One second, two, four: a platform that is down is not hammered."""
    platform.fail_next(*[DeliveryError("gateway away")] * 4)
    await hear(inbound("do you have large"))
    for pause, tries in ((1, 2), (1, 2), (1, 3), (3, 3), (1, 4)):
        clock.move(pause * SECOND)
        await hear()
        assert len(platform.tried) == tries
    clock.move(8 * SECOND)
    await hear()
    assert replied_to(platform) == ["1"]


async def test_a_retry_holds_back_its_own_conversation_only(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock
) -> None:
    """Order is kept where it matters; everybody else is answered at once (G4)."""
    platform.fail_next(DeliveryError("gateway away"))
    await hear(
        inbound("when will my hoodie come", message="1", channel="ada"),
        inbound("do you have large", message="2", channel="ada"),
        inbound("do you have large", message="3", channel="bob"),
    )
    await hear(inbound("where are tickets", message="4", channel="ada"))
    assert replied_to(platform) == ["3"]
    clock.move(5 * SECOND)
    await hear()
    assert replied_to(platform) == ["3", "1", "2", "4"]


async def test_a_message_that_can_never_arrive_lets_the_next_one_pass(
    hear: Hear, platform: MemoryPlatform, store: TroubledStore
) -> None:
    """A permanent failure is kept for a person and releases the conversation."""
    platform.fail_next(DeliveryError("no such chat", permanent=True))
    await hear(inbound("when will my hoodie come", message="1"), inbound("do you have large", message="2"))
    assert replied_to(platform) == ["2"]
    assert await store.outbox.parked() == 1


async def test_a_doubt_is_settled_by_the_same_key_where_that_is_known(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock
) -> None:
    """What may have arrived is sent again word for word under its key, and the platform tells (G3)."""
    platform.fail_next(DeliveryError("connection lost", ambiguous=True))
    await hear(inbound("do you have large"))
    clock.move(SECOND)
    await hear()
    first, second = platform.tried
    assert second.since is not None
    assert first == replace(second, since=None)
    assert replied_to(platform) == ["1"]


async def test_a_doubt_is_shown_to_a_person_where_no_key_is_known(
    hear: Hear, forgetful: MemoryPlatform, store: TroubledStore, clock: ManualClock
) -> None:
    """Where a repeat could be read twice, nothing is repeated and nothing dropped in silence (G3)."""
    forgetful.fail_next(DeliveryError("connection lost", ambiguous=True))
    await hear(
        inbound("when will my hoodie come", message="1", account="once"),
        inbound("do you have large", message="2", account="once"),
    )
    clock.move(timedelta(hours=1))
    await hear()
    assert [tried.in_reply_to for tried in forgetful.tried] == ["1", "2"]
    assert replied_to(forgetful) == ["2"]
    assert await store.outbox.parked() == 1


async def test_a_failure_before_anything_left_is_tried_again_everywhere(
    hear: Hear, forgetful: MemoryPlatform, clock: ManualClock
) -> None:
    """Where it is certain that nothing arrived, a retry is safe without keys as well."""
    forgetful.fail_next(DeliveryError("no route to host"))
    await hear(inbound("do you have large", account="once"))
    clock.move(SECOND)
    await hear()
    assert replied_to(forgetful) == ["1"]


@pytest.mark.parametrize(
    "error",
    [KeyError("message_id"), AssertionError(), TimeoutError(), asyncio.CancelledError(), OSError("\ud800")],
)
async def test_an_adapter_may_raise_anything(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock, error: BaseException
) -> None:
    """A stranger's error delays its own message and nothing else (G7)."""
    platform.fail_next(error)
    await hear(
        inbound("do you have large", message="1", channel="ada"),
        inbound("do you have large", message="2", channel="bob"),
    )
    assert replied_to(platform) == ["2"]
    clock.move(SECOND)
    await hear()
    assert replied_to(platform) == ["2", "1"]


async def test_an_adapter_that_raises_on_one_message_every_time_is_not_asked_for_ever(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock, store: TroubledStore
) -> None:
    """After five tries it is parked with the error, and the conversation goes on."""
    platform.fail_next(*[KeyError("message_id")] * 5)
    await hear(inbound("do you have large", message="1"))
    for _ in range(5):
        clock.move(timedelta(minutes=5))
        await hear()
    assert len(platform.tried) == 5
    assert await store.outbox.parked() == 1
    await hear(inbound("do you have large", message="2"))
    assert replied_to(platform) == ["2"]


async def test_a_stranger_s_error_where_no_key_is_known_is_a_doubt(
    hear: Hear, forgetful: MemoryPlatform, store: TroubledStore
) -> None:
    """Nobody knows whether it arrived, so a person looks (G3)."""
    forgetful.fail_next(KeyError("message_id"))
    await hear(inbound("do you have large", account="once"))
    assert len(forgetful.tried) == 1
    assert await store.outbox.parked() == 1


async def test_a_send_that_hangs_holds_back_no_other_conversation(
    start: Start, platform: MemoryPlatform
) -> None:
    """One platform that never answers is no reason for another fan to wait (G7)."""
    platform.hang()
    quick = MemoryPlatform()
    stop = asyncio.Event()
    running = asyncio.create_task(start(main=platform, other=quick, endless=("main", "other")).run(stop))
    platform.feed(inbound("do you have large", message="1"))
    await platform.attempted(1)
    quick.feed(inbound("do you have large", message="2", account="other"))
    await quick.said(1)
    platform.feed(inbound("do you have large", message="3", channel="bob"))
    await platform.attempted(2)
    platform.resume()
    await platform.said(2)
    stop.set()
    await running
    assert replied_to(quick) == ["2"]
    assert sorted(replied_to(platform)) == ["1", "3"]


async def test_a_promotion_in_doubt_stays_paid_for_until_the_doubt_is_settled(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock, desk: Desk
) -> None:
    """A later, certain failure does not make the first try certain; its words and its price stay (G5)."""
    for number in range(12):
        clock.move(timedelta(days=1))
        await hear(inbound("when will my hoodie come", message=f"{number}"))
    platform.tried.clear()
    platform.fail_next(DeliveryError("connection lost", ambiguous=True), DeliveryError("gateway away"))
    await hear(inbound("where are tickets", message="20"))
    clock.move(SECOND)
    await hear(inbound("my dog died", message="21"))
    clock.move(2 * SECOND)
    await hear()
    tickets = [tried for tried in platform.tried if tried.in_reply_to == "20"]
    assert len(tickets) == 3
    assert len({tried.text for tried in tickets}) == 1
    assert tickets[0].promotional


async def test_what_was_held_back_asks_the_cap_again(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock
) -> None:
    """An offer that waited behind a retry, and was never sent, is judged when it goes (P3)."""
    for number in range(12):
        clock.move(timedelta(days=1))
        await hear(inbound("when will my hoodie come", message=f"{number}"))
    platform.tried.clear()
    platform.fail_next(DeliveryError("gateway away"))
    await hear(inbound("do you have large", message="20"), inbound("where are tickets", message="21"))
    await hear(inbound("my dog died", message="22"))
    clock.move(SECOND)
    await hear()
    [offer] = (tried for tried in platform.tried if tried.in_reply_to == "21")
    assert not offer.promotional
    assert "[signal:tickets]" in offer.text


async def test_a_certain_failure_asks_the_cap_again(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock
) -> None:
    """Between two tries the fan wrote of grief: the answer goes, the promotion does not (P3)."""
    for number in range(12):
        clock.move(timedelta(days=1))
        await hear(inbound("when will my hoodie come", message=f"{number}"))
    platform.tried.clear()
    platform.fail_next(DeliveryError("gateway away"))
    await hear(inbound("where are tickets", message="20"))
    await hear(inbound("my dog died", message="21"))
    clock.move(SECOND)
    await hear()
    first, second = (tried for tried in platform.tried if tried.in_reply_to == "20")
    assert (first.promotional, second.promotional) == (True, False)
    assert "[signal:tickets]" in second.text
    assert [said.kind for said in platform.sent[-2:]] == [
        OutboundKind.ANSWER,
        OutboundKind.ACKNOWLEDGEMENT,
    ]
