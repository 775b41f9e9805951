"""Exact commands and buttons do what they say, and say what they did."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Kind, OutboundKind
from fanbot.services.desk import Desk
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.platform import MemoryPlatform
from fanbot.testing.stores import records
from fanbot.testing.troubles import TroubledStore

Hear = Callable[..., Awaitable[None]]
INTRO = "automatic assistant, not with Juno"


async def lanes(desk: Desk) -> list[Lane]:
    """Name what waits."""
    return [entry.handoff.lane for entry in await desk.waiting()]


async def test_help_lists_what_has_an_answer(hear: Hear, platform: MemoryPlatform) -> None:
    """A fan can browse instead of guessing (P10)."""
    await hear(inbound("/help"))
    [said] = platform.sent
    for topic in ("shipping", "sizes", "tickets"):
        assert f"- an example of {topic}" in said.text
    assert "/human" in said.text


async def test_privacy_says_what_is_kept(hear: Hear, platform: MemoryPlatform) -> None:
    """A fan can see what is kept about them, and how to have it erased (P28)."""
    await hear(inbound("/privacy"))
    [said] = platform.sent
    assert "What is kept here" in said.text


async def test_start_greets_and_is_introduction_enough(hear: Hear, platform: MemoryPlatform) -> None:
    """The greeting already says whose assistant speaks; the next answer does not repeat it."""
    await hear(inbound("/start", message="1"), inbound("do you have large", message="2"))
    greeting, answer = platform.sent
    assert "automatic assistant, not Juno" in greeting.text
    assert INTRO not in greeting.text
    assert INTRO not in answer.text


@pytest.mark.parametrize("typed", ["/human", "/person"])
async def test_a_person_is_one_command_away(
    hear: Hear, platform: MemoryPlatform, desk: Desk, typed: str
) -> None:
    """Asking for a person opens an item and is acknowledged at once (P12)."""
    await hear(inbound(typed))
    assert await lanes(desk) == [Lane.HUMAN]
    [said] = platform.sent
    assert said.kind is OutboundKind.ACKNOWLEDGEMENT
    assert "You asked for a person." in said.text


async def test_a_person_is_one_tap_away(hear: Hear, platform: MemoryPlatform, desk: Desk) -> None:
    """The button below an answer does what the command does (P4)."""
    await hear(inbound("do you have large", message="1"))
    [answer] = platform.sent
    await hear(inbound(answer.choices[-1].id, message="2", kind=Kind.PRESS))
    assert await lanes(desk) == [Lane.HUMAN]


async def test_a_pressed_topic_is_answered(hear: Hear, platform: MemoryPlatform) -> None:
    """A question back is answered by a tap."""
    await hear(inbound("large tickets", message="1"))
    [question] = platform.sent
    await hear(inbound(question.choices[0].id, message="2", kind=Kind.PRESS))
    assert "[signal:sizes]" in platform.sent[1].text


async def test_a_pressed_topic_that_is_gone_reaches_a_person(
    hear: Hear, platform: MemoryPlatform, desk: Desk
) -> None:
    """A button that outlived its answer is no dead end (P2)."""
    await hear(inbound("template:withdrawn", kind=Kind.PRESS))
    assert await lanes(desk) == [Lane.OTHER]
    assert [said.kind for said in platform.sent] == [OutboundKind.ACKNOWLEDGEMENT]


async def test_an_unknown_button_is_kept_in_silence(hear: Hear, platform: MemoryPlatform) -> None:
    """A press that nobody knows breaks nothing and bothers nobody."""
    await hear(inbound("who knows", kind=Kind.PRESS))
    assert platform.sent == []


async def test_a_fan_who_was_helped_is_thanked(hear: Hear, platform: MemoryPlatform, desk: Desk) -> None:
    """The button that says so is heard, and opens nothing."""
    await hear(inbound("do you have large", message="1"), inbound("helped", message="2", kind=Kind.PRESS))
    assert platform.sent[1].text == "Good to know, thank you."
    assert await desk.waiting() == []


async def test_stop_ends_promotions_and_nothing_else(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock, store: TroubledStore
) -> None:
    """After /stop the answers go on without their promo blocks, for good (P3)."""
    for number in range(12):
        clock.move(timedelta(days=1))
        await hear(inbound("when will my hoodie come", message=f"{number}"))
    await hear(inbound("where are tickets", message="20"))
    assert "[promo:tickets]" in platform.sent[-1].text
    clock.move(timedelta(days=12))
    await hear(inbound("/stop", message="21"), inbound("where are tickets", message="22"))
    clock.move(timedelta(days=2))
    await hear(inbound("where are tickets", message="23"))
    last = {said.in_reply_to: said for said in platform.sent}
    assert "no more promotions" in last["21"].text
    for message in ("22", "23"):
        assert "[signal:tickets]" in last[message].text
        assert not last[message].promotional
    assert [kept["what"] for kept in await records(store, "consent")] == ["conversation", "no promotions"]


async def test_a_fan_takes_back_what_waits(hear: Hear, platform: MemoryPlatform, desk: Desk) -> None:
    """What a fan takes back leaves the queue, and the fan is told so."""
    await hear(inbound("my dog died", message="1"), inbound("my parcel came broken", message="2"))
    assert len(await lanes(desk)) == 2
    await hear(inbound("/takeback", message="3"))
    assert await lanes(desk) == []
    assert "no longer waits for a person" in platform.sent[-1].text


async def test_nothing_to_take_back_is_said_plainly(hear: Hear, platform: MemoryPlatform) -> None:
    """Where nothing waits, nothing is claimed to be done (P16)."""
    await hear(inbound("/takeback"))
    assert "nothing was changed" in platform.sent[0].text


async def test_only_what_stood_before_is_taken_back(hear: Hear, platform: MemoryPlatform, desk: Desk) -> None:
    """Three messages of one delivery: the second takes back the first, not the third."""
    await hear(
        inbound("my dog died", message="1"),
        inbound("/takeback", message="2"),
        inbound("my dog died", message="3"),
    )
    [entry] = await desk.waiting()
    assert (entry.latest.message, entry.messages) == ("3", 1)
    assert [said.kind for said in platform.sent] == [
        OutboundKind.ACKNOWLEDGEMENT,
        OutboundKind.NOTICE,
        OutboundKind.ACKNOWLEDGEMENT,
    ]


@pytest.mark.parametrize("text", ["i do not want to live", "i will find you"])
async def test_a_matter_of_safety_cannot_be_taken_back(
    hear: Hear, platform: MemoryPlatform, desk: Desk, text: str
) -> None:
    """A moderator still sees it, and the fan is not told that it is gone (P20)."""
    await hear(inbound(text, message="1"), inbound("/takeback", message="2"))
    assert len(await lanes(desk)) == 1
    assert "nothing was changed" in platform.sent[-1].text


async def test_a_fan_may_take_back_also_while_a_person_is_there(
    hear: Hear, platform: MemoryPlatform, desk: Desk
) -> None:
    """An exact command is always heard; the item is gone also for the person who held it."""
    await hear(inbound("my dog died", message="1"))
    [entry] = await desk.waiting()
    await desk.claim(entry.handoff.id, who="Sam")
    await hear(inbound("/takeback", message="2"))
    assert await lanes(desk) == []
    assert "no longer waits" in platform.sent[-1].text
