"""What people of the team do on Telegram: brought in order, done once, and never taken for a fan's words."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from fanbot.domain.messages import Choice
from fanbot.errors import StoreUnavailableError
from fanbot.ports.staff import Act, ActKind, Remark
from fanbot.serving.mounts import mounted
from fanbot.testing.telegram import fans
from fanbot.testing.telegram.server import Cut, Refusal
from fanbot_telegram.pace import Limits, Pace
from tests.adapters.telegram_support import answer, bot, hearing, platform, until
from tests.adapters.telegram_team import CARD, GROUP, SAM, Door, Team, listening, team
from tests.adapters.webchat_support import served

UNDO = Remark("This goes to Ada in 10 seconds.", (Choice("undo/h1", "Undo"),))


async def test_a_press_is_an_act_and_stops_spinning_when_it_is_done() -> None:
    """It is answered only after the door returned, whatever Telegram says to that."""
    async with listening() as there:
        spot = await there.room.open(CARD)
        there.door.opened.clear()
        there.presses("claim/h1", there.card(spot))
        await until(lambda: len(there.door.brought) == 1)
        await asyncio.sleep(0.05)
        assert there.fake.answered == there.fake.updates.confirmed == []
        there.door.opened.set()
        await there.fake.until_confirmed(1)
        await until(lambda: there.fake.answered == ["4711"])
        key = "telegram/main/press/4711"
        assert there.door.acts == [Act(key, ActKind.PRESS, "7001", "Sam", spot.thread, "claim/h1")]
        assert there.intake.asked == []


async def test_words_and_replies_are_told_apart() -> None:
    """A reply to the card or a told line is one; to a person, to a remark or to nobody it is talk."""
    async with listening() as there:
        spot = await there.room.open(CARD)
        await there.room.tell(spot, "Ada wrote: hello?", key="t1")
        card, line = there.lines(spot)
        there.door.remarks = [UNDO]
        there.writes("reply to the card", spot, to=card)
        await until(lambda: len(there.lines(spot)) == 3)
        remark = there.lines(spot)[2]
        there.writes("reply to a line", spot, to=line)
        there.writes("no, wait", spot, to=remark)
        there.writes("just words", spot)
        alex = fans.user(7002, "Alex")
        there.writes("to Alex", spot, reply_to_message=fans.message("x", chat=there.group.chat, by=alex))
        await there.fake.until_confirmed(5)
        kinds = [(act.text, act.kind.value) for act in there.door.acts]
        assert kinds == [
            ("reply to the card", "reply"),
            ("reply to a line", "reply"),
            ("no, wait", "words"),
            ("just words", "words"),
            ("to Alex", "words"),
        ]
        assert {act.thread for act in there.door.acts} == {spot.thread}
        assert there.intake.asked == []


async def test_a_reply_that_waited_for_long_is_not_sent_by_itself() -> None:
    """Whoever wrote it while fanbot was away saw nothing happen; it becomes words, which are shown first."""
    async with listening() as there:
        spot = await there.room.open(CARD)
        for minutes in (14, 16):
            at = int(time.time()) - 60 * minutes
            there.writes(f"{minutes} minutes ago", spot, to=there.card(spot), date=at)
        await there.fake.until_confirmed(2)
        assert [act.kind for act in there.door.acts] == [ActKind.REPLY, ActKind.WORDS]


async def test_what_the_team_does_is_never_a_fans_event() -> None:
    """Edits, reactions, notes of the platform, commands, odd things, and what stands outside of topics."""
    async with listening() as there:
        spot = await there.room.open(CARD)
        chat, topic = there.group.chat, int(spot.thread)
        below = {"message_thread_id": topic, "is_topic_message": True}
        command = [{"type": "bot_command", "offset": 0, "length": 6}]
        for told in (
            fans.edited("changed", chat=chat, by=SAM, **below),
            fans.reacted("🔥", chat=chat),
            fans.said(chat=chat, by=SAM, forum_topic_edited={"name": "x"}, **below),
            fans.said(chat=chat, by=SAM, pinned_message=there.fake.shown(there.card(spot)), **below),
            fans.said(chat=chat, by=SAM, new_chat_members=[SAM]),
            there.group.write("/start", topic, by=SAM, id_=7, entities=command),
            there.group.write("from a bot", topic, by=fans.user(9, "Bot", bot=True), id_=8),
            fans.said("in the general topic", chat=chat, by=SAM),
            fans.said("odd", id_="seven", chat=chat, by=SAM, **below),
            fans.said("odd", chat=chat, by="Sam", **below),
            {"callback_query": {"id": "1", "message": there.fake.shown(there.card(spot))}},
        ):
            there.fake.updates.push(told)
        there.fake.updates.push(fans.said("a fan", id_=9))
        await there.intake.stored(1)
        assert [event.text for event in there.intake.asked] == ["a fan"]
        assert there.door.brought == []
        await there.fake.until_confirmed(12)


async def test_a_group_that_is_not_the_teams_is_the_fans() -> None:
    """Another group of the same bot is heard as before."""
    async with listening() as there:
        there.fake.updates.push(fans.said("hello", chat=fans.group(-1005)))
        [event] = await there.intake.stored(1)
        assert (event.text, there.door.brought) == ("hello", [])


async def test_files_are_counted_and_an_album_is_one_act() -> None:
    """They are not passed on, and the person can be told so once."""
    async with listening() as there:
        spot = await there.room.open(CARD)
        card = there.card(spot)
        picture = {"photo": [{"file_id": "p", "width": 1}], "media_group_id": "a"}
        there.fake.updates.push(without_text(there, spot, to=card, caption="two", **picture))
        there.fake.updates.push(without_text(there, spot, to=card, **picture))
        await there.fake.until_confirmed(2)
        [act] = there.door.acts
        assert (act.kind, act.text, act.files) == (ActKind.REPLY, "two", 2)


async def test_an_anonymous_administrator_is_the_group() -> None:
    """Telegram does not tell who it is, so nobody is named, and the core can refuse."""
    async with listening() as there:
        spot = await there.room.open(CARD)
        hidden = fans.user(1087968824, "Group", bot=True)
        there.writes("hello", spot, to=there.card(spot), by=hidden, sender_chat=there.group.chat)
        await there.fake.until_confirmed(1)
        [act] = there.door.acts
        assert (act.user, act.kind) == (str(GROUP), ActKind.REPLY)


async def test_a_remark_stands_below_what_was_done_and_its_buttons_are_acts() -> None:
    """In the topic, as a reply, in letters that tell it from a card, with nobody notified by a name in it."""
    async with listening() as there:
        spot = await there.room.open(CARD)
        there.door.remarks = [replace(UNDO, text="Goes to @ada_fan 💖"), Remark(" "), None]
        number = there.writes("hello", spot, to=there.card(spot))
        await until(lambda: len(there.lines(spot)) == 2)
        remark = there.lines(spot)[1]
        assert (remark.reply_to, remark.choices, remark.pings) == (number, ["undo/h1"], 0)
        [entity] = remark.wanted["entities"]
        assert (entity["type"], entity["length"]) == ("italic", len(remark.text.encode("utf-16-le")) // 2)
        there.presses("undo/h1", remark)
        there.presses("undo/h1", remark, query="4712")
        await there.fake.until_confirmed(3)
        acts = [(act.kind, act.text, act.thread) for act in there.door.acts[1:]]
        assert acts == [(ActKind.PRESS, "undo/h1", spot.thread)] * 2
        assert len(there.lines(spot)) == 2


async def test_a_remark_that_cannot_be_said_is_lost_and_holds_nothing_up() -> None:
    """The log tells; the act is confirmed, fans are heard, and the next remark is said."""
    with capture_logs() as logs:
        async with listening() as there:
            spot = await there.room.open(CARD)
            there.door.remarks = [UNDO] * 4
            there.fake.next("sendMessage", Cut.BEFORE, Refusal(400, "Bad Request: odd"), *[Refusal.flood(90)])
            for text in ("1", "2", "3"):
                there.writes(text, spot)
            there.fake.updates.push(fans.said("a fan"))
            await there.intake.stored(1)
            await there.fake.until_confirmed(4)
            await until(lambda: sum("not said" in each["event"] for each in logs) == 3)
    assert len(there.lines(spot)) == 1


async def test_a_remark_waits_for_its_turn() -> None:
    """Cards and lines leave some of the group's turns to remarks, so that whoever acts is answered."""
    async with listening(limits=Limits(overall=1000, person=1000, group=8, staff=1000)) as there:
        spot = await there.room.open(CARD)
        await there.room.tell(spot, "1", key="t1")
        there.door.remarks = [UNDO]
        there.writes("hello", spot)
        await until(lambda: len(there.lines(spot)) == 3)


async def test_acts_are_brought_in_order_beside_the_fans_words() -> None:
    """Each waits for the one before it, and the offset for all of them."""
    async with listening() as there:
        spot = await there.room.open(CARD)
        there.door.opened.clear()
        for number in range(5):
            there.writes(str(number), spot)
            there.fake.updates.push(fans.said(f"fan {number}", id_=100 + number))
        await until(lambda: len(there.door.brought) == 1)
        await asyncio.sleep(0.05)
        assert len(there.door.brought) == 1
        there.door.opened.set()
        await there.fake.until_confirmed(10)
        assert [act.text for act in there.door.acts] == ["0", "1", "2", "3", "4"]
        assert [event.text for event in there.intake.events] == [f"fan {number}" for number in range(5)]


async def test_an_act_that_was_not_confirmed_comes_again_under_its_key() -> None:
    """A crash between doing and confirming repeats the update, and the core tells it by its key."""
    async with team() as there:
        spot = await there.room.open(CARD)
        there.presses("claim/h1", there.card(spot))
        there.writes("hello", spot, to=there.card(spot))
        there.door.opened.clear()
        listener = asyncio.create_task(there.telegram.listen(there.intake))
        await until(lambda: len(there.door.brought) == 1)
        listener.cancel()
        await asyncio.wait([listener])
        assert there.fake.updates.confirmed == []
        there.door.opened.set()
        again = bot(there.fake, staff_chat=GROUP, team=there.door)
        async with hearing(again):
            await there.fake.until_confirmed(2)
        first, second, reply = there.door.brought
        assert first == second
        assert len({first.key, reply.key}) == 2


async def test_a_store_that_takes_nothing_keeps_acts_at_the_platform() -> None:
    """The door refuses, nothing is confirmed, and the same act comes again."""
    async with platform() as fake:
        there = Team(fake, bot(fake, staff_chat=GROUP, team=(door := Door())), door)
        spot = await there.room.open(CARD)
        door.refusals = [StoreUnavailableError("The disk is full; nothing was kept.")]
        there.writes("hello", spot)
        with pytest.raises(StoreUnavailableError):
            await there.telegram.listen(there.intake)
        assert fake.updates.confirmed == []
        async with hearing(there.telegram, there.intake):
            await fake.until_confirmed(1)
        assert [act.text for act in door.brought] == ["hello", "hello"]
        assert len(door.acts) == 1


async def test_an_act_that_fails_inside_fanbot_keeps_no_fan_waiting() -> None:
    """It does not come again for ever; whoever acted is told, and the log says which it was."""
    with capture_logs() as logs:
        async with listening() as there:
            spot = await there.room.open(CARD)
            there.door.refusals = [ValueError("odd")]
            there.writes("hello", spot, to=there.card(spot))
            there.fake.updates.push(fans.said("a fan"))
            await there.fake.until_confirmed(2)
            await until(lambda: len(there.lines(spot)) == 2)
            assert "failed" in there.lines(spot)[1].text
            assert [event.text for event in there.intake.events] == ["a fan"]
    assert [each["error"] for each in logs if "act of the team" in each["event"]] == ["ValueError"]


async def test_without_a_door_the_group_is_still_the_teams() -> None:
    """Nothing is done, nothing is kept, and buttons stop spinning."""
    async with platform() as fake:
        there = Team(fake, bot(fake, staff_chat=GROUP), Door())
        async with hearing(there.telegram, there.intake):
            await fake.until_asked()
            spot = await there.room.open(CARD)
            there.writes("hello", spot)
            there.presses("claim/h1", there.card(spot))
            await fake.until_confirmed(2)
            await until(lambda: fake.answered == ["4711"])
            assert there.intake.asked == []


async def test_a_topic_that_a_person_closed_or_opened_is_put_right() -> None:
    """What fanbot remembers of a topic is no longer so once somebody changed it."""
    async with listening() as there:
        spot = await there.room.open(CARD)
        topic = there.group.topics[int(spot.thread)]
        topic.closed = True
        there.fake.updates.push(note(there, spot, "forum_topic_closed"))
        await there.fake.until_confirmed(1)
        await there.room.show(spot, CARD)
        assert not topic.closed
        await there.room.show(spot, replace(CARD, finished=True))
        topic.closed = False
        there.fake.updates.push(note(there, spot, "forum_topic_reopened"))
        await there.fake.until_confirmed(2)
        await there.room.show(spot, replace(CARD, finished=True))
        assert topic.closed


@pytest.mark.parametrize("told", ["by the old group", "by the new group", "at the start"])
async def test_the_team_is_known_under_the_new_id_of_its_group(told: str) -> None:
    """Turning topics on gives a plain group another id; its words never pass for a fan's."""
    async with platform() as fake:
        old, door = fake.group(-3001), Door()
        there = Team(fake, bot(fake, staff_chat=-3001, team=door), door)
        plain = {"id": -3001, "type": "group", "title": "Team"}
        if told == "at the start":
            old.moved_to = GROUP
        async with hearing(there.telegram, there.intake):
            await fake.until_asked()
            old.moved_to = GROUP
            if told == "by the old group":
                fake.updates.push(fans.said(chat=plain, by=SAM, migrate_to_chat_id=GROUP))
            if told == "by the new group":
                fake.updates.push(fans.said(chat=there.group.chat, by=SAM, migrate_from_chat_id=-3001))
            below = {"message_thread_id": 55, "is_topic_message": True}
            fake.updates.push(fans.said("hello", id_=77, chat=there.group.chat, by=SAM, **below))
            await until(lambda: len(door.acts) == 1)
            assert there.intake.asked == []


@asynccontextmanager
async def posting() -> AsyncIterator[Team]:
    """Serve an account in webhook mode that has a team."""
    async with platform() as fake:
        later: list[Any] = []

        async def app(scope, receive, send):  # type: ignore[no-untyped-def]
            await later[0].app(scope, receive, send)

        async with served(mounted({"/telegram": app})) as address:
            door = Door()
            telegram = bot(
                fake, staff_chat=GROUP, team=door, mode="webhook", webhook_url=f"{address}/telegram/"
            )
            later.append(telegram)
            there = Team(fake, telegram, door)
            async with hearing(telegram, there.intake):
                await until(lambda: bool(fake.webhook))
                yield there


async def test_a_posted_act_is_answered_when_it_is_done() -> None:
    """By webhook as by polling: refused and brought again while nothing can be stored, then confirmed."""
    async with posting() as there:
        spot = await there.room.open(CARD)
        there.door.refusals = [StoreUnavailableError("The disk is full; nothing was kept.")]
        there.door.remarks = [UNDO]
        there.presses("claim/h1", there.card(spot))
        there.fake.updates.push(fans.said("a fan"))
        await there.fake.until_confirmed(2)
        assert there.fake.refused_posts[503] == 1
        assert [act.key for act in there.door.brought] == ["telegram/main/press/4711"] * 2
        assert [event.text for event in there.intake.asked] == ["a fan"]
        await until(lambda: len(there.lines(spot)) == 2 and there.fake.answered == ["4711"])


async def test_the_wish_to_wait_of_the_teams_group_holds_up_no_fan() -> None:
    """While the group is blocked, fans are heard and answered, and acts are done (429)."""
    async with listening() as there:
        spot = await there.room.open(CARD)
        there.fake.next("sendMessage", Refusal.flood(50))
        there.door.remarks = [UNDO]
        there.writes("hello", spot)
        there.fake.updates.push(fans.said("a fan"))
        await there.intake.stored(1)
        await there.fake.until_confirmed(2)
        await there.telegram.send(answer())
        assert [each.chat for each in there.fake.sent][-1] == 3001


async def test_the_team_takes_one_message_a_second_of_what_all_share() -> None:
    """However many items there are, fans keep nearly all of the bot's thirty messages a second."""
    now = [1000.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    pace = Pace(now=lambda: now[0], sleep=sleep)
    turns = []
    for _ in range(4):
        assert await pace.turn(GROUP, keep=5) == 0.0
        turns.append(now[0] - 1000)
    assert turns == [0.0, 1.0, 2.0, 3.0]
    for _ in range(11):
        assert await pace.turn(GROUP, keep=5) == 0.0
    assert await pace.turn(GROUP, keep=5) > 40
    assert [await pace.turn(GROUP, keep=0) for _ in range(5)] == [0.0] * 5
    assert await pace.turn(GROUP, keep=0) > 30


def without_text(there: Team, spot: Any, *, to: Any, **more: Any) -> dict[str, Any]:
    """Tell of a picture that somebody sent in a topic."""
    there._messages += 1
    told = there.group.write(
        "", int(spot.thread), by=SAM, id_=there._messages, reply_to_message=there.fake.shown(to), **more
    )
    del told["message"]["text"]
    return told


def note(there: Team, spot: Any, sign: str) -> dict[str, Any]:
    """Tell of what somebody did to a topic."""
    told = there.group.write("", int(spot.thread), by=SAM, id_=6001, **{sign: {}})
    del told["message"]["text"]
    return told
