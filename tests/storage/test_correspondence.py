"""A fan's own conversation as the fan sees it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Address, Author, Choice, Inbound, Kind, OutboundKind
from fanbot.ports.platform import Resend
from fanbot.ports.store import Move, Parked
from fanbot.ports.web import Bubble, Voice
from fanbot.storage import SqlStore
from fanbot.testing.letters import NOON, address, inbound
from fanbot.testing.stores import answer, answered, confirm, decide, entry_of, handed_over, hear

HERE = {"memory/main": Resend.SAME_KEY}
SECOND = timedelta(seconds=1)


def at(seconds: int, text: str, **more: object) -> Inbound:
    """Write a message so many seconds after noon."""
    return inbound(text, received_at=NOON + seconds * SECOND, **more)  # type: ignore[arg-type]


async def told(store: SqlStore, channel: str = "ada", *, limit: int = 200) -> list[tuple[Voice, str]]:
    """Return who said what in a conversation."""
    bubbles = await store.correspondence.bubbles(address(channel), limit=limit)
    return [(bubble.voice, bubble.text) for bubble in bubbles]


async def test_fan_assistant_and_person_are_told_apart(store: SqlStore) -> None:
    """What was asked, what the assistant said, what a person wrote: in this order, each in its voice."""
    store.outbox.serve(HERE)
    (asked,) = await hear(store, at(0, "my parcel", message="m1"))
    note = answer(asked.inbound, "A person reads this.", kind=OutboundKind.ACKNOWLEDGEMENT)
    claims = await decide(store, handed_over(asked, Lane.ORDER, note, at=NOON + SECOND))
    await confirm(store, claims, at=NOON + 2 * SECOND)
    item = (await entry_of(store, asked.conversation_id)).handoff.id
    words = answer(asked.inbound, "Hello Ada.", kind=OutboundKind.HUMAN)
    await store.desk.move(
        item,
        who="sam",
        change=lambda e: Move(e.handoff.reply("sam", NOON), "answered", {}, outbounds=(words,)),
    )
    assert await told(store) == [(Voice.FAN, "my parcel"), (Voice.ASSISTANT, "A person reads this.")]
    (claim,) = await store.outbox.claim(limit=1, now=NOON + 5 * SECOND)
    before = await store.correspondence.bubbles(address())
    assert before == [
        Bubble("m1", NOON, Voice.FAN, "my parcel"),
        Bubble(claims[0].dispatch.key, NOON + SECOND, Voice.ASSISTANT, "A person reads this.", (), "m1"),
        Bubble(claim.dispatch.key, NOON + 5 * SECOND, Voice.PERSON, "Hello Ada.", (), "m1"),
    ]
    await confirm(store, [claim], at=NOON + 6 * SECOND)
    assert await store.correspondence.bubbles(address()) == before


async def test_what_was_claimed_is_there_before_it_is_sent(store: SqlStore) -> None:
    """Words and buttons are those of the dispatch, under the same key; what waits is not there yet."""
    store.outbox.serve({"memory/main": Resend.NEVER})
    (asked,) = await hear(store, at(0, "tickets or sizes?"))
    choices = (Choice("tickets", "Tickets"), Choice("sizes", "Sizes", "2"))
    first = replace(answer(asked.inbound, "Which one?", kind=OutboundKind.QUESTION), choices=choices)
    (claim,) = await decide(store, answered(asked, first, answer(asked.inbound, "and more")))
    (_, bubble) = await store.correspondence.bubbles(address())
    assert (bubble.key, bubble.text, bubble.choices) == (claim.dispatch.key, "Which one?", choices)
    assert bubble.choices == claim.dispatch.choices


async def test_an_admitted_promotion_is_part_of_the_words(store: SqlStore) -> None:
    """The bubble says what was sent, promo block and all."""
    store.outbox.serve(HERE)
    for number in range(10):
        (asked,) = await hear(store, at(number, "?", message=f"m{number}"))
        promo = "There is a new shirt." if number == 9 else ""
        outbound = answer(asked.inbound, f"answer {number}", template=f"t{number}", promo=promo)
        claims = await decide(store, answered(asked, outbound, at=NOON + number * SECOND))
        await confirm(store, claims, at=NOON + number * SECOND)
    assert claims[0].dispatch.promotional
    assert (await told(store))[-1] == (Voice.ASSISTANT, claims[0].dispatch.text)


async def test_an_edited_message_shows_its_newest_words_and_a_deleted_one_nothing(store: SqlStore) -> None:
    """Reactions and presses are no messages."""
    await hear(
        store,
        at(0, "helo", message="1"),
        at(1, "secret", message="2"),
        at(2, "hallo", message="1", kind=Kind.EDIT, revision="a"),
        at(3, "hello", message="1", kind=Kind.EDIT, revision="b"),
        at(4, "", message="2", kind=Kind.DELETION),
        at(5, "❤️", message="1", kind=Kind.REACTION),
        at(6, "tickets", message="1", kind=Kind.PRESS),
        at(7, "there", message="3"),
    )
    bubbles = await store.correspondence.bubbles(address())
    assert [(bubble.key, bubble.text) for bubble in bubbles] == [("1", "hello"), ("3", "there")]
    assert bubbles[0].at == NOON


@pytest.mark.parametrize("limit", [1, 3, 5])
async def test_the_newest_are_shown_oldest_first(store: SqlStore, limit: int) -> None:
    """However much was edited or deleted since, there are as many as were asked for."""
    many = 450
    events = [at(number, f"word {number}", message=f"{number}") for number in range(10)]
    edits = [at(20, "new", message="9", kind=Kind.EDIT, revision=f"{number}") for number in range(many)]
    await hear(store, *events, *edits, at(30, "", message="8", kind=Kind.DELETION))
    words = [f"word {number}" for number in range(8)] + ["new"]
    assert await told(store, limit=limit) == [(Voice.FAN, word) for word in words[-limit:]]
    assert await told(store, limit=0) == []


async def test_what_did_not_arrive_is_not_shown(store: SqlStore) -> None:
    """The fan sees what was said to them, and nothing of what went wrong."""
    store.outbox.serve(HERE)
    (asked,) = await hear(store, at(0, "hi"))
    (claim,) = await decide(store, answered(asked, answer(asked.inbound)))
    await store.outbox.settle([Parked(claim, NOON, "refused", arrived=False)])
    assert await told(store) == [(Voice.FAN, "hi")]


async def test_a_conversation_is_nobody_elses(store: SqlStore) -> None:
    """Another place, another thread, or a shared channel of the same name shows nothing of it."""
    await hear(
        store,
        at(0, "mine"),
        at(1, "theirs", channel="bob", message="2"),
        at(2, "in public", channel="lounge", message="3", direct=False, author=Author("ada")),
    )
    assert await told(store) == [(Voice.FAN, "mine")]
    for other in (
        Address("memory", "main", "ada", "thread"),
        Address("memory", "other", "ada"),
        Address("other", "main", "ada"),
        address("lounge"),
        Address("memory", "main", "lounge", "ada"),
        address("nobody"),
        address("ada/../bob"),
    ):
        assert await store.correspondence.bubbles(other) == []


async def test_a_fan_takes_home_their_own_words_and_not_the_team_s(store: SqlStore) -> None:
    """Who passed it on to whom, and with which note, stays among the people of the team (P28)."""
    (one,) = await hear(store, inbound("my dog died"))
    await decide(store, handed_over(one))
    item = (await entry_of(store, one.conversation_id)).handoff.id
    note = {"to": "kim", "note": "he writes every week"}
    await store.desk.move(
        item, who="sam", change=lambda entry: Move(entry.handoff.claim("sam", NOON), "passed on", note)
    )
    fan = one.inbound.author.id
    taken = [
        record
        async for record in store.correspondence.export(platform=one.inbound.address.platform, user=fan)
    ]
    assert "my dog died" in str(taken)
    assert {"kim", "sam"}.isdisjoint(word.strip("',\"") for word in str(taken).split())
    assert {record["type"] for record in taken}.isdisjoint({"item", "item-event"})
