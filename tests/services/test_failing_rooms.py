"""When a room fails: understanding, rendering or the store; nothing is lost, nothing happens twice (G7)."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from fanbot.bootstrap import Machine
from fanbot.domain.decisions import Match, Reading
from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Author, OutboundKind
from fanbot.errors import StoreUnavailableError
from fanbot.services.desk import Desk
from fanbot.services.supervisor import Supervisor
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.passing import passing
from fanbot.testing.platform import MemoryPlatform
from fanbot.testing.stores import records
from fanbot.testing.troubles import TroubledStore, Troubles
from fanbot.testing.understanding import ScriptedUnderstanding

Hear = Callable[..., Awaitable[None]]
Start = Callable[..., Supervisor]
FULL = StoreUnavailableError("the disk is full")


def answers(platform: MemoryPlatform) -> list[str]:
    """Name the messages that were answered from a template."""
    return [said.in_reply_to for said in platform.sent if said.kind is OutboundKind.ANSWER]


def notes(platform: MemoryPlatform) -> list[str]:
    """Name the messages of which the fan heard that a person reads them."""
    return [said.in_reply_to for said in platform.sent if said.kind is OutboundKind.ACKNOWLEDGEMENT]


async def test_one_message_that_cannot_be_understood_stops_no_other(
    hear: Hear, platform: MemoryPlatform, desk: Desk, understanding: ScriptedUnderstanding
) -> None:
    """The others of its batch are answered; it goes to a person, with the error, and the fan is told."""
    understanding.stumble_over("☃", ValueError("no such letter"))
    await hear(
        inbound("when will my hoodie come", message="1"),
        inbound("☃", message="2", channel="bob"),
        inbound("do you have large", message="3"),
    )
    assert answers(platform) == ["1", "3"]
    assert notes(platform) == ["2"]
    [entry] = await desk.waiting()
    assert (entry.handoff.lane, entry.latest.text) == (Lane.OTHER, "☃")
    assert entry.error == "ValueError: no such letter"
    assert any("three times" in reason for reason in entry.reasons)


async def test_a_failed_message_keeps_the_order_of_its_conversation(
    hear: Hear, platform: MemoryPlatform, understanding: ScriptedUnderstanding
) -> None:
    """What the fan wrote after it is answered after it (G4)."""
    understanding.stumble_over("☃", ValueError("no such letter"))
    await hear(
        inbound("when will my hoodie come", message="1"),
        inbound("☃", message="2"),
        inbound("do you have large", message="3"),
    )
    assert [said.in_reply_to for said in platform.sent] == ["1", "2", "3"]


async def test_every_failed_try_is_kept_on_record(
    hear: Hear, store: TroubledStore, understanding: ScriptedUnderstanding
) -> None:
    """Who looks after fanbot can see that there were failures (P24)."""
    understanding.stumble_over("☃", ValueError("no such letter"))
    await hear(inbound("☃"))
    assert await store.journal.dead_letters() == 3


async def test_two_machines_do_not_talk_to_each_other_over_a_failure(
    hear: Hear, platform: MemoryPlatform, understanding: ScriptedUnderstanding
) -> None:
    """A message of another bot that fails gets no note, or the two would go on for ever."""
    understanding.stumble_over("☃", ValueError("no such letter"))
    await hear(inbound("☃", author=Author("it", bot=True)))
    assert platform.sent == []


async def test_a_failure_on_talk_in_the_room_is_not_told_to_the_room(
    hear: Hear, platform: MemoryPlatform, understanding: ScriptedUnderstanding
) -> None:
    """Nobody spoke to the assistant, so it speaks to nobody."""
    understanding.stumble_over("☃", ValueError("no such letter"))
    await hear(inbound("☃", channel="lobby", direct=False))
    assert platform.sent == []


async def test_an_error_that_no_store_could_keep_is_kept_readable(
    hear: Hear, desk: Desk, understanding: ScriptedUnderstanding
) -> None:
    """Half a letter or a zero byte in an error's words stops nothing."""
    understanding.stumble_over("☃", ValueError("half a letter \ud83d and a zero \0"))
    await hear(inbound("☃"))
    [entry] = await desk.waiting()
    assert entry.error == "ValueError: half a letter ? and a zero  "


async def test_an_error_that_cannot_even_be_read_is_no_harm(
    hear: Hear, desk: Desk, understanding: ScriptedUnderstanding
) -> None:
    """A stranger's error may fail at saying what it is."""

    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    understanding.stumble_over("☃", MuteError())
    await hear(inbound("☃"))
    [entry] = await desk.waiting()
    assert entry.error == "MuteError: it cannot say what went wrong"


async def test_a_template_that_cannot_be_said_reaches_a_person(
    hear: Hear, platform: MemoryPlatform, desk: Desk
) -> None:
    """The fan hears that a person reads it, the person reads why; other templates go on."""
    await hear(
        inbound("the one that cannot be said", message="1"),
        inbound("do you have large", message="2", channel="bob"),
    )
    assert notes(platform) == ["1"]
    assert answers(platform) == ["2"]
    [entry] = await desk.waiting()
    assert entry.handoff.lane is Lane.OTHER
    assert "facts.nobody.wrote.this" in entry.error


async def test_a_reading_that_names_no_template_reaches_a_person(
    hear: Hear, desk: Desk, understanding: ScriptedUnderstanding
) -> None:
    """An understanding that speaks of a template that is gone answers nothing."""
    understanding.script["old"] = Reading(matches=(Match("gone", 0.9, 0.5, "old"),))
    await hear(inbound("old"))
    assert [entry.latest.text for entry in await desk.waiting()] == ["old"]


@pytest.mark.parametrize("call", ["append", "pending", "decide", "due", "claim", "settle"])
async def test_a_store_that_gives_out_for_a_while_loses_and_doubles_nothing(
    start: Start, store: TroubledStore, troubles: Troubles, clock: ManualClock, call: str
) -> None:
    """Whatever call fails, once the store is back every message has one decision and one answer."""
    troubles.fail_next(call, FULL, FULL, FULL)
    platform = MemoryPlatform()
    for number in range(5):
        platform.feed(inbound("when will my hoodie come", message=f"{number}"))
        platform.feed(inbound("my dog died", message=f"{number}", channel="bob"))
    platform.end()
    await passing(clock, start(main=platform).run(asyncio.Event()))
    assert answers(platform) == ["0", "1", "2", "3", "4"]
    assert len({said.key for said in platform.sent}) == len(platform.sent) == 6
    kept = await records(store, "message")
    assert len(kept) == 10
    assert all(message["decision"] for message in kept)


async def test_a_store_that_gives_out_while_a_failure_is_noted_loses_nothing(
    start: Start,
    troubles: Troubles,
    clock: ManualClock,
    understanding: ScriptedUnderstanding,
    desk: Desk,
) -> None:
    """Two troubles at once are still only a delay."""
    understanding.stumble_over("☃", ValueError("no such letter"))
    troubles.fail_next("note_failure", FULL, FULL)
    platform = MemoryPlatform()
    platform.feed(inbound("☃", message="1"), inbound("do you have large", message="2"))
    platform.end()
    await passing(clock, start(main=platform).run(asyncio.Event()))
    assert [said.in_reply_to for said in platform.sent] == ["1", "2"]
    assert len(await desk.waiting()) == 1


async def test_nothing_is_confirmed_before_it_is_stored(
    machine: Machine, troubles: Troubles, clock: ManualClock, platform: MemoryPlatform
) -> None:
    """While the store takes nothing the adapter waits; that is the back-pressure (G1)."""
    troubles.fail_next("append", *[FULL] * 3)
    platform.feed(inbound("when will my hoodie come"))
    platform.end()
    listening = asyncio.create_task(platform.listen(machine.bus.publish))
    await asyncio.sleep(0.01)
    assert platform.confirmed == []
    await passing(clock, platform.stored(1))
    await listening
    assert len(platform.confirmed) == 1


async def test_a_lease_that_cannot_be_renewed_for_a_while_stops_nothing(
    start: Start, troubles: Troubles, clock: ManualClock
) -> None:
    """A sign of life that could not be written is written the next time."""
    troubles.fail_next("renew", FULL, FULL)
    platform = MemoryPlatform()
    stop = asyncio.Event()
    running = asyncio.create_task(start(main=platform, endless=("main",)).run(stop))
    platform.feed(inbound("do you have large", message="1"))
    await passing(clock, platform.said(1))
    platform.feed(inbound("do you have large", message="2"))
    await passing(clock, platform.said(2))
    stop.set()
    await running
    assert answers(platform) == ["1", "2"]


async def test_an_end_that_cannot_be_noted_is_an_end_all_the_same(start: Start, troubles: Troubles) -> None:
    """A store that gives out at the very end makes no error of a run that did its work."""
    troubles.fail_next("release", FULL)
    platform = MemoryPlatform()
    platform.feed(inbound("do you have large"))
    platform.end()
    await start(main=platform).run(asyncio.Event())
    assert answers(platform) == ["1"]
