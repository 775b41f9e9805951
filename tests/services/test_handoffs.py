"""What goes to a person: told once, told truly, and told nothing more than it should be."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fanbot.domain.handoffs import Lane, State
from fanbot.domain.messages import Attachment, OutboundKind
from fanbot.services.desk import Desk
from fanbot.services.engine import PIECE
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.platform import MemoryPlatform
from fanbot.testing.troubles import TroubledStore
from fanbot.testing.understanding import ScriptedUnderstanding

Hear = Callable[..., Awaitable[None]]
HOUR = timedelta(hours=1)


def replied_to(platform: MemoryPlatform) -> list[str]:
    """Name the messages that got words."""
    return [said.in_reply_to for said in platform.sent]


async def only_item(desk: Desk, *, everything: bool = False) -> int:
    """Return the id of the one item there is."""
    [entry] = await desk.waiting(everything=everything)
    return entry.handoff.id


async def test_a_personal_message_waits_for_a_person(
    hear: Hear, platform: MemoryPlatform, desk: Desk
) -> None:
    """Nothing personal is answered by a template; the fan learns who reads it (G6, P6)."""
    await hear(inbound("my dog died"))
    [entry] = await desk.waiting()
    assert (entry.handoff.lane, entry.handoff.state) == (Lane.PERSONAL, State.WAITING)
    [said] = platform.sent
    assert said.kind is OutboundKind.ACKNOWLEDGEMENT
    assert "a person on Juno's team reads it" in said.text
    assert "This note is automatic" in said.text


async def test_files_alone_wait_for_a_person_and_the_fan_is_told(
    hear: Hear, platform: MemoryPlatform, desk: Desk
) -> None:
    """No template answers what nobody looked at; the note says that it is saved and who reads it (P2, P9)."""
    photo = Attachment("file:" + "0" * 32, "cat.png", "image/png", 7)
    await hear(replace(inbound(""), attachments=(photo,)))
    [entry] = await desk.waiting()
    assert (entry.handoff.lane, entry.latest.attachments) == (Lane.OTHER, (photo,))
    assert entry.reasons[0] == "a file needs a person's eyes"
    [said] = platform.sent
    assert said.kind is OutboundKind.ACKNOWLEDGEMENT
    assert "It is saved, and a person on Juno's team reads it" in said.text


async def test_the_second_message_of_a_batch_is_judged_after_the_first(
    hear: Hear, platform: MemoryPlatform, desk: Desk
) -> None:
    """Two messages of one delivery make one item and one note (G2)."""
    await hear(inbound("my dog died", message="1"), inbound("my dog died", message="2"))
    [entry] = await desk.waiting()
    assert (entry.messages, entry.latest.message) == (2, "2")
    assert replied_to(platform) == ["1"]


async def test_what_a_person_does_while_a_message_is_understood_counts(
    hear: Hear, platform: MemoryPlatform, desk: Desk, understanding: ScriptedUnderstanding
) -> None:
    """Who claims in that moment is in the conversation; no template speaks over them (G6)."""
    await hear(inbound("my dog died", message="1"))
    item = await only_item(desk)
    understanding.meanwhile(lambda: desk.claim(item, who="sam"))
    await hear(inbound("do you have large", message="2"))
    assert replied_to(platform) == ["1"]
    [entry] = await desk.waiting(everything=True)
    assert (entry.messages, entry.latest.message) == (2, "2")


async def test_many_messages_of_one_fan_are_judged_in_order(
    hear: Hear, platform: MemoryPlatform, desk: Desk
) -> None:
    """More than are understood together still make one item, one note, and answers in their order (G4)."""
    texts = ["my dog died", *["do you have large"] * (2 * PIECE)]
    await hear(*(inbound(text, message=f"{number}") for number, text in enumerate(texts)))
    assert replied_to(platform) == [f"{number}" for number in range(len(texts))]
    [entry] = await desk.waiting()
    assert entry.messages == 1


async def test_fans_who_write_at_once_are_judged_apart(
    hear: Hear, platform: MemoryPlatform, desk: Desk
) -> None:
    """In one batch, what one fan wrote changes nothing for the other."""
    await hear(
        inbound("my dog died", message="1", channel="ada"),
        inbound("my dog died", message="2", channel="bob"),
        inbound("when will my hoodie come", message="3", channel="bob"),
    )
    assert len(await desk.waiting()) == 2
    assert sorted(replied_to(platform)) == ["1", "2", "3"]


async def test_a_repeat_is_acknowledged_again_after_twelve_hours_only(
    hear: Hear, platform: MemoryPlatform, clock: ManualClock
) -> None:
    """Repeats are not met by a machine every time; after half a day the fan hears again."""
    await hear(inbound("my dog died", message="1"))
    clock.move(12 * HOUR - timedelta(seconds=1))
    await hear(inbound("my dog died", message="2"))
    clock.move(timedelta(seconds=1))
    await hear(inbound("my dog died", message="3"))
    assert replied_to(platform) == ["1", "3"]


async def test_each_matter_of_a_conversation_is_acknowledged(
    hear: Hear, platform: MemoryPlatform, desk: Desk
) -> None:
    """A broken parcel and a personal story are two items, for two people perhaps."""
    await hear(inbound("my dog died", message="1"), inbound("my parcel came broken", message="2"))
    assert {entry.handoff.lane for entry in await desk.waiting()} == {Lane.PERSONAL, Lane.ORDER}
    assert replied_to(platform) == ["1", "2"]


@pytest.mark.parametrize("text", ["my dog died", "i do not want to live", "i will find you"])
async def test_grief_and_safety_carry_no_offers(hear: Hear, platform: MemoryPlatform, text: str) -> None:
    """No button and no record of waiting times stands below such a note (P20)."""
    await hear(inbound(text))
    [said] = platform.sent
    assert said.choices == ()
    assert "30 days" not in said.text


async def test_an_ordinary_matter_can_be_taken_back_by_a_tap(hear: Hear, platform: MemoryPlatform) -> None:
    """The note on a broken parcel offers to take the message back."""
    await hear(inbound("my parcel came broken"))
    assert [choice.typed for choice in platform.sent[0].choices] == ["/takeback"]


@pytest.mark.parametrize(
    "text", ["my dog died", "i do not want to live", "my parcel came broken", "a person please"]
)
async def test_in_public_nothing_is_said_of_what_it_is_about(
    hear: Hear, platform: MemoryPlatform, desk: Desk, text: str
) -> None:
    """Whoever else reads along learns only that a person will read it."""
    await hear(inbound("/start", channel="lobby", message="1", direct=False, mentioned=True))
    await hear(inbound(text, channel="lobby", message="2", direct=False, mentioned=True))
    said = platform.sent[-1]
    assert said.text == "Thank you for writing. A person will read this. This note is automatic."
    assert said.choices == ()
    assert len(await desk.waiting()) == 1


async def test_while_a_person_is_there_the_assistant_is_silent(
    hear: Hear, platform: MemoryPlatform, desk: Desk
) -> None:
    """From a claim on, routine questions join the item unanswered (P4)."""
    await hear(inbound("my dog died", message="1"))
    await desk.claim(await only_item(desk), who="Sam")
    await hear(inbound("when will my hoodie come", message="2"), inbound("what now", message="3"))
    assert replied_to(platform) == ["1"]
    [entry] = await desk.waiting()
    assert (entry.messages, entry.latest.message, entry.handoff.owner) == (3, "3", "Sam")


async def test_another_matter_in_hush_opens_an_item_in_silence(
    hear: Hear, platform: MemoryPlatform, desk: Desk
) -> None:
    """What belongs to somebody else is not lost while one person talks."""
    await hear(inbound("my dog died", message="1"))
    await desk.claim(await only_item(desk), who="Sam")
    await hear(inbound("my parcel came broken", message="2"))
    assert {entry.handoff.lane for entry in await desk.waiting()} == {Lane.PERSONAL, Lane.ORDER}
    assert replied_to(platform) == ["1"]


async def test_asking_for_a_person_who_is_there_already_is_not_met_by_a_machine(
    hear: Hear, platform: MemoryPlatform, desk: Desk
) -> None:
    """The person in the conversation reads it; the assistant keeps out (P4)."""
    await hear(inbound("my parcel came broken", message="1"))
    await desk.claim(await only_item(desk), who="Sam")
    await hear(inbound("/human", message="2"))
    assert replied_to(platform) == ["1"]
    assert {entry.handoff.lane for entry in await desk.waiting()} == {Lane.ORDER, Lane.HUMAN}


async def test_a_crisis_is_answered_also_while_a_person_is_there(
    hear: Hear, platform: MemoryPlatform, desk: Desk
) -> None:
    """Safety always speaks (P20)."""
    await hear(inbound("my parcel came broken", message="1"))
    await desk.claim(await only_item(desk), who="Sam")
    await hear(inbound("i do not want to live", message="2"))
    assert replied_to(platform) == ["1", "2"]
    assert "local emergency number" in platform.sent[-1].text


async def test_the_hush_ends_with_the_release(hear: Hear, platform: MemoryPlatform, desk: Desk) -> None:
    """Once the person has let go, routine questions are answered again."""
    await hear(inbound("my dog died", message="1"))
    item = await only_item(desk)
    await desk.claim(item, who="Sam")
    await desk.release(item, who="Sam")
    await hear(inbound("when will my hoodie come", message="2"))
    assert replied_to(platform) == ["1", "2"]


async def test_the_hush_ends_after_twelve_hours_without_a_person(
    hear: Hear, platform: MemoryPlatform, desk: Desk, clock: ManualClock
) -> None:
    """A forgotten claim does not silence the assistant for ever."""
    await hear(inbound("my dog died", message="1"))
    await desk.claim(await only_item(desk), who="Sam")
    clock.move(12 * HOUR)
    await hear(inbound("when will my hoodie come", message="2"))
    assert replied_to(platform) == ["1", "2"]


async def test_thanks_leave_an_answered_item_answered(
    hear: Hear, platform: MemoryPlatform, desk: Desk, clock: ManualClock
) -> None:
    """Thanks for a person's reply need no reply; they neither reopen nor ring (P14)."""
    await hear(inbound("my dog died", message="1"))
    item = await only_item(desk)
    await desk.reply(item, "I am sorry.", who="Sam")
    for number, pause in enumerate((HOUR, 13 * HOUR), start=2):
        clock.move(pause)
        await hear(inbound("thank you", message=f"{number}"))
    assert await desk.waiting() == []
    [entry] = await desk.waiting(everything=True)
    assert (entry.handoff.id, entry.handoff.state) == (item, State.ANSWERED)
    assert [said.kind for said in platform.sent] == [OutboundKind.ACKNOWLEDGEMENT, OutboundKind.HUMAN]


@pytest.mark.parametrize("pause", [HOUR, 13 * HOUR])
async def test_anything_but_thanks_reopens_an_answered_item(
    hear: Hear, desk: Desk, clock: ManualClock, pause: timedelta
) -> None:
    """A fan who writes on after a reply stands in the queue again, in hush and after it (P14)."""
    await hear(inbound("my dog died", message="1"))
    item = await only_item(desk)
    await desk.reply(item, "I am sorry.", who="Sam")
    clock.move(pause)
    await hear(inbound("thank you", message="2"), inbound("what did you mean", message="3"))
    [entry] = await desk.waiting()
    assert (entry.handoff.id, entry.handoff.state) == (item, State.WAITING)


async def test_an_item_that_waits_is_never_ended_by_a_timer(
    hear: Hear, desk: Desk, store: TroubledStore, clock: ManualClock
) -> None:
    """A year later it still waits, and the fan's next message joins it (P14)."""
    await hear(inbound("my dog died", message="1"))
    item = await only_item(desk)
    clock.move(timedelta(days=365))
    await store.desk.tend(now=clock.now())
    await hear(inbound("hello?", message="2"))
    [entry] = await desk.waiting()
    assert (entry.handoff.id, entry.messages) == (item, 2)


async def test_while_paused_a_routine_question_reaches_a_person(
    hear: Hear, platform: MemoryPlatform, desk: Desk, store: TroubledStore, clock: ManualClock
) -> None:
    """A pause stops automatic answers, not the receipts and not the safety texts."""
    await store.switches.pause(who="Sam", now=clock.now(), paused=True)
    await hear(
        inbound("when will my hoodie come", message="1"),
        inbound("i do not want to live", message="2", channel="bob"),
    )
    assert sorted(said.kind for said in platform.sent) == [OutboundKind.ACKNOWLEDGEMENT] * 2
    assert {entry.handoff.lane for entry in await desk.waiting()} == {Lane.OTHER, Lane.CRISIS}
