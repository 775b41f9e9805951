"""From what a fan writes to what they read: stored, decided in order, answered once."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from fanbot.domain.messages import Author, Kind, OutboundKind
from fanbot.services.desk import Desk
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.platform import MemoryPlatform
from fanbot.testing.stores import records
from fanbot.testing.troubles import TroubledStore

Hear = Callable[..., Awaitable[None]]
INTRO = "automatic assistant, not with Juno"


def kinds(platform: MemoryPlatform) -> list[OutboundKind]:
    """Name what was said."""
    return [said.kind for said in platform.sent]


async def test_a_routine_question_is_answered_where_it_was_asked(
    hear: Hear, platform: MemoryPlatform
) -> None:
    """The answer goes to the fan's own chat, as a reply to their message."""
    await hear(inbound("when will my hoodie come", message="7", channel="bob"))
    [answer] = platform.sent
    assert "[signal:shipping]" in answer.text
    assert (answer.kind, answer.address.channel, answer.in_reply_to) == (OutboundKind.ANSWER, "bob", "7")


async def test_an_answer_offers_a_person_in_one_tap(hear: Hear, platform: MemoryPlatform) -> None:
    """Whoever got an automatic answer can ask for a person at once (P4)."""
    await hear(inbound("when will my hoodie come"))
    [answer] = platform.sent
    assert [choice.typed for choice in answer.choices] == ["/human"]


async def test_everything_is_answered_in_the_order_of_the_questions(
    hear: Hear, platform: MemoryPlatform
) -> None:
    """Within a conversation the answers stand as the questions did, over several deliveries (G4)."""
    asked = ["when will my hoodie come", "do you have large", "where are tickets", "do you have large"]
    first = [inbound(text, message=str(number)) for number, text in enumerate(asked)]
    second = [inbound(text, message=str(number)) for number, text in enumerate(asked, start=10)]
    await hear(*first)
    await hear(*second)
    assert [said.in_reply_to for said in platform.sent] == ["0", "1", "2", "3", "10", "11", "12", "13"]


async def test_a_message_that_comes_again_is_answered_once(
    hear: Hear, platform: MemoryPlatform, store: TroubledStore
) -> None:
    """A platform that delivers twice changes nothing: one decision, one answer (G2, G3)."""
    message = inbound("when will my hoodie come")
    await hear(message, message)
    await hear(message)
    assert len(platform.sent) == 1
    assert [kept["text"] for kept in await records(store, "message")] == [message.text]


async def test_what_the_bot_itself_and_other_bots_write_is_kept_and_not_answered(
    hear: Hear, platform: MemoryPlatform, store: TroubledStore
) -> None:
    """Two machines never talk to each other."""
    mine = inbound("when will my hoodie come", message="1", author=Author("me", own=True))
    other = inbound("when will my hoodie come", message="2", author=Author("it", bot=True))
    await hear(mine, other)
    assert platform.sent == []
    assert [kept["decision"]["route"] for kept in await records(store, "message")] == ["record", "record"]


async def test_what_is_said_to_the_room_is_kept_and_not_answered(
    hear: Hear, platform: MemoryPlatform
) -> None:
    """In a shared channel the assistant speaks when spoken to."""
    aside = inbound("when will my hoodie come", message="1", channel="lobby", direct=False)
    asked = replace(inbound("do you have large", message="2", channel="lobby", direct=False), mentioned=True)
    await hear(aside, asked)
    assert [said.in_reply_to for said in platform.sent] == ["2"]


async def test_an_edit_that_tells_of_grief_is_decided_anew(
    hear: Hear, platform: MemoryPlatform, desk: Desk
) -> None:
    """An edit is kept; one that needs a person reaches one."""
    await hear(inbound("when will my hoodie come", message="1"))
    await hear(inbound("do you have large", message="1", kind=Kind.EDIT, revision="a"))
    assert len(platform.sent) == 1
    await hear(inbound("my dog died", message="1", kind=Kind.EDIT, revision="b"))
    assert [entry.latest.text for entry in await desk.waiting()] == ["my dog died"]


async def test_spam_is_set_aside_in_silence(
    hear: Hear, platform: MemoryPlatform, desk: Desk, store: TroubledStore
) -> None:
    """Spam gets no answer and no place in the queue, and stays on record (P15)."""
    await hear(inbound("buy followers"))
    assert platform.sent == []
    assert await desk.waiting() == []
    [kept] = await records(store, "message")
    assert kept["decision"]["route"] == "quarantine"


async def test_an_unclear_question_is_asked_back_once_a_day(
    hear: Hear, platform: MemoryPlatform, desk: Desk, clock: ManualClock
) -> None:
    """A second unclear message of the day goes to a person, not round in circles (P13)."""
    await hear(inbound("large tickets", message="1"), inbound("large tickets", message="2"))
    assert kinds(platform) == [OutboundKind.QUESTION, OutboundKind.ACKNOWLEDGEMENT]
    assert [choice.id for choice in platform.sent[0].choices] == [
        "template:sizes",
        "template:tickets",
        "human",
    ]
    [entry] = await desk.waiting()
    await desk.close(entry.handoff.id, who="Sam")
    clock.move(timedelta(days=1))
    await hear(inbound("large tickets", message="3"))
    assert kinds(platform)[-1] is OutboundKind.QUESTION


async def test_the_assistant_introduces_itself_once_in_each_conversation(
    hear: Hear, platform: MemoryPlatform
) -> None:
    """The first automatic words say whose assistant speaks; later ones do not repeat it (P4)."""
    await hear(
        inbound("when will my hoodie come", message="1"),
        inbound("do you have large", message="2"),
        inbound("do you have large", message="3", channel="bob"),
    )
    await hear(inbound("where are tickets", message="4"))
    introduced = {said.in_reply_to: INTRO in said.text for said in platform.sent}
    assert introduced == {"1": True, "2": False, "3": True, "4": False}


async def test_no_introduction_stands_before_words_for_a_crisis(hear: Hear, platform: MemoryPlatform) -> None:
    """A person in a crisis reads help first; the introduction comes with the next automatic words (P20)."""
    await hear(inbound("i do not want to live", message="1"))
    await hear(inbound("when will my hoodie come", message="2"))
    crisis, answer = platform.sent
    assert INTRO not in crisis.text
    assert crisis.text.startswith("Thank you for writing this.")
    assert INTRO in answer.text


async def test_answers_in_the_language_of_the_question(hear: Hear, platform: MemoryPlatform) -> None:
    """Template and built-in words follow the fan, and the conversation remembers."""
    await hear(inbound("cuándo llega mi sudadera", message="1"))
    await hear(inbound("/privacy", message="2"))
    assert "Sobre el envío" in platform.sent[0].text
    assert "Juno" in platform.sent[1].text
    assert "What is kept" not in platform.sent[1].text
