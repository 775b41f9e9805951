"""A room shows what the queue shows, whatever happens to the room, to its cards or to fanbot."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fanbot.domain.messages import Kind
from fanbot.errors import DeliveryError, StoreUnavailableError
from fanbot.ports.cards import CardState
from fanbot.services.desk import Desk
from fanbot.services.staff.board import Board
from fanbot.services.staff.door import Door
from fanbot.services.staff.keeper import Keeper
from fanbot.services.staff.lines import MOST as MOST_LINES
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.platform import MemoryPlatform
from fanbot.testing.staff import MemoryRoom, StaffedPlatform, Thread
from fanbot.testing.troubles import TroubledStore, Troubles

Hear = Callable[..., Awaitable[None]]
Waits = Callable[..., Awaitable[Thread]]
Later = Callable[..., Awaitable[None]]
OpenRoom = Callable[..., Keeper]
HERE = "memory/main"
GONE = DeliveryError("There is no such thread.", permanent=True)


async def kept(store: TroubledStore, thread: Thread) -> CardState:
    """Return where the card of a thread stands in the store."""
    item = int(thread.card.key)
    (watched,) = [each for each in await store.cards.watched(HERE, [item]) if each.card.item == item]
    return watched.card.state


async def test_a_card_says_what_somebody_needs_to_answer(waits: Waits) -> None:
    """Which lane, who, since when, where, why, whose, and the fan's own words."""
    thread = await waits()
    assert thread.card.title == "A problem with an order: Ada"
    assert thread.card.text.startswith(
        "Since 1 May 2026, 13:00, on Memory, in a direct chat.\nNobody has this yet."
    )
    assert "Why: " in thread.card.text
    assert thread.card.text.endswith("my parcel came broken")
    assert thread.labels == ["Claim", "Snooze", "No reply needed"]
    assert not thread.put_away


async def test_nothing_is_shown_again_that_stands_there_already(
    waits: Waits, room: MemoryRoom, later: Later
) -> None:
    """A room at rest is left alone, also when the queue was looked at again."""
    await waits()
    await waits("my dog died", channel="bob", message="2")
    before = list(room.calls)
    await later()
    await later(3600)
    assert room.calls == before == ["open", "open"]


async def test_what_is_done_in_the_console_shows_on_the_card(waits: Waits, desk: Desk, later: Later) -> None:
    """Claimed by whom, and what can be done now; the thread tells it too."""
    thread = await waits()
    await desk.claim(int(thread.card.key), who="Kim")
    await later()
    assert "Kim has this." in thread.card.text
    assert thread.labels == ["Release", "Snooze", "No reply needed"]
    assert thread.lines == ["Kim claimed this."]
    await desk.pass_on(int(thread.card.key), to="Sam", note="You know parcels", who="Kim")
    await later()
    assert "Sam has this." in thread.card.text
    assert thread.lines[1:] == ["Kim passed this on to Sam: You know parcels."]


async def test_what_the_fan_does_next_is_told_in_the_thread(
    waits: Waits, desk: Desk, hear: Hear, later: Later
) -> None:
    """Further words, a change and a deletion, in their order, each once; the card shows the newest words."""
    thread = await waits()
    await desk.claim(int(thread.card.key), who="Kim")
    await hear(inbound("it is the blue one", message="2"))
    await later()
    await hear(inbound("it is the red one", message="2", kind=Kind.EDIT, revision="r1"))
    await hear(inbound("", message="1", kind=Kind.DELETION))
    await later()
    await later()
    assert thread.lines == [
        "Kim claimed this.",
        "Ada: it is the blue one",
        "Ada changed a message. It says now: it is the red one",
        "Ada took a message back.",
    ]
    assert "2 messages; the newest: it is the blue one" in thread.card.text
    assert len(set(thread.keys)) == 4


async def test_an_answered_item_is_put_away_and_comes_back_into_the_same_thread(
    waits: Waits, desk: Desk, hear: Hear, later: Later, room: MemoryRoom, store: TroubledStore
) -> None:
    """Half a minute after the answer the thread goes; when the fan writes again it is there again."""
    thread = await waits()
    await desk.reply(
        int(thread.card.key), "A new one is on its way.", who="Kim", linger=timedelta(seconds=10)
    )
    await later()
    assert "Kim answered this." in thread.card.text
    assert (thread.labels, thread.put_away) == ([], False)
    await later(11)
    await hear()
    await later(20)
    assert thread.put_away
    assert thread.lines == ["Kim's reply has left: A new one is on its way.\n\n— Kim, Juno's team"]
    assert await kept(store, thread) is CardState.AWAY
    await hear(inbound("my parcel came broken", message="2"))
    await later()
    assert list(room.threads.values()) == [thread]
    assert not thread.put_away
    assert thread.labels[0] == "Claim"
    assert thread.lines[1:] == ["Ada: my parcel came broken"]


async def test_an_answer_that_was_taken_back_leaves_the_thread_open(
    waits: Waits, desk: Desk, later: Later
) -> None:
    """Within the half minute nothing is put away."""
    thread = await waits()
    item = int(thread.card.key)
    await desk.reply(item, "Hm.", who="Kim", linger=timedelta(seconds=10))
    await later()
    await desk.recall(item, who="Kim")
    await later(60)
    assert "Kim has this." in thread.card.text
    assert not thread.put_away
    assert thread.lines == ["Kim took the reply back before it left."]


async def test_a_reply_that_did_not_arrive_comes_back_with_its_reason(
    waits: Waits, desk: Desk, hear: Hear, later: Later, platform: MemoryPlatform
) -> None:
    """Nobody takes for answered what is not."""
    thread = await waits()
    platform.fail_next(DeliveryError("The fan has blocked the bot.", permanent=True))
    await desk.reply(int(thread.card.key), "Hello!", who="Kim")
    await hear()
    await later()
    assert "Mind: The fan has blocked the bot." in thread.card.text
    assert thread.labels[0] == "Claim"
    assert any("did not arrive" in line for line in thread.lines)


async def test_a_room_that_asks_for_patience_gets_it_and_the_urgent_come_first(
    hear: Hear, room: MemoryRoom, later: Later
) -> None:
    """Nothing is tried before its time; then somebody's safety stands before everything else."""
    await hear(inbound("my parcel came broken", channel="bob", message="1"))
    room.fail_next("open", DeliveryError("Too many requests.", retry_after=30))
    await later()
    await hear(inbound("i do not want to live", channel="cid", message="2"))
    await later(28)
    assert room.calls == ["open"]
    await later(2)
    assert [thread.card.title for thread in room.threads.values()] == [
        "Somebody in a crisis: Cid",
        "A problem with an order: Bob",
    ]


@pytest.mark.parametrize(
    "error",
    [
        DeliveryError("Gateway away."),
        DeliveryError("Connection lost.", ambiguous=True),
        DeliveryError("Slow down.", retry_after=3),
        KeyError("thread"),
        asyncio.CancelledError(),
    ],
    ids=lambda error: f"{type(error).__name__} {error}",
)
@pytest.mark.parametrize("call", ["open", "show", "tell"])
async def test_a_room_that_fails_at_a_call_is_in_step_a_little_later(  # noqa: PLR0917
    waits: Waits,
    hear: Hear,
    desk: Desk,
    room: MemoryRoom,
    later: Later,
    call: str,
    error: BaseException,
) -> None:
    """Whatever it raises and wherever, the card is there, up to date, and every line stands once."""
    other = await waits("my dog died", channel="bob", message="2")
    room.fail_next(call, error)
    await hear(inbound("my parcel came broken"))
    await later()
    await later(10)
    thread = room.about("my parcel came broken")
    await desk.claim(int(thread.card.key), who="Kim")
    await desk.claim(int(other.card.key), who="Sam")
    await later()
    await later(10)
    await later(10)
    assert ("Kim has this." in thread.card.text, "Sam has this." in other.card.text) == (True, True)
    assert (thread.lines, other.lines) == (["Kim claimed this."], ["Sam claimed this."])


async def test_a_card_that_fails_holds_up_no_other(
    waits: Waits, desk: Desk, room: MemoryRoom, later: Later
) -> None:
    """The next one is shown in the same look."""
    one = await waits("my dog died", channel="bob", message="2")
    two = await waits()
    for thread in (one, two):
        await desk.claim(int(thread.card.key), who="Kim")
    room.fail_next("show", DeliveryError("Gateway away."))
    await later()
    assert sorted("Kim has this." in thread.card.text for thread in (one, two)) == [False, True]


async def test_a_room_that_is_down_is_asked_less_and_less(hear: Hear, room: MemoryRoom, later: Later) -> None:
    """Three failures in a row are the room's own; then it rests, longer each time."""
    for number in range(9):
        await hear(inbound("my parcel came broken", channel=f"fan{number}", message=str(number)))
    room.fail_next("open", *(DeliveryError("Away.") for _ in range(200)))
    for _ in range(600):
        await later()
    assert 3 <= len(room.calls) < 60
    room.recover()
    for _ in range(400):
        await later()
    assert len(room.threads) == 9


async def test_a_card_that_somebody_deleted_is_made_anew_once(
    waits: Waits, desk: Desk, room: MemoryRoom, later: Later, store: TroubledStore, clock: ManualClock
) -> None:
    """After that it is a trouble that `fanbot doctor` names; the item waits in the queue all the same."""
    thread = await waits()
    room.delete(room.name_of(thread))
    await desk.claim(int(thread.card.key), who="Kim")
    await later()
    anew = room.about("Kim has this.")
    assert anew is not thread
    assert "only this one is kept up to date" in anew.card.text
    room.delete(room.name_of(anew))
    await desk.release(int(thread.card.key), who="Kim")
    await later()
    await later(400)
    assert len(room.threads) == 2
    assert await kept(store, anew) is CardState.FAILED
    assert await store.cards.troubles() == {HERE: (1, "There is no such thread.")}
    assert len(await desk.waiting()) == 1
    await desk.close(int(thread.card.key), who="Kim")
    await later(400)
    assert await store.cards.troubles() == {}


async def test_a_room_that_locks_us_out_for_a_while_loses_no_card(
    waits: Waits, desk: Desk, room: MemoryRoom, later: Later, store: TroubledStore
) -> None:
    """Where nothing can be opened either, nobody deleted anything: the old card goes on."""
    thread = await waits()
    denied = [DeliveryError("Missing permissions.", permanent=True) for _ in range(20)]
    room.fail_next("show", *denied)
    room.fail_next("open", *denied)
    await desk.claim(int(thread.card.key), who="Kim")
    await later()
    await later(301)
    assert await store.cards.troubles() == {HERE: (1, "Missing permissions.")}
    room.recover()
    await later(301)
    assert list(room.threads.values()) == [thread]
    assert "Kim has this." in thread.card.text
    assert await store.cards.troubles() == {}


async def test_a_room_that_cannot_be_written_to_is_a_trouble_until_it_can(
    hear: Hear, room: MemoryRoom, later: Later, store: TroubledStore
) -> None:
    """What is missing is told to a person, and nothing needs to be started again."""
    await hear(inbound("my parcel came broken"))
    room.fail_next("open", DeliveryError("Topics are turned off.", permanent=True))
    await later()
    assert await store.cards.troubles() == {HERE: (1, "Topics are turned off.")}
    await later(200)
    assert room.calls == ["open"]
    await later(101)
    assert len(room.threads) == 1
    assert await store.cards.troubles() == {}


async def test_a_crash_after_opening_leaves_two_cards_that_both_work_and_says_which_is_newer(
    hear: Hear, later: Later, open_room: OpenRoom, platform: StaffedPlatform, desk: Desk, door: Door
) -> None:
    """Nobody could know whether the first one is there."""
    room, platform.team = platform.staff, door
    await hear(inbound("my parcel came broken"))
    room.fail_next("open", asyncio.CancelledError(), done=True)
    await later()
    second = open_room()
    await second.step()
    older, newer = (thread for thread in room.threads.values() if "broken" in thread.card.text)
    assert "only this one is kept up to date" not in older.card.text
    assert "only this one is kept up to date" in newer.card.text
    unknown = await platform.answer("sam", older, "Hello!")
    assert unknown is not None
    assert "press Claim on it" in unknown.text
    pressed = await platform.press("sam", older, "Claim")
    assert pressed is not None
    assert "an older one" in pressed.text
    assert (await desk.store.entry(int(older.card.key))).handoff.owner == "Sam"
    await second.step()
    assert "Sam has this." in newer.card.text
    told = await platform.answer("sam", older, "Hello!")
    assert told is not None
    assert "This leaves for Ada" in told.text
    again = await platform.press("sam", newer, "Release")
    assert again is not None
    assert "an older one" not in again.text


async def test_a_start_goes_on_where_it_was(
    waits: Waits, desk: Desk, room: MemoryRoom, open_room: OpenRoom, reopen: Callable[[], Awaitable[SqlStore]]
) -> None:
    """A new process shows nothing twice, and tells what happened while none was there."""
    thread = await waits()
    await desk.claim(int(thread.card.key), who="Kim")
    store = await reopen()
    for _ in range(2):
        await open_room(store).step()
    await store.close()
    assert list(room.threads.values()) == [thread]
    assert thread.lines == ["Kim claimed this."]
    assert room.calls == ["open", "show", "tell"]


async def test_a_card_is_not_made_twice_because_the_store_took_nothing_for_a_moment(
    hear: Hear, room: MemoryRoom, keeper: Keeper, troubles: Troubles, later: Later
) -> None:
    """Where it stands is remembered until it can be written down."""
    await hear(inbound("my parcel came broken"))
    full = StoreUnavailableError("The disk is full.")
    troubles.fail_next("keep open", full, full)
    for _ in range(2):
        with pytest.raises(StoreUnavailableError):
            await keeper.step()
    await later()
    await later()
    assert room.calls == ["open"]


async def test_a_hundred_cards_stand_in_a_room_and_safety_beyond_that(
    hear: Hear, room: MemoryRoom, open_room: OpenRoom, desk: Desk
) -> None:
    """A room that nobody can overlook helps nobody; a life is not counted (P20)."""
    keeper = open_room(most=3)
    for number in range(5):
        await hear(inbound("my parcel came broken", channel=f"fan{number}", message=str(number)))
    await keeper.step()
    assert len(room.threads) == 3
    await hear(inbound("i do not want to live", channel="cid", message="9"))
    await keeper.step()
    assert len(room.threads) == 4
    first = next(iter(room.threads.values()))
    await desk.close(int(first.card.key), who="Kim")
    await keeper.step()
    await keeper.step()
    assert len(room.threads) == 4
    await desk.close(int(room.about("i do not want to live").card.key), who="Kim")
    await keeper.step()
    await keeper.step()
    assert len(room.threads) == 5


async def test_a_fan_who_has_everything_erased_is_gone_from_the_cards(
    waits: Waits, desk: Desk, store: TroubledStore, later: Later
) -> None:
    """Also from one that was put away (P28)."""
    thread = await waits()
    other = await waits("my dog died", channel="bob", message="2")
    await desk.close(int(thread.card.key), who="Kim")
    await later()
    assert await kept(store, thread) is CardState.AWAY
    for user in ("ada", "bob"):
        await store.correspondence.erase(platform="memory", user=user)
    await later()
    for each in (thread, other):
        assert each.card.title == "Erased at the fan's wish"
        assert each.card.finished
        assert not {"parcel", "dog", "Ada", "Bob"} & set(each.card.text.split())
    assert await store.cards.watched(HERE, [int(thread.card.key)]) == []


async def test_more_lines_than_a_thread_can_bear_are_counted(
    waits: Waits, desk: Desk, hear: Hear, later: Later
) -> None:
    """The newest are told, and where the others stand."""
    thread = await waits()
    await desk.claim(int(thread.card.key), who="Kim")
    await later()
    await hear(*(inbound(f"word {number}", message=f"m{number}") for number in range(MOST_LINES + 5)))
    await later()
    assert thread.lines[1] == "5 earlier lines are not told here; the console has them all."
    assert thread.lines[2:] == [f"Ada: word {number}" for number in range(5, MOST_LINES + 5)]


async def test_long_words_are_cut_and_hostile_words_are_words(
    hear: Hear, room: MemoryRoom, later: Later, desk: Desk
) -> None:
    """What is handed to a room keeps its limits, whatever a fan writes and is called (G8)."""
    for number, text in enumerate(("x" * 20_000, "@everyone **b**\n\n<i>\u202e", " ", "\x00\x07")):
        name = f"{'n' * 300}\n@here {number}"
        author = inbound("").author
        letter = inbound(f"my parcel {text}", channel=f"fan{number}", message=str(number))
        await hear(replace(letter, author=replace(author, id=f"fan{number}", name=name)))
    await later()
    for thread in list(room.threads.values()):
        await desk.claim(int(thread.card.key), who="Kim")
    await hear(inbound("y" * 9_000, channel="fan1", message="z"))
    await later()
    assert len(room.threads) == 4
    assert room.faults == []


async def test_a_room_that_hangs_holds_up_no_other_room(
    hear: Hear, room: MemoryRoom, keeper: Keeper, open_room: OpenRoom, clock: ManualClock
) -> None:
    """Nor a fan's message (G7)."""
    other = MemoryRoom()
    room.hang()
    board = asyncio.create_task(Board([keeper, open_room(destination="memory/once", of=other)]).run())
    await hear(inbound("my parcel came broken"))
    for _ in range(200):
        clock.move(timedelta(seconds=1))
        await asyncio.sleep(0.005)
        if other.threads:
            break
    assert len(other.threads) == 1
    assert room.threads == {}
    room.resume()
    for _ in range(200):
        await asyncio.sleep(0.005)
        if room.threads:
            break
    assert len(room.threads) == 1
    board.cancel()
    await asyncio.gather(board, return_exceptions=True)


async def test_a_look_that_fails_is_not_the_last_one(
    hear: Hear, room: MemoryRoom, keeper: Keeper, clock: ManualClock, troubles: Troubles
) -> None:
    """Neither the store's trouble nor a fault of ours ends the board."""
    troubles.fail_next("watched", StoreUnavailableError("The disk is full."), RuntimeError("a fault"))
    await hear(inbound("my parcel came broken"))
    board = asyncio.create_task(Board([keeper]).run())
    for _ in range(300):
        clock.move(timedelta(seconds=1))
        await asyncio.sleep(0.005)
        if room.threads:
            break
    assert len(room.threads) == 1
    assert not board.done()
    board.cancel()
    await asyncio.gather(board, return_exceptions=True)


async def test_an_item_that_cannot_be_shown_holds_up_no_other(
    waits: Waits, hear: Hear, desk: Desk, room: MemoryRoom, later: Later, troubles: Troubles
) -> None:
    """A fault of ours with one card leaves the others in step (G7)."""
    await hear(inbound("my dog died", channel="bob", message="2"))
    troubles.fail_next("mark", RuntimeError("a fault"))
    await waits()
    assert len(room.threads) == 1
    await later(5)
    assert len(room.threads) == 2


async def test_an_answer_on_its_way_keeps_the_thread(
    waits: Waits, desk: Desk, hear: Hear, later: Later, platform: MemoryPlatform
) -> None:
    """While the fan's platform is away, nobody takes a reply for delivered."""
    thread = await waits()
    platform.fail_next(DeliveryError("Gateway away.", retry_after=300))
    await desk.reply(int(thread.card.key), "Hello!", who="Kim")
    await hear()
    await later(120)
    assert not thread.put_away
    await later(300)
    await hear()
    await later()
    assert thread.put_away
    assert thread.lines[-1].startswith("Kim's reply has left: Hello!")


async def test_a_line_that_was_told_is_not_told_again_when_the_next_one_fails(
    waits: Waits, desk: Desk, room: MemoryRoom, later: Later
) -> None:
    """Each is noted by itself; one of which nobody can tell comes again under the same key."""
    thread = await waits()
    for who in ("Kim", "Sam"):
        await desk.claim(int(thread.card.key), who=who)
        await desk.release(int(thread.card.key), who=who)
    lost = DeliveryError("Connection lost.", ambiguous=True)
    for _ in range(2):
        room.fail_next("tell", lost, done=True)
        await later(5)
    for _ in range(5):
        await later(5)
    assert list(dict(zip(thread.keys, thread.lines, strict=True)).values()) == [
        "Kim claimed this.",
        "Kim put this back into the queue.",
        "Sam claimed this.",
        "Sam put this back into the queue.",
    ]
    again = [thread.keys.count(key) for key in dict.fromkeys(thread.keys)]
    assert sum(again) == 4 + 2
    thread.lines.clear()
    await desk.claim(int(thread.card.key), who="Kim")
    await desk.release(int(thread.card.key), who="Kim")
    room.fail_next("tell", None, DeliveryError("Away."))
    for _ in range(5):
        await later(5)
    assert thread.lines == ["Kim claimed this.", "Kim put this back into the queue."]


async def test_a_room_that_asks_for_patience_is_asked_nothing_more_in_the_same_look(
    hear: Hear, room: MemoryRoom, later: Later
) -> None:
    """Its pace is for the whole room and not for a card."""
    for number in range(5):
        await hear(inbound("my parcel came broken", channel=f"fan{number}", message=str(number)))
    room.fail_next("open", DeliveryError("Slow down.", retry_after=30))
    await later()
    assert room.calls == ["open"]
    await later(30)
    assert len(room.threads) == 5


async def test_an_answered_thread_stays_for_half_a_minute(
    waits: Waits, desk: Desk, hear: Hear, later: Later
) -> None:
    """So that who answered sees it standing there, also when the reply has left at once."""
    thread = await waits()
    await desk.reply(int(thread.card.key), "Hello!", who="Kim")
    await hear()
    await later(5)
    assert not thread.put_away
    await later(25)
    assert thread.put_away


async def test_a_card_says_what_a_template_would_have_said(waits: Waits) -> None:
    """A suggestion for whoever answers; not where it is private."""
    assert (
        "Template shipping would have said: “About shipping."
        in (await waits("my hoodie came torn")).card.text
    )
    personal = await waits("hoodie for my sick gran", channel="eve", message="9")
    assert "would have said" not in personal.card.text


async def test_a_card_says_that_a_fan_cannot_be_reached(
    waits: Waits, later: Later, platform: StaffedPlatform, hear: Hear
) -> None:
    """From the refusal until the fan is heard of; a reply may be tried."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    await platform.answer("sam", thread, "Hello!")
    platform.fail_next(DeliveryError("The fan has blocked the bot.", permanent=True, barrier="blocked"))
    await later(10)
    await hear()
    await later()
    assert "Ada has blocked the bot on Memory, known since 1 May 2026, 13:00." in thread.card.text
    assert "A reply cannot reach them there now." in thread.card.text
    await hear(inbound("here I am", message="2"))
    await later()
    assert "blocked" not in thread.card.text.partition("Mind:")[0]


async def test_a_word_of_an_adapter_that_names_no_barrier_marks_nobody(
    waits: Waits, later: Later, platform: StaffedPlatform, hear: Hear, desk: Desk
) -> None:
    """A stranger's adapter may say anything (G7)."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    await platform.answer("sam", thread, "Hello!")
    platform.fail_next(DeliveryError("No.", permanent=True, barrier="busy"))
    await later(10)
    await hear()
    entry = await desk.store.entry(int(thread.card.key))
    assert (entry.error, entry.unreachable) == ("No.", None)
