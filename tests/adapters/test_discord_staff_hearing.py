"""What people of the team do in their channel on Discord is an act, and never a fan's message."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from fanbot.domain.messages import Choice
from fanbot.ports.staff import ActKind, Card, Remark, Spot
from fanbot.testing.discord import FakeDiscord
from fanbot.testing.discord.messages import from_fan
from fanbot.testing.discord.troubles import Cut, Refusal, refusal
from fanbot.testing.discord.world import BOT, Json
from fanbot.testing.intake import ListIntake
from fanbot_discord.snowflakes import first_at
from tests.adapters.discord_support import (
    DIRECT,
    QUESTIONS,
    TALK,
    TEAM,
    Memory,
    Team,
    adapter,
    discord,
    last_heard,
    listening,
    needs_openssl,
    room,
    until,
)

pytestmark = needs_openssl

SAM = "4001"
CARD = Card("k7", "Ada: personal", "Your song is all I have.", (Choice("claim:7", "Claim"),))
OTHER = replace(CARD, key="k8", title="Bo: personal")


def sent_to(fake: FakeDiscord, method: str, part: str) -> list[Json]:
    return [each.body for each in fake.world.requests if each.method == method and part in each.path]


def in_thread(fake: FakeDiscord, spot: Spot) -> list[Json]:
    """Return what the bot said in a thread below its first line."""
    return [each for each in fake.world.said if each["channel_id"] == spot.thread][1:]


async def test_a_press_is_an_act_and_is_answered_alone() -> None:
    """Discord hears at once that it was heard; the remark, with its buttons, is for whoever pressed."""
    async with discord() as fake:
        team = Team(Remark("You have *it* now.", (Choice("give:7", "Give back"),)), Remark("Given back."))
        platform = adapter(fake, team=team)
        async with listening(fake, platform) as intake:
            spot = await room(platform).open(CARD)
            team.hold()
            asked = await fake.press(fake.world.said[0], "claim:7", person=SAM)
            await until(lambda: bool(team.acts))
            [(way, _, body), *_] = await fake.notes(1)
            assert (way, body) == ("callback", {"type": 5, "data": {"flags": 64}})
            team.release()
            whisper = await fake.answer(asked)
            assert whisper is not None
            assert whisper["content"] == "You have \\*it\\* now."
            assert whisper["flags"] & 64
            await fake.press(whisper, "give:7", person=SAM)
            await until(lambda: whisper["content"] == "Given back.")
            assert whisper["components"] == []
        await platform.close()
        first, second = team.acts
        assert (first.kind, first.user, first.name, first.text) == (ActKind.PRESS, SAM, "Sam", "claim:7")
        assert (second.text, second.thread, first.thread) == ("give:7", spot.thread, spot.thread)
        assert first.key != second.key
        assert intake.asked == []
        assert in_thread(fake, spot) == []


async def test_a_remark_from_before_a_restart_is_known_by_its_card() -> None:
    """Discord tells which message led to it."""
    async with discord() as fake:
        first = adapter(fake, team=Team(Remark("Send?", (Choice("send:7", "Send"),))))
        async with listening(fake, first):
            spot = await room(first).open(CARD)
            whisper = await fake.answer(await fake.press(fake.world.said[0], "claim:7", person=SAM))
        await first.close()
        team = Team()
        second = adapter(fake, team=team)
        async with listening(fake, second):
            assert whisper is not None
            await fake.press(whisper, "send:7", person=SAM)
            await until(lambda: bool(team.acts))
        await second.close()
        assert team.acts[0].thread == spot.thread


async def test_a_press_without_a_remark_leaves_nothing_behind() -> None:
    """The announced answer is taken away again."""
    async with discord() as fake:
        platform = adapter(fake, team=Team(None, Remark("")))
        async with listening(fake, platform):
            await room(platform).open(CARD)
            for _ in range(2):
                asked = await fake.press(fake.world.said[0], "claim:7", person=SAM)
                assert await fake.answer(asked) is None
        await platform.close()


async def test_words_and_replies_are_acts_and_answered_in_the_thread() -> None:
    """A reply to a line that was told is one; to a colleague or a remark, and anything else, are words."""
    async with discord() as fake:
        team = Team(None, Remark("Send this?", (Choice("send:7", "Send"),)), None, Remark("Sent to @Ada."))
        platform = adapter(fake, team=team)
        async with listening(fake, platform) as intake:
            spot = await room(platform).open(CARD)
            await room(platform).tell(spot, "Ada wrote: hello?", key="t1")
            [line] = in_thread(fake, spot)
            talk = await fake.write(spot.thread, "who takes this?", fan=SAM, name="Sam")
            url = "https://cdn.discordapp.com/a.png"
            file = {"id": "1", "filename": "a.png", "url": url, "proxy_url": url, "size": 1}
            words = await fake.write(spot.thread, "**Dear** Ada", fan=SAM, name="Sam", attachments=[file])
            await fake.write(spot.thread, "yes", fan=SAM, reply_to=talk["id"])
            answer = await fake.write(spot.thread, "We read it.", fan=SAM, reply_to=line["id"])
            await until(lambda: len(in_thread(fake, spot)) == 3)
            await fake.write(spot.thread, "good", fan=SAM, reply_to=in_thread(fake, spot)[1]["id"])
            asked = await fake.press(in_thread(fake, spot)[1], "send:7", person=SAM)
            await fake.answer(asked)
        await platform.close()
        assert [(act.kind.value, act.text, act.files) for act in team.acts] == [
            ("words", "who takes this?", 0),
            ("words", "**Dear** Ada", 1),
            ("words", "yes", 0),
            ("reply", "We read it.", 0),
            ("words", "good", 0),
            ("press", "send:7", 0),
        ]
        assert {act.thread for act in team.acts} == {spot.thread}
        assert len({act.key for act in team.acts}) == 6
        _, preview, sent = in_thread(fake, spot)
        assert preview["message_reference"]["message_id"] == words["id"]
        assert preview["components"][0]["components"][0]["custom_id"] == "send:7"
        assert sent["message_reference"]["message_id"] == answer["id"]
        assert (sent["content"], sent["components"]) == ("Sent to \\@Ada.", [])
        for body in sent_to(fake, "POST", f"{spot.thread}/messages"):
            assert body["allowed_mentions"]["parse"] == []
            assert not body["allowed_mentions"].get("replied_user")
        assert intake.asked == []


async def test_a_reply_to_the_card_itself_belongs_to_its_item() -> None:
    """It stands in the staff channel, and so does what is answered to it; other talk there is no item's."""
    async with discord() as fake:
        team = Team(Remark("Claim it first.", (Choice("claim:7", "Claim"),)))
        platform = adapter(fake, team=team)
        async with listening(fake, platform) as intake:
            spot = await room(platform).open(CARD)
            written = await fake.write(TEAM, "Thank you, Ada", fan=SAM, reply_to=spot.message)
            await fake.write(TEAM, f"<@{BOT}> lunch?", fan=SAM, mentions=(BOT,))
            await until(lambda: len(fake.world.said) == 3 and len(team.acts) == 2)
        await platform.close()
        assert [(act.kind.value, act.thread) for act in team.acts] == [
            ("reply", spot.thread),
            ("words", TEAM),
        ]
        assert fake.world.said[2]["message_reference"]["message_id"] == written["id"]
        assert intake.asked == []


async def test_a_reply_that_comes_late_is_words() -> None:
    """Delivered only now, or held up, it would reach the fan by surprise; as words it becomes a draft."""
    async with discord() as fake:
        team = Team()
        platform = adapter(fake, team=team)
        async with listening(fake, platform):
            spot = await room(platform).open(CARD)
            for minutes in (14, 16):
                then = datetime.now(UTC) - timedelta(minutes=minutes)
                old = str(first_at(then))
                await fake.write(TEAM, "Dear Ada", fan=SAM, reply_to=spot.message, id_=old)
            await until(lambda: len(team.acts) == 2)
        await platform.close()
        assert [act.kind for act in team.acts] == [ActKind.REPLY, ActKind.WORDS]
        assert {act.thread for act in team.acts} == {spot.thread}


async def test_nothing_in_the_staff_channel_is_a_fans() -> None:
    """No message, mention, edit, reaction, deletion, command or press there is stored, and none of a bot."""
    async with discord() as fake:
        team = Team()
        platform = adapter(fake, team=team, settings={"receipts": True})
        async with listening(fake, platform) as intake:
            spot = await room(platform).open(CARD)
            await fake.write(spot.thread, "from a machine", fan="5001", bot=True)
            for place in (TEAM, spot.thread):
                message = await fake.write(place, f"<@{BOT}> hello", fan=SAM, mentions=(BOT,))
                await fake.change(message, f"<@{BOT}> hello!")
                await fake.react(message, "🔥", fan=SAM)
                await fake.take_back(message)
                asked = await fake.interact(place, 2, {"id": "1", "name": "human", "type": 1}, fan=SAM)
                told = await fake.answer(asked)
                assert told is not None
                assert "nothing was done" in told["content"]
            await fake.react(fake.world.said[0], "🔥", fan=SAM)
            await fake.write(QUESTIONS, "a real one")
            await intake.stored(1)
            await fake.receipts(1)
        await platform.close()
        assert [event.text for event in intake.asked] == ["a real one"]
        assert [act.kind for act in team.acts] == [ActKind.WORDS] * 2
        assert [channel for channel, _, _ in fake.world.reactions] == [QUESTIONS]


async def test_whoever_sees_the_channel_is_passed_on_by_their_id() -> None:
    """The adapter takes nobody for one of the team; that is for the core to say."""
    async with discord() as fake:
        team = Team(Remark("Your id is 3001."))
        platform = adapter(fake, team=team)
        async with listening(fake, platform):
            await room(platform).open(CARD)
            told = await fake.answer(await fake.press(fake.world.said[0], "claim:7", person="3001"))
        await platform.close()
        assert team.acts[0].user == "3001"
        assert told is not None
        assert told["content"] == "Your id is 3001."


async def test_history_after_a_gap_never_reads_the_staff_channel() -> None:
    """Not as a known place, not as one that has news, not in its threads."""
    async with discord() as fake:
        thread = fake.world.thread("2500", TEAM)["id"]
        fake.world.thread("2501", TEAM)["thread_metadata"]["archived"] = True
        for place in (TEAM, thread, "2501", TALK):
            await fake.write(place, f"<@{BOT}> missed", fan=SAM, mentions=(BOT,))
        heard = [
            last_heard(TEAM, "500", direct=False, ago=timedelta(hours=1)),
            last_heard(TEAM, "500", thread="2501", direct=False, ago=timedelta(hours=1)),
            last_heard(thread, "500", direct=False, ago=timedelta(hours=1)),
        ]
        team = Team()
        platform = adapter(fake, *heard, team=team)
        async with listening(fake, platform) as intake:
            await intake.stored(1)
        async with listening(fake, platform, intake):
            await fake.write(QUESTIONS, "live")
            await intake.stored(2)
        await platform.close()
        assert {event.event.channel for event in intake.asked} == {TALK, QUESTIONS}
        assert team.acts == []
        assert sent_to(fake, "GET", f"/channels/{TEAM}/messages") == []


@pytest.mark.slow
async def test_what_turns_out_to_be_the_teams_is_not_brought() -> None:
    """A place that was taken for a fan's is known by its parent before its history came."""
    async with discord() as fake:
        thread = fake.world.thread("2500", TEAM)
        thread["thread_metadata"]["archived"] = True
        await fake.write(DIRECT, "missed", id_="600")
        fake.world.place({**from_fan(fake.world, "2500", f"<@{BOT}> ours", mentions=(BOT,))})
        fake.troubles.plan("GET /channels/2500/messages", Refusal(503))
        heard = [last_heard("2500", "500", direct=False), last_heard(DIRECT, "500")]
        platform = adapter(fake, *heard, team=Team())
        async with listening(fake, platform) as intake:
            await intake.stored(1)
            await fake.gateway.tell("THREAD_UPDATE", dict(thread))
            await until(lambda: len(sent_to(fake, "GET", "/channels/2500/messages")) == 2)
            await fake.write(DIRECT, "live")
            await intake.stored(2)
        await platform.close()
        assert [event.text for event in intake.asked] == ["missed", "live"]


async def test_a_thread_from_before_a_restart_is_known() -> None:
    """An open one is announced; one that comes back is announced as it does."""
    async with discord() as fake:
        first = adapter(fake, team=Team())
        one, two = [await room(first).open(card) for card in (CARD, OTHER)]
        await room(first).show(two, replace(OTHER, finished=True))
        await first.close()
        team = Team()
        platform = adapter(fake, team=team)
        async with listening(fake, platform) as intake:
            await fake.write(one.thread, "one", fan=SAM)
            await fake.write(two.thread, f"<@{BOT}> two", fan=SAM, mentions=(BOT,))
            await until(lambda: len(team.acts) == 2)
        await platform.close()
        assert {(act.thread, act.text) for act in team.acts} == {(one.thread, "one"), (two.thread, "two")}
        assert intake.asked == []
        assert sent_to(fake, "GET", f"/channels/{one.thread}") == []


async def test_a_thread_that_nobody_announced_is_asked_for_once() -> None:
    """Until Discord says whose it is, what happens there waits, and nothing else does."""
    async with discord() as fake:
        team = Team()
        platform = adapter(fake, team=team)
        fake.troubles.plan("GET /channels/2500$", Refusal(503), Cut.BEFORE)
        async with listening(fake, platform) as intake:
            await fake.write(QUESTIONS, "first")
            await intake.stored(1)
            fake.world.thread("2500", TEAM)
            fake.world.thread("2600", TALK)
            for number in range(3):
                await fake.write("2500", f"<@{BOT}> team {number}", fan=SAM, mentions=(BOT,))
                await fake.write("2600", f"<@{BOT}> fan {number}", mentions=(BOT,))
            await intake.stored(4)
            await until(lambda: len(team.acts) == 3)
        await platform.close()
        assert [event.text for event in intake.asked] == ["first", "fan 0", "fan 1", "fan 2"]
        assert {event.address.channel for event in intake.asked[1:]} == {TALK}
        assert [act.text for act in team.acts] == ["team 0", "team 1", "team 2"]
        assert len(sent_to(fake, "GET", "/channels/2600")) == 1


async def test_what_discord_does_not_show_is_kept_for_neither_and_named() -> None:
    """A private word of the team is never stored as a fan's, and a fan's is named as missing."""
    async with discord() as fake:
        memory, team = Memory(), Team()
        platform = adapter(fake, memory=memory, team=team)
        async with listening(fake, platform) as intake:
            fake.world.thread("2500", TEAM)
            fake.world.hidden["2500"] = (404, 10003)
            await fake.write("2500", f"<@{BOT}> whose", fan=SAM, mentions=(BOT,))
            await until(lambda: bool(memory.gaps))
        await platform.close()
        assert "channel 2500" in memory.gaps[0]
        assert (intake.asked, team.acts) == ([], [])


async def test_acts_of_a_thread_come_in_order_and_block_nobody() -> None:
    """One that waits for the store holds back its thread, and neither another one nor a fan."""
    async with discord() as fake:
        team = Team()
        platform = adapter(fake, team=team)
        async with listening(fake, platform) as intake:
            one, two = [await room(platform).open(card) for card in (CARD, OTHER)]
            team.hold()
            for number in range(3):
                await fake.write(one.thread, f"one {number}", fan=SAM)
            await fake.write(two.thread, "two", fan=SAM)
            await fake.write(DIRECT, "from a fan")
            await intake.stored(1)
            await until(lambda: len(team.acts) == 2)
            assert [act.text for act in team.acts] == ["one 0", "two"]
            team.release()
            await until(lambda: len(team.acts) == 4)
        await platform.close()
        assert [act.text for act in team.acts if act.thread == one.thread] == ["one 0", "one 1", "one 2"]


async def test_a_store_that_takes_no_fans_message_lets_the_team_act() -> None:
    """Hearing fans and hearing the team wait for nothing of one another."""
    async with discord() as fake:
        team = Team(Remark("Done."))
        platform = adapter(fake, team=team)
        intake = ListIntake()
        intake.hold()
        async with listening(fake, platform, intake):
            await room(platform).open(CARD)
            await fake.write(DIRECT, "from a fan")
            await intake.brought(1)
            told = await fake.answer(await fake.press(fake.world.said[0], "claim:7", person=SAM))
            assert told is not None
            assert told["content"] == "Done."
            assert intake.events == []
        await platform.close()


async def test_an_act_that_fails_is_no_silence_and_no_end() -> None:
    """Whoever acted reads that it is not sure, and the next act and the next fan are heard."""
    async with discord() as fake:
        team = Team(RuntimeError("boom"), ValueError("bang"), Remark("Done."))
        platform = adapter(fake, team=team)
        with structlog.testing.capture_logs() as logs:
            async with listening(fake, platform) as intake:
                spot = await room(platform).open(CARD)
                told = await fake.answer(await fake.press(fake.world.said[0], "claim:7", person=SAM))
                assert told is not None
                assert "not sure that this was done" in told["content"]
                await fake.write(spot.thread, "words", fan=SAM)
                await until(lambda: len(in_thread(fake, spot)) == 1)
                assert "not sure" in in_thread(fake, spot)[0]["content"]
                told = await fake.answer(await fake.press(fake.world.said[0], "claim:7", person=SAM))
                assert told is not None
                assert told["content"] == "Done."
                await fake.write(DIRECT, "from a fan")
                await intake.stored(1)
        await platform.close()
        assert "boom" not in str(logs)
        assert any("somebody of the team did" in str(each["event"]) for each in logs)


async def test_a_press_that_is_cut_off_by_a_stop_is_answered() -> None:
    """It reads that it is not sure, and neither a token nor the press is forgotten in silence."""
    async with discord() as fake:
        team = Team()
        platform = adapter(fake, team=team)
        async with listening(fake, platform):
            await room(platform).open(CARD)
            team.hold()
            presses = [await fake.press(fake.world.said[0], "claim:7", person=SAM) for _ in range(2)]
            await until(lambda: bool(team.acts))
            await fake.notes(2)
        async with asyncio.timeout(5):
            answers = [await fake.answer(asked) for asked in presses]
        await platform.close()
        assert all(told is not None and "not sure" in told["content"] for told in answers)
        assert len(team.acts) == 1


async def test_an_answer_that_discord_does_not_take_stops_nothing() -> None:
    """The act stands; no secret of the press is in the log."""
    async with discord() as fake:
        team = Team(Remark("One."), Remark("Two."))
        platform = adapter(fake, team=team)
        fake.troubles.plan("POST /interactions", refusal(404, 10062))
        with structlog.testing.capture_logs() as logs:
            async with listening(fake, platform):
                await room(platform).open(CARD)
                lost = await fake.press(fake.world.said[0], "claim:7", person=SAM)
                told = await fake.answer(await fake.press(fake.world.said[0], "claim:7", person=SAM))
                assert told is not None
                assert told["content"] == "Two."
        await platform.close()
        assert len(team.acts) == 2
        assert lost["token"] not in str(logs)
        assert any("answer to somebody of the team" in str(each["event"]) for each in logs)


async def test_without_a_core_a_press_is_told_that_nothing_was_done() -> None:
    """And nothing there is a fan's all the same."""
    async with discord() as fake:
        platform = adapter(fake, settings={"staff_channel": TEAM})
        async with listening(fake, platform) as intake:
            spot = await room(platform).open(CARD)
            told = await fake.answer(await fake.press(fake.world.said[0], "claim:7", person=SAM))
            assert told is not None
            assert told["content"].startswith("Nothing was done")
            await fake.write(spot.thread, f"<@{BOT}> hello", fan=SAM, mentions=(BOT,))
            await fake.gateway.caught_up()
        await platform.close()
        assert intake.asked == []
        assert in_thread(fake, spot) == []
