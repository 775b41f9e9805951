"""What people of the team do in their room, what the fan gets of it, and what they themselves are told."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from fanbot.domain.handoffs import State
from fanbot.errors import StoreUnavailableError
from fanbot.ports.staff import ActKind, Remark
from fanbot.services.desk import Desk
from fanbot.services.staff.cards import Setting
from fanbot.services.staff.door import Door
from fanbot.services.staff.keeper import Keeper
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.staff import MemoryRoom, StaffedPlatform, Thread
from fanbot.testing.stores import records
from fanbot.testing.troubles import TroubledStore, Troubles

Hear = Callable[..., Awaitable[None]]
Waits = Callable[..., Awaitable[Thread]]
LINGER = timedelta(seconds=10)


async def until(holds: Callable[[], bool]) -> None:
    """Let others go on until something holds."""
    async with asyncio.timeout(10):
        while True:
            if holds():
                return
            await asyncio.sleep(0.01)


async def state_of(desk: Desk, thread: Thread) -> tuple[State, str, str]:
    """Return how the item of a thread stands, who has it, and its draft."""
    item = (await desk.store.entry(int(thread.card.key))).handoff
    return item.state, item.owner, item.draft


def words(remark: Remark | None) -> str:
    """Return what somebody was told."""
    assert remark is not None
    return remark.text


async def test_a_reply_of_the_holder_reaches_the_fan(
    waits: Waits, platform: StaffedPlatform, hear: Hear, clock: ManualClock, desk: Desk
) -> None:
    """Claimed by a press, answered with the platform's reply; it leaves after ten seconds and not before."""
    thread = await waits()
    assert "You have this now" in words(await platform.press("sam", thread, "Claim"))
    remark = await platform.answer("sam", thread, "A new one is on its way.")
    assert "This leaves for Ada in 10 seconds, on Memory, in a direct chat." in words(remark)
    await hear()
    assert platform.sent == []
    clock.move(LINGER)
    await hear()
    [said] = platform.sent
    assert (said.text, said.address.channel) == ("A new one is on its way.\n\n— Sam, Juno's team", "ada")
    assert await state_of(desk, thread) == (State.ANSWERED, "Sam", "")


async def test_a_reply_can_be_taken_back_before_it_leaves(
    waits: Waits, platform: StaffedPlatform, hear: Hear, clock: ManualClock, desk: Desk
) -> None:
    """Its words become the draft; after ten seconds it is too late, and that is said."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    remark = await platform.answer("sam", thread, "Hello!")
    assert "taken back" in words(await platform.follow("sam", thread, remark, "Undo"))
    clock.move(LINGER)
    await hear()
    assert platform.sent == []
    assert await state_of(desk, thread) == (State.CLAIMED, "Sam", "Hello!")
    late = await platform.answer("sam", thread, "Hello again!")
    clock.move(LINGER)
    await hear()
    assert "has left already" in words(await platform.follow("sam", thread, late, "Undo"))
    assert len(platform.sent) == 1


async def test_an_undo_takes_back_its_own_reply_alone(
    waits: Waits, platform: StaffedPlatform, hear: Hear, clock: ManualClock
) -> None:
    """Of two replies one after the other, the button of the first does not take back the second."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    first = await platform.answer("sam", thread, "One.")
    clock.move(timedelta(seconds=1))
    await platform.answer("sam", thread, "Two.")
    assert "only the newest one" in words(await platform.follow("sam", thread, first, "Undo"))
    clock.move(LINGER)
    await hear()
    await hear()
    assert [said.text.split("\n")[0] for said in platform.sent] == ["One.", "Two."]


async def test_words_alone_reach_nobody_until_they_are_sent(
    waits: Waits, platform: StaffedPlatform, hear: Hear, clock: ManualClock, desk: Desk
) -> None:
    """What the holder writes into the thread is a draft, the same that the console shows."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    remark = await platform.write("sam", thread, "A new one is on its way.")
    assert words(remark).startswith("Send this to Ada, on Memory, in a direct chat?")
    clock.move(LINGER)
    await hear()
    assert platform.sent == []
    assert await state_of(desk, thread) == (State.CLAIMED, "Sam", "A new one is on its way.")
    assert "nothing was sent" in words(await platform.follow("sam", thread, remark, "Keep as a draft"))
    sent = await platform.follow("sam", thread, remark, "Send")
    assert "This leaves for Ada in 10 seconds" in words(sent)
    clock.move(LINGER)
    await hear()
    assert [said.text.split("\n")[0] for said in platform.sent] == ["A new one is on its way."]
    assert await state_of(desk, thread) == (State.ANSWERED, "Sam", "")


async def test_a_draft_that_was_changed_elsewhere_is_shown_again_instead_of_sent(
    waits: Waits, platform: StaffedPlatform, hear: Hear, clock: ManualClock, desk: Desk
) -> None:
    """Nobody sends words that they have not seen."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    remark = await platform.write("sam", thread, "Yes.")
    await desk.keep_draft(int(thread.card.key), "Yes, on Monday.", who="Sam")
    again = await platform.follow("sam", thread, remark, "Send")
    assert "changed meanwhile" in words(again)
    assert "Yes, on Monday." in words(again)
    await platform.follow("sam", thread, again, "Send")
    clock.move(LINGER)
    await hear()
    assert [said.text.split("\n")[0] for said in platform.sent] == ["Yes, on Monday."]


async def test_an_earlier_draft_is_never_lost_unseen(
    waits: Waits, platform: StaffedPlatform, desk: Desk
) -> None:
    """New words show the draft whose place they take; a draft too long to be shown stays."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    item = int(thread.card.key)
    await desk.keep_draft(item, "Dear Ada, about your parcel", who="Sam")
    assert "“Dear Ada, about your parcel”" in words(await platform.write("sam", thread, "Hm."))
    await desk.keep_draft(item, "long " * 300, who="Sam")
    assert "stays as it is" in words(await platform.write("sam", thread, "ok"))
    assert (await state_of(desk, thread))[2] == "long " * 300
    await platform.answer("sam", thread, "Yes.")
    assert (await state_of(desk, thread))[2] == "long " * 300


async def test_what_others_write_is_talk_and_their_reply_goes_nowhere(
    waits: Waits, platform: StaffedPlatform, hear: Hear, clock: ManualClock, desk: Desk
) -> None:
    """Only who has an item answers; somebody else who tries is told how, and by whom it is held."""
    thread = await waits()
    assert await platform.write("sam", thread, "Who takes this?") is None
    unclaimed = await platform.answer("sam", thread, "Hello!")
    assert "Claim it first" in words(unclaimed)
    await platform.press("kim", thread, "Claim")
    assert await platform.write("sam", thread, "Thanks, Kim") is None
    assert "Kim has this, so nothing was sent" in words(await platform.answer("sam", thread, "Hello!"))
    assert "Kim has this item already" in words(await platform.follow("sam", thread, unclaimed, "Claim"))
    clock.move(LINGER)
    await hear()
    assert platform.sent == []
    assert await state_of(desk, thread) == (State.CLAIMED, "Kim", "")


async def test_who_is_not_of_the_team_is_told_how_to_become_so(
    waits: Waits, platform: StaffedPlatform, desk: Desk
) -> None:
    """They read their own id and the line to add; nothing happens, and their talk is nobody's business."""
    thread = await waits()
    for remark in (await platform.press("eve", thread, "Claim"), await platform.answer("eve", thread, "Hi!")):
        assert 'accounts = ["memory:eve"]' in words(remark)
        assert "config/team.toml" in words(remark)
    assert await platform.write("eve", thread, "Hello everybody") is None
    assert await state_of(desk, thread) == (State.WAITING, "", "")


async def test_of_two_who_claim_at_once_one_has_it(
    waits: Waits, platform: StaffedPlatform, desk: Desk
) -> None:
    """The other one reads who was faster (P21)."""
    thread = await waits()
    told = [
        words(remark)
        for remark in await asyncio.gather(
            platform.press("sam", thread, "Claim"), platform.press("kim", thread, "Claim")
        )
    ]
    state, owner, _ = await state_of(desk, thread)
    assert state is State.CLAIMED
    assert sorted(text.startswith("You have this now") for text in told) == [False, True]
    assert any(f"{owner} has this item already" in text for text in told)


async def test_an_act_that_comes_twice_acts_once(
    waits: Waits, platform: StaffedPlatform, hear: Hear, clock: ManualClock, store: TroubledStore
) -> None:
    """A platform that heard no confirmation brings it again; the fan gets one reply, the person one story."""
    thread = await waits()
    for _ in range(2):
        assert "You have this now" in words(
            await platform.act(ActKind.PRESS, "sam", thread, f"claim:{thread.card.key}", key="press")
        )
    twice = [await platform.act(ActKind.REPLY, "sam", thread, "Hello!", key="reply") for _ in range(2)]
    assert twice[0] == twice[1]
    clock.move(LINGER)
    await hear()
    await hear()
    assert len(platform.sent) == 1
    made = [event["what"] for event in await records(store, "item-event")]
    assert (made.count("claimed"), made.count("answered")) == (1, 1)


async def test_an_act_twice_at_the_same_moment_acts_once(
    waits: Waits, platform: StaffedPlatform, hear: Hear, clock: ManualClock
) -> None:
    """Also when nobody has noted yet that it was done."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    await asyncio.gather(
        *(platform.act(ActKind.REPLY, "sam", thread, "Hello!", key="reply") for _ in range(3))
    )
    clock.move(LINGER)
    await hear()
    await hear()
    assert len(platform.sent) == 1


async def test_a_refused_reply_stays_refused_when_it_comes_again(
    waits: Waits, platform: StaffedPlatform, hear: Hear, clock: ManualClock, desk: Desk
) -> None:
    """What was told to claim first is not sent by surprise once it is claimed, nor is talk made a draft."""
    thread = await waits()
    for _ in range(2):
        again = await platform.act(ActKind.REPLY, "sam", thread, "Hello!", key="reply")
        assert "Claim it first" in words(again)
        await platform.act(ActKind.PRESS, "sam", thread, f"claim:{thread.card.key}", key="press")
    clock.move(LINGER)
    await hear()
    assert platform.sent == []


async def test_an_act_that_was_done_is_known_after_a_restart(
    waits: Waits,
    platform: StaffedPlatform,
    store: TroubledStore,
    desk: Desk,
    hear: Hear,
    clock: ManualClock,
) -> None:
    """Between the move and the note of what was said to it a crash may come; the move is not made again."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    await desk.reply_as_holder(
        int(thread.card.key), "Hello!", who="Sam", linger=LINGER, once="memory/main/reply"
    )
    assert "not done twice" in words(await platform.act(ActKind.REPLY, "sam", thread, "Hello!", key="reply"))
    clock.move(LINGER)
    await hear()
    await hear()
    assert len(platform.sent) == 1


async def test_snoozing_offers_what_the_console_offers(
    waits: Waits, platform: StaffedPlatform, desk: Desk
) -> None:
    """One press asks until when, the next one sets the item aside."""
    thread = await waits()
    asked = await platform.press("sam", thread, "Snooze")
    assert asked is not None
    assert [choice.label for choice in asked.choices][:3] == [
        "In an hour",
        "Tonight, 19:00",
        "Tomorrow, 9:00",
    ]
    assert (await state_of(desk, thread))[0] is State.WAITING
    assert "comes back by itself" in words(await platform.follow("sam", thread, asked, "In an hour"))
    assert (await state_of(desk, thread))[0] is State.SNOOZED


async def test_closing_asks_first_because_the_fan_hears_of_it(
    waits: Waits, platform: StaffedPlatform, hear: Hear, desk: Desk
) -> None:
    """A slip of the finger tells nobody that their message is done with."""
    thread = await waits()
    asked = await platform.press("sam", thread, "No reply needed")
    await hear()
    assert platform.sent == []
    await platform.follow("sam", thread, asked, "Yes, no reply needed")
    await hear()
    assert len(platform.sent) == 1
    assert (await state_of(desk, thread))[0] is State.CLOSED


async def test_releasing_puts_it_back(
    waits: Waits, platform: StaffedPlatform, keeper: Keeper, desk: Desk
) -> None:
    """The button is there for who has it, and the draft stays."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    await keeper.step()
    await platform.write("sam", thread, "Dear")
    assert "back in the queue" in words(await platform.press("sam", thread, "Release"))
    assert await state_of(desk, thread) == (State.WAITING, "", "Dear")


async def test_commands_do_nothing_here(waits: Waits, platform: StaffedPlatform, desk: Desk) -> None:
    """They are for bots, and no fan reads them."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    for text in ("/start", "/help@fanbot now", "/close"):
        assert await platform.write("sam", thread, text) is None
        assert await platform.answer("sam", thread, text) is None
    assert await state_of(desk, thread) == (State.CLAIMED, "Sam", "")


async def test_files_are_not_passed_on_and_that_is_said(waits: Waits, platform: StaffedPlatform) -> None:
    """Who sends a picture alone learns that nothing left."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    assert "Only words can be sent" in words(await platform.answer("sam", thread, " ", files=1))
    assert "Files are not passed on" in words(await platform.answer("sam", thread, "Look", files=1))


async def test_a_draft_with_what_fans_mishear_says_so(waits: Waits, platform: StaffedPlatform) -> None:
    """A hint, and no bar (P1, P16)."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    remark = await platform.write("sam", thread, "We answer as soon as possible.")
    assert "A fan may mishear: “as soon as possible”." in words(remark)


async def test_a_button_that_nobody_knows_changes_nothing(waits: Waits, platform: StaffedPlatform) -> None:
    """Whatever id comes, the answer is a sentence."""
    thread = await waits()
    for name in ("", "dance:1", "claim:me", "claim:99999999999999999999", "undo:1:x", "☃"):
        told = words(await platform.act(ActKind.PRESS, "sam", thread, name))
        assert "nothing was changed" in told.lower()


async def test_an_item_that_is_gone_is_told_kindly(
    waits: Waits, platform: StaffedPlatform, store: TroubledStore
) -> None:
    """After an erasure the old buttons say so."""
    thread = await waits()
    await store.correspondence.erase(platform="memory", user="ada")
    assert "This item is gone" in words(await platform.press("sam", thread, "Claim"))
    assert "This item is gone" in words(await platform.answer("sam", thread, "Hello"))


async def test_in_public_it_is_said_that_everybody_reads_it(
    waits: Waits, hear: Hear, keeper: Keeper, room: MemoryRoom, platform: StaffedPlatform
) -> None:
    """Who answers knows where it will stand (P28)."""
    await waits()
    await hear(inbound("my parcel came broken", channel="lobby", message="9", direct=False, mentioned=True))
    await keeper.step()
    thread = room.about("in public")
    await platform.press("sam", thread, "Claim")
    assert "where everybody can read the answer" in words(await platform.answer("sam", thread, "Hello"))


async def test_the_door_waits_while_nothing_can_be_stored(
    waits: Waits, platform: StaffedPlatform, clock: ManualClock, desk: Desk, troubles: Troubles
) -> None:
    """The act is not confirmed and not lost; it is done when the store takes it."""
    thread = await waits()
    troubles.fail_next("remark", StoreUnavailableError("The disk is full."))
    press = asyncio.create_task(platform.press("sam", thread, "Claim"))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not press.done()
    clock.move(timedelta(seconds=2))
    assert "You have this now" in words(await press)
    assert (await state_of(desk, thread))[0] is State.CLAIMED


async def test_a_claim_that_lapsed_sends_nothing_from_an_old_preview(
    waits: Waits, platform: StaffedPlatform, hear: Hear, clock: ManualClock, desk: Desk
) -> None:
    """The item is nobody's by then; an old button does not take it again."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    remark = await platform.write("sam", thread, "Hello!")
    clock.move(timedelta(hours=1))
    await desk.store.tend(now=clock.now())
    assert "Claim it first" in words(await platform.follow("sam", thread, remark, "Send"))
    clock.move(LINGER)
    await hear()
    assert platform.sent == []


async def test_acts_are_forgotten_after_a_while(
    waits: Waits, platform: StaffedPlatform, store: TroubledStore, clock: ManualClock
) -> None:
    """What no platform delivers any more is not kept."""
    thread = await waits()
    await platform.press("sam", thread, "Claim")
    assert await store.cards.forget_acts(before=clock.now()) == 0
    assert await store.cards.forget_acts(before=clock.now() + timedelta(seconds=1)) == 1


async def test_who_acts_before_the_store_knows_the_thread_is_understood_a_moment_later(
    hear: Hear, room: MemoryRoom, platform: StaffedPlatform, keeper: Keeper, door: Door, clock: ManualClock
) -> None:
    """A card is there before its place is noted; who replies then is heard, and nobody else waits."""
    platform.team = door
    await hear(inbound("do you sing", channel="bob", message="b"))
    await keeper.step()
    other = room.about("do you sing")
    await hear(inbound("my parcel came broken"))
    room.hang(done=True)
    step = asyncio.create_task(keeper.step())
    await until(lambda: len(room.threads) == 2)
    thread = room.about("broken")
    acts = [asyncio.create_task(platform.answer("sam", thread, "Hello!")),
            asyncio.create_task(platform.press("kim", thread, "Claim"))]  # fmt: skip
    assert "You have this now" in words(await platform.press("sam", other, "Claim"))
    assert not any(act.done() for act in acts)
    room.resume()
    await step
    clock.move(timedelta(seconds=1))
    told = [words(each) for each in await asyncio.gather(*acts)]
    assert "Claim it first" in told[0] or "Kim has this" in told[0]
    assert told[1].startswith("You have this now")
    assert "older one" not in told[1]


async def test_a_thread_that_stays_unknown_is_told_so_after_a_moment(
    hear: Hear, room: MemoryRoom, platform: StaffedPlatform, keeper: Keeper, door: Door, clock: ManualClock
) -> None:
    """Waiting has an end, also while the room hangs; where no card is being made there is none."""
    platform.team = door
    await hear(inbound("my parcel came broken"))
    room.hang(done=True)
    step = asyncio.create_task(keeper.step())
    await until(lambda: len(room.threads) == 1)
    act = asyncio.create_task(platform.answer("sam", room.about("broken"), "Hello!"))
    for _ in range(200):
        if act.done():
            break
        clock.move(timedelta(seconds=0.1))
        await asyncio.sleep(0.01)
    assert "Nobody knows which item" in words(act.result())
    step.cancel()
    await asyncio.wait([step])


async def test_a_group_is_no_person_of_the_team(
    waits: Waits,
    platform: StaffedPlatform,
    store: TroubledStore,
    desk: Desk,
    setting: Setting,
    clock: ManualClock,
) -> None:
    """An anonymous administrator writes as the group, and so does every other one."""
    thread = await waits()
    platform.team = Door(
        destination="telegram/main",
        cards=store.cards,
        desk=lambda: desk,
        setting=lambda: setting,
        clock=clock,
    )
    told = words(await platform.answer("-1001", thread, "Hello!"))
    assert "Remain anonymous" in told
    assert "team.toml" not in told
    assert "telegram:1001" in words(await platform.answer("1001", thread, "Hello!"))
