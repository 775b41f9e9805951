"""What people do in the queue, and what the fan reads of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fanbot.bootstrap import Machine
from fanbot.domain.handoffs import Lane, State
from fanbot.domain.messages import Author, OutboundKind
from fanbot.errors import AlreadyClaimedError, DeliveryError, MoveError, UnknownItemError
from fanbot.ports.platform import Capabilities, Resend
from fanbot.services.desk import Desk
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import address, inbound
from fanbot.testing.platform import MemoryPlatform
from fanbot.testing.stores import records
from fanbot.testing.troubles import TroubledStore

Hear = Callable[..., Awaitable[None]]
Item = Callable[..., Awaitable[int]]
HOUR = timedelta(hours=1)
LINGER = timedelta(seconds=10)


@pytest.fixture
def item(hear: Hear, desk: Desk, platform: MemoryPlatform) -> Item:
    """Have a fan write something for a person; return the item, with the note to the fan forgotten."""

    async def written(
        text: str = "my parcel came broken", *, message: str = "1", channel: str = "ada"
    ) -> int:
        await hear(inbound(text, message=message, channel=channel))
        entries = await desk.waiting()
        platform.sent.clear()
        return next(entry.handoff.id for entry in entries if entry.latest.address.channel == channel)

    return written


async def test_a_reply_comes_out_where_the_fan_wrote(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """It goes to the fan's chat, answers their newest message, and says who wrote it (P16)."""
    number = await item()
    await hear(inbound("my parcel came broken", message="2"))
    answered = await desk.reply(number, "  A new one is on its way.  ", who="Sam")
    await hear()
    [said] = platform.sent
    assert said.text == "A new one is on its way.\n\n— Sam, Juno's team"
    assert (said.address, said.in_reply_to, said.kind) == (address("ada"), "2", OutboundKind.HUMAN)
    assert (answered.state, answered.owner) == (State.ANSWERED, "Sam")
    assert await desk.waiting() == []


async def test_a_reply_carries_no_introduction_and_no_promotion(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """A person's words stand alone (P4, P17)."""
    await desk.reply(await item(), "Hello Ada.", who="Sam")
    await hear()
    [said] = platform.sent
    assert said.text == "Hello Ada.\n\n— Sam, Juno's team"
    assert not said.promotional


@pytest.mark.parametrize(
    ("who", "signature"),
    [
        ("Juno", "— Juno"),
        ("juno", "— Juno"),
        ("Sam", "— Sam, Juno's team"),
        ("Kim", "— Kim, Juno's team"),
        ("Somebody", "— Somebody, Juno's team"),
    ],
)
async def test_only_the_artist_signs_as_the_artist(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform, who: str, signature: str
) -> None:
    """Everybody else is the team, whatever they call themselves (P16)."""
    await desk.reply(await item(), "Hello.", who=who)
    await hear()
    assert platform.sent[0].text == f"Hello.\n\n{signature}"


async def test_an_empty_reply_is_refused_and_nothing_changes(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """A slip of the finger sends nothing."""
    number = await item()
    with pytest.raises(MoveError, match="empty"):
        await desk.reply(number, " \n ", who="Sam")
    await hear()
    assert platform.sent == []
    assert [entry.handoff.state for entry in await desk.waiting()] == [State.WAITING]


async def test_every_move_needs_a_name(item: Item, desk: Desk) -> None:
    """Nobody acts namelessly (P21)."""
    number = await item()
    with pytest.raises(MoveError, match="name"):
        await desk.claim(number, who=" ")


async def test_a_private_story_is_never_answered_in_public(
    desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """The same fan writes in private and in the lobby; each reply stays where its message was (P28)."""
    ada = Author("ada", "Ada")
    told = inbound("my dog died", message="1", channel="ada", author=ada)
    asked = inbound("my parcel came broken", message="2", channel="lobby", author=ada, direct=False)
    await hear(told)
    await hear(replace(asked, mentioned=True))
    platform.sent.clear()
    for entry in await desk.waiting():
        await desk.reply(entry.handoff.id, f"To: {entry.latest.text}", who="Sam")
    await hear()
    heard = {said.address.channel: (said.text.split("\n")[0], said.direct) for said in platform.sent}
    assert heard == {
        "ada": ("To: my dog died", True),
        "lobby": ("To: my parcel came broken", False),
    }


async def test_two_fans_of_one_channel_have_items_of_their_own(
    desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """In a shared channel a reply answers the fan who wrote, not whoever wrote last."""
    for number, fan in enumerate(("ada", "bob")):
        message = inbound("my parcel came broken", message=f"{number}", channel="lobby", direct=False)
        await hear(replace(message, author=Author(fan), mentioned=True))
    platform.sent.clear()
    first, second = await desk.waiting()
    assert first.latest.author != second.latest.author
    await desk.reply(first.handoff.id, "Hello.", who="Sam")
    await hear()
    assert [said.in_reply_to for said in platform.sent] == [first.latest.message]


async def test_a_closed_item_is_said_kindly(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """The fan learns that it was read and that no reply comes, which is the truth (P2, P16)."""
    number = await item("my dog died")
    closed = await desk.close(number, who="Sam")
    await hear()
    assert closed.state is State.CLOSED
    [said] = platform.sent
    assert "has been read by a person on Juno's team" in said.text
    assert "Thank you for sending it" in said.text
    assert await desk.waiting(everything=True) == []


async def test_a_closed_crisis_points_to_help(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """Who spoke of dying is not told that there is nothing left to do (P20)."""
    await desk.close(await item("i do not want to live"), who="Kim")
    await hear()
    said = platform.sent[-1].text
    assert "has been read by a moderator" in said
    assert "findahelpline.com" in said
    assert "nothing left" not in said


async def test_a_closed_item_is_said_in_the_fan_s_language(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """Who was spoken to in Spanish reads the end of it in Spanish (P12)."""
    await desk.close(await item("mi perro ha muerto"), who="Sam")
    await hear()
    assert "has been read" not in platform.sent[0].text
    assert "Juno" in platform.sent[0].text


async def test_who_lets_go_of_one_item_does_not_let_the_machine_into_another_s_talk(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """Two people hold two matters of one fan; the assistant is silent until both have let go (P4)."""
    parcel = await item("my parcel came broken")
    await hear(inbound("my dog died", message="2"))
    story = next(entry.handoff.id for entry in await desk.waiting() if entry.handoff.id != parcel)
    await desk.claim(parcel, who="Kim")
    await desk.claim(story, who="Sam")
    await desk.release(parcel, who="Kim")
    platform.sent.clear()
    await hear(inbound("do you have large", message="3"))
    assert platform.sent == []
    await desk.release(story, who="Sam")
    await hear(inbound("do you have large", message="4"))
    assert [said.in_reply_to for said in platform.sent] == ["4"]


async def test_of_a_text_whose_beginning_was_refused_no_end_is_sent(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform, store: TroubledStore
) -> None:
    """A long reply is one thing: the fan reads all of it, or a person sees that it failed (G3)."""
    narrow = replace(desk, capabilities={"memory/main": Capabilities(Resend.SAME_KEY, max_length=30)})
    number = await item()
    platform.fail_next(DeliveryError("not this", permanent=True))
    await narrow.reply(number, "First we look for it.\n\nThen we send a new one.", who="Sam")
    await hear()
    assert platform.sent == []
    assert await store.outbox.parked() == 3
    assert [entry.handoff.id for entry in await desk.waiting()] == [number]
    await narrow.reply(number, "First we look for it.\n\nThen we send a new one.", who="Sam")
    await hear()
    assert len(platform.sent) == 3


async def test_after_a_threat_nothing_is_said(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """Whoever threatens gets no further word (P20)."""
    await desk.close(await item("i will find you"), who="Kim")
    await hear()
    assert platform.sent == []


async def test_a_fan_who_had_a_reply_is_not_told_that_none_comes(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """Closing what was answered is tidying up, and no news for the fan (P16)."""
    number = await item()
    await desk.reply(number, "A new one is on its way.", who="Sam")
    await hear()
    await desk.close(number, who="Sam")
    await hear()
    assert [said.kind for said in platform.sent] == [OutboundKind.HUMAN]


async def test_a_close_in_public_does_not_say_that_a_moderator_read_it(
    desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """That would tell everybody what sort of message it was."""
    await hear(inbound("i do not want to live", channel="lobby", direct=False, mentioned=True))
    [entry] = await desk.waiting()
    await desk.close(entry.handoff.id, who="Kim")
    await hear()
    assert "moderator" not in platform.sent[-1].text


async def test_the_slower_of_two_loses_clearly(item: Item, desk: Desk) -> None:
    """One owns the item; the other learns who, and nothing changes (P21)."""
    number = await item()
    await desk.claim(number, who="Sam")
    for move in (
        desk.claim(number, who="Kim"),
        desk.reply(number, "Hello.", who="Kim"),
        desk.close(number, who="Kim"),
        desk.release(number, who="Kim"),
        desk.escalate(number, who="Kim"),
    ):
        with pytest.raises(AlreadyClaimedError, match="Sam has this item already"):
            await move
    [entry] = await desk.waiting()
    assert (entry.handoff.state, entry.handoff.owner) == (State.CLAIMED, "Sam")


async def test_a_lost_race_sends_nothing(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """The reply of the one who lost reaches nobody."""
    number = await item()
    await desk.claim(number, who="Sam")
    with pytest.raises(AlreadyClaimedError):
        await desk.reply(number, "Hello.", who="Kim")
    await hear()
    assert platform.sent == []


async def test_a_claim_says_whose_it_is_and_can_be_made_twice(item: Item, desk: Desk) -> None:
    """Claiming one's own item again is a sign of life."""
    number = await item()
    assert (await desk.claim(number, who="Sam")).owner == "Sam"
    assert (await desk.claim(number, who="Sam")).owner == "Sam"


async def test_a_snoozed_item_comes_back_by_itself(
    item: Item, desk: Desk, store: TroubledStore, clock: ManualClock
) -> None:
    """Set aside is not forgotten (P14)."""
    number = await item()
    await desk.snooze(number, until=clock.now() + HOUR, who="Sam")
    clock.move(HOUR)
    assert await store.desk.tend(now=clock.now()) == 1
    [entry] = await desk.waiting()
    assert (entry.handoff.id, entry.handoff.state) == (number, State.WAITING)


async def test_an_idle_claim_returns_visibly(
    item: Item, desk: Desk, store: TroubledStore, clock: ManualClock
) -> None:
    """Whoever claimed and left after half an hour holds nothing back (P21)."""
    number = await item()
    await desk.claim(number, who="Sam")
    clock.move(HOUR / 2)
    await store.desk.tend(now=clock.now())
    [entry] = await desk.waiting()
    assert (entry.handoff.state, entry.handoff.owner) == (State.WAITING, "")


async def test_an_escalated_item_stands_before_its_equals(item: Item, desk: Desk, hear: Hear) -> None:
    """One step brings a case before the creator (P12)."""
    await item(channel="ada")
    second = await item(channel="bob", message="2")
    await desk.escalate(second, who="Sam")
    assert next(entry.handoff.id for entry in await desk.waiting()) == second


async def test_passing_on_takes_a_name_and_a_note(item: Item, desk: Desk) -> None:
    """Whoever gets it learns why; nobody is left guessing whose it is (P21)."""
    number = await item()
    with pytest.raises(MoveError, match="note"):
        await desk.pass_on(number, to="Kim", note=" ", who="Sam")
    with pytest.raises(MoveError, match="name"):
        await desk.pass_on(number, to=" ", note="please", who="Sam")
    passed = await desk.pass_on(number, to="Kim", note="she knows the shop", who="Sam")
    assert (passed.state, passed.owner) == (State.CLAIMED, "Kim")


async def test_safety_stands_first_in_the_queue(item: Item, desk: Desk) -> None:
    """A crisis is seen before everything that came earlier (P20)."""
    await item("my parcel came broken", channel="ada")
    await item("my dog died", channel="bob", message="2")
    await item("i do not want to live", channel="eve", message="3")
    assert next(entry.handoff.lane for entry in await desk.waiting()) is Lane.CRISIS


async def test_an_unknown_item_is_a_clear_error(desk: Desk) -> None:
    """A mistyped id says how to find the right one."""
    with pytest.raises(UnknownItemError, match="queue list"):
        await desk.claim(12345, who="Sam")


async def test_every_move_is_on_record_with_its_name(item: Item, desk: Desk, store: TroubledStore) -> None:
    """Who did what can be read later (P21, P24)."""
    number = await item()
    await desk.claim(number, who="Sam")
    await desk.release(number, who="Sam")
    await desk.reply(number, "Hello.", who="Kim")
    audit = await records(store, "audit")
    assert [(line["who"], line["what"]) for line in audit] == [
        ("Sam", "handoff claimed"),
        ("Sam", "handoff released"),
        ("Kim", "handoff answered"),
    ]


async def test_a_reply_lingers_before_it_leaves(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform, clock: ManualClock
) -> None:
    """All of a long one, for as long as it can be taken back, and then it goes by itself."""
    narrow = replace(desk, capabilities={"memory/main": Capabilities(Resend.SAME_KEY, max_length=30)})
    number = await item()
    await narrow.reply(number, "First we look for it.\n\nThen we send it.", who="Sam", linger=LINGER)
    await hear()
    clock.move(LINGER - timedelta(milliseconds=1))
    await hear()
    assert platform.sent == []
    clock.move(timedelta(milliseconds=1))
    await hear()
    assert [said.text.split("\n")[0] for said in platform.sent] == [
        "First we look for it.",
        "Then we send it.",
        "— Sam, Juno's team",
    ]


async def test_a_reply_is_taken_back_before_it_leaves(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform, clock: ManualClock
) -> None:
    """The fan never reads it; its words are there to be mended and sent once."""
    number = await item()
    await desk.reply(number, "A new one is in its way.", who="Sam", linger=LINGER)
    recalled = await desk.recall(number, who="Sam")
    assert (recalled.state, recalled.owner) == (State.CLAIMED, "Sam")
    assert recalled.draft == "A new one is in its way."
    clock.move(LINGER)
    await hear()
    assert platform.sent == []
    await desk.reply(number, "A new one is on its way.", who="Sam")
    await hear()
    assert [said.text.split("\n")[0] for said in platform.sent] == ["A new one is on its way."]


async def test_a_reply_that_has_left_is_not_taken_back(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """Whoever is too late is told; so is whoever did not write it."""
    number = await item()
    await desk.reply(number, "Hello.", who="Sam")
    await hear()
    with pytest.raises(MoveError, match="left already"):
        await desk.recall(number, who="Sam")
    with pytest.raises(MoveError, match="Sam wrote"):
        await desk.recall(number, who="Kim")
    assert len(platform.sent) == 1
    assert await desk.waiting() == []


async def test_a_text_of_safety_passes_a_reply_that_lingers(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """A text of safety does not wait for a reply that can still be taken back (P20)."""
    number = await item()
    await desk.reply(number, "Hello.", who="Sam", linger=LINGER)
    await hear(inbound("i do not want to live", message="2"))
    assert [said.in_reply_to for said in platform.sent] == ["2"]
    await desk.recall(number, who="Sam")
    await hear()
    assert len(platform.sent) == 1


async def test_the_assistant_keeps_out_after_a_recall(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """The person is still in the conversation (P4)."""
    number = await item()
    await desk.reply(number, "Hello.", who="Sam", linger=LINGER)
    await desk.recall(number, who="Sam")
    await hear(inbound("do you have large", message="2"))
    assert platform.sent == []


async def test_a_draft_is_kept_for_its_owner(item: Item, desk: Desk) -> None:
    """A page that was closed by mistake loses nothing; nobody else's words come in between."""
    number = await item()
    await desk.claim(number, who="Sam")
    assert await desk.keep_draft(number, "A new one is", who="Sam")
    assert not await desk.keep_draft(number, "Mine", who="Kim")
    entry, _ = await desk.shown(number)
    assert entry.handoff.draft == "A new one is"


async def test_a_draft_is_advised_and_never_barred(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """What a fan would mishear is flagged; the person decides (P1)."""
    hurried = "I am busy, I will answer soon."
    assert desk.advice(hurried)
    assert not desk.advice("A new one is on its way.")
    await desk.reply(await item(), hurried, who="Sam")
    await hear()
    assert platform.sent[0].text.startswith(hurried)


async def test_a_reply_that_does_not_arrive_brings_its_item_back(
    item: Item, desk: Desk, hear: Hear, platform: MemoryPlatform
) -> None:
    """A reply that the platform refused for good is not taken for an answer (G3)."""
    number = await item()
    platform.fail_next(DeliveryError("the fan has blocked the bot", permanent=True))
    await desk.reply(number, "Hello.", who="Sam")
    await hear()
    [entry] = await desk.waiting()
    assert (entry.handoff.id, entry.handoff.state) == (number, State.WAITING)
    assert entry.error == "the fan has blocked the bot"


async def test_an_item_is_shown_with_its_whole_conversation(item: Item, desk: Desk, hear: Hear) -> None:
    """A person who answers sees what was said on both sides (P24)."""
    number = await item("my dog died")
    await desk.reply(number, "I am sorry.", who="Sam")
    await hear()
    entry, lines = await desk.shown(number)
    assert entry.handoff.id == number
    assert [line.sort for line in lines] == ["inbound", "outbound", "outbound"]
    assert lines[0].text == "my dog died"
    assert lines[-1].text.startswith("I am sorry.")


async def test_a_reply_from_another_process_is_sent_by_the_running_one(
    item: Item,
    desk: Desk,
    platform: MemoryPlatform,
    reopen: Callable[[], Awaitable[SqlStore]],
    machine: Machine,
) -> None:
    """The queue can be served from a second terminal while fanbot runs."""
    number = await item()
    elsewhere = await reopen()
    await replace(desk, store=elsewhere.desk).reply(number, "Hello.", who="Sam")
    await elsewhere.close()
    await machine.outbox.drain()
    assert [said.kind for said in platform.sent] == [OutboundKind.HUMAN]
