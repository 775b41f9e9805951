"""What the Discord adapter hears: everything that is for the assistant, once, also over gaps."""

import asyncio
from datetime import timedelta

import pytest
import structlog

from fanbot.domain.messages import Address, Kind
from fanbot.errors import AdapterError, StoreUnavailableError
from fanbot.testing.discord.troubles import Cut, Refusal, refusal, too_many
from fanbot.testing.discord.world import BOT, MESSAGE_CONTENT, TOKEN
from fanbot.testing.intake import ListIntake
from fanbot_discord.pace import Pace
from fanbot_discord.reconnecting import PAUSES
from fanbot_discord.settings import read
from tests.adapters.discord_support import (
    DIRECT,
    PATIENCE,
    QUESTIONS,
    TALK,
    THREAD,
    Memory,
    adapter,
    discord,
    last_heard,
    listening,
    needs_openssl,
    until,
)

pytestmark = needs_openssl

BEAT, IDENTIFY, RESUME = 1, 2, 6


def texts(intake: ListIntake) -> list[str]:
    return [event.text for event in intake.events]


async def test_hears_on_a_server_what_is_said_to_the_assistant_and_nothing_else() -> None:
    """Mentions, replies and channels for questions are brought; the room's own talk is not kept at all."""
    async with discord() as fake:
        platform = adapter(fake)
        async with listening(fake, platform) as intake:
            ours = await fake.write(TALK, "I am here", fan=BOT)
            await fake.write(TALK, "who wants pizza")
            await fake.write(TALK, f"<@{BOT}> when is the tour?", mentions=(BOT,))
            await fake.write(TALK, "and in Berlin?", reply_to=ours["id"])
            await fake.write(THREAD, f"hey <@{BOT}>, are there signed copies?", mentions=(BOT,))
            await fake.write(QUESTIONS, "how do I become a member?")
            events = await intake.stored(4)
        await platform.close()
        assert [event.text for event in events] == [
            "when is the tour?",
            "and in Berlin?",
            "hey are there signed copies?",
            "how do I become a member?",
        ]
        assert all(event.mentioned and not event.direct for event in events)
        assert events[1].reply_to == ours["id"]
        assert events[2].address == Address("discord", "main", TALK, THREAD)


async def test_hears_edits_deletions_and_reactions() -> None:
    """Each keeps the id of its message, and knows whose message it is about."""
    async with discord() as fake:
        platform = adapter(fake)
        async with listening(fake, platform) as intake:
            for channel in (DIRECT, QUESTIONS):
                message = await fake.write(channel, "how much is a shirt")
                await fake.change(message, "how much is a hoodie")
                await fake.react(message, "🔥")
                await fake.take_back(message)
            events = await intake.stored(8)
        await platform.close()
        kinds = [Kind.MESSAGE, Kind.EDIT, Kind.REACTION, Kind.DELETION]
        for here in (events[:4], events[4:]):
            assert [event.kind for event in here] == kinds
            assert len({event.message for event in here}) == 1
            assert {event.author.id for event in here} == {"3001"}
            assert len({event.conversation_key for event in here}) == 1
            assert [event.text for event in here[1:3]] == ["how much is a hoodie", "🔥"]


async def test_hears_that_a_direct_message_from_before_the_start_is_gone() -> None:
    """Nobody here remembers it, so Discord is asked with whom the channel is."""
    async with discord() as fake:
        old = await fake.write(DIRECT, "forget this", id_="500")
        platform = adapter(fake, last_heard(DIRECT, "500"))
        async with listening(fake, platform) as intake:
            await fake.take_back(old)
            [event] = await intake.stored(1)
        await platform.close()
        assert (event.kind, event.message, event.author.id) == (Kind.DELETION, "500", "3001")


async def test_brings_what_was_written_while_nobody_listened_once_and_before_what_is_new() -> None:
    """History comes first, oldest first, in every known place; what is live waits behind it (G1, G4)."""
    async with discord() as fake:
        for channel in (DIRECT, QUESTIONS, THREAD):
            await fake.write(channel, "heard before", id_="500", mentions=(BOT,))
            for number in range(501, 731):
                await fake.write(channel, f"missed {number}", id_=str(number), mentions=(BOT,))
        platform = adapter(
            fake,
            last_heard(DIRECT, "500"),
            last_heard(QUESTIONS, "command:500", direct=False),
            last_heard(TALK, "500", thread=THREAD, direct=False),
        )
        intake = ListIntake()
        intake.hold()
        async with listening(fake, platform, intake):
            await intake.brought(1)
            for channel in (DIRECT, QUESTIONS, THREAD):
                await fake.write(channel, "live", id_="800", mentions=(BOT,))
            intake.release()
            events = await intake.stored(3 * 231)
            await fake.write(DIRECT, "after")
            events = await intake.stored(3 * 231 + 1)
        await platform.close()
        for channel in (DIRECT, QUESTIONS, THREAD):
            ids = [event.message for event in events if event.event.channel == channel]
            assert ids[:231] == [*map(str, range(501, 731)), "800"]
        assert len({event.event for event in events}) == len(events) == 3 * 231 + 1


async def test_finds_a_mention_in_a_channel_that_nothing_is_stored_of() -> None:
    """What was written there since the account last heard anything is read, and the room's talk left."""
    async with discord() as fake:
        await fake.write(TALK, "pizza again")
        missed = await fake.write(TALK, f"<@{BOT}> is there a waiting list", mentions=(BOT,))
        await fake.write(QUESTIONS, "is anybody here")
        platform = adapter(fake, last_heard(DIRECT, "500", ago=timedelta(hours=1)))
        async with listening(fake, platform) as intake:
            await intake.stored(2)
        await platform.close()
        assert set(texts(intake)) == {"is there a waiting list", "is anybody here"}
        assert missed["id"] in {event.message for event in intake.events}


async def test_a_first_start_reads_nothing_old() -> None:
    """What was written before fanbot was there is nobody's question to it."""
    async with discord() as fake:
        await fake.write(QUESTIONS, "from long ago")
        platform = adapter(fake)
        async with listening(fake, platform) as intake:
            await fake.write(QUESTIONS, "from now")
            await intake.stored(1)
        await platform.close()
        assert texts(intake) == ["from now"]


@pytest.mark.parametrize("how", ["op 7", "op 9", "cut", "cut and forgotten"])
async def test_a_new_connection_loses_nothing(how: str) -> None:
    """Whether the session is resumed or begun anew, what was written in between is brought once."""
    async with discord() as fake:
        await fake.write(DIRECT, "before", id_="500")
        platform = adapter(fake, last_heard(DIRECT, "500"))
        async with listening(fake, platform) as intake:
            await fake.write(DIRECT, "one")
            await intake.stored(1)
            match how:
                case "op 7":
                    await fake.gateway.reconnect()
                case "op 9":
                    await fake.gateway.invalidate()
                case _:
                    await fake.gateway.cut(forget=how == "cut and forgotten")
            await fake.write(DIRECT, "two")
            await fake.gateway.connected()
            await fake.write(DIRECT, "three")
            await until(lambda: {"one", "two", "three"} <= set(texts(intake)))
        await platform.close()
        resumed = how in ("op 7", "cut")
        assert (fake.gateway.heard.count(IDENTIFY), RESUME in fake.gateway.heard) == (
            (1, True) if resumed else (2, how != "op 9")
        )
        first_seen = list(dict.fromkeys(texts(intake)))
        assert first_seen == ["one", "two", "three"]
        assert len({event.event for event in intake.events}) == 3


async def test_a_gap_that_cannot_be_closed_is_named_and_stops_no_other_place() -> None:
    """Log and store say which channel and why; elsewhere everything is brought."""
    async with discord() as fake:
        fake.world.hidden[TALK] = (403, 50001)
        await fake.write(DIRECT, "missed", id_="600")
        memory = Memory(last_heard(TALK, "500", direct=False), last_heard(DIRECT, "500"))
        platform = adapter(fake, memory=memory)
        with structlog.testing.capture_logs() as logs:
            async with listening(fake, platform) as intake:
                await intake.stored(1)
                await until(lambda: bool(memory.gaps))
        await platform.close()
        [told] = memory.gaps
        assert told.startswith(f"channel {TALK}: What was written")
        [gap] = [entry for entry in logs if "while nobody listened" in str(entry["event"])]
        assert gap["channel"] == TALK
        assert "View Channel" in gap["event"]
        assert any("never wrote before" in str(entry["event"]) for entry in logs)


async def test_a_history_that_is_not_shown_now_is_asked_for_again() -> None:
    """What is new in that place waits until the history was read, so order holds (G4)."""
    async with discord() as fake:
        await fake.write(DIRECT, "missed", id_="600")
        fake.troubles.plan("GET .*/messages", Refusal(503), Cut.BEFORE, too_many(0.1))
        platform = adapter(fake, last_heard(DIRECT, "500"))
        async with listening(fake, platform) as intake:
            await fake.write(DIRECT, "live")
            await intake.stored(2)
        await platform.close()
        assert texts(intake) == ["missed", "live"]


async def test_more_than_the_queue_takes_is_read_from_the_history() -> None:
    """While the intake waits, memory stays bounded, and every message is still brought, in order."""
    async with discord() as fake:
        platform = adapter(fake, most_waiting=20)
        intake = ListIntake()
        intake.hold()
        async with listening(fake, platform, intake):
            for number in range(300):
                await fake.write(DIRECT, str(number))
                await fake.write(QUESTIONS, str(number))
            await intake.brought(1)
            await fake.write(DIRECT, "last")
            await fake.gateway.caught_up()
            intake.release()
            await intake.stored(601)
        await platform.close()
        for channel, more in ((DIRECT, ["last"]), (QUESTIONS, [])):
            here = [event.text for event in intake.events if event.event.channel == channel]
            assert here == [*map(str, range(300)), *more]
        read = [each for each in fake.world.requests if each.method == "GET" and "/messages" in each.path]
        assert read


async def test_a_slash_command_is_heard_as_its_words_and_told_what_became_of_it() -> None:
    """Discord hears within three seconds; the fan alone reads that it was kept, once it is."""
    async with discord() as fake:
        platform = adapter(fake)
        intake = ListIntake()
        intake.hold()
        async with listening(fake, platform, intake):
            await fake.interact(QUESTIONS, 2, {"id": "1", "name": "human", "type": 1})
            [deferred] = await fake.notes(1)
            await intake.brought(1)
            assert deferred[::2] == ("callback", {"type": 5, "data": {"flags": 64}})
            intake.release()
            _, (way, _, note) = await fake.notes(2)
            [event] = await intake.stored(1)
        await platform.close()
        assert (event.kind, event.text, event.author.id, event.mentioned) == (
            Kind.MESSAGE,
            "/human",
            "3001",
            True,
        )
        assert way == "patch"
        assert "received and kept" in note["content"]
        assert {each["name"] for each in fake.world.commands} == {"help", "human", "privacy"}


async def test_a_command_that_could_not_be_kept_is_not_called_kept() -> None:
    """The fan reads that it is lost, and can try again."""
    async with discord() as fake:
        platform = adapter(fake)
        intake = ListIntake()
        intake.refuse(StoreUnavailableError("The disk is full; nothing was kept."))
        async with listening(fake, platform, intake):
            await fake.interact(DIRECT, 2, {"id": "1", "name": "help", "type": 1})
            await fake.notes(2)
        await platform.close()
        assert "could not be kept" in fake.world.notes[-1][2]["content"]


async def test_a_pressed_button_is_heard_as_its_choice() -> None:
    """The press is acknowledged at once, and an answer to it refers to the message with the button."""
    async with discord() as fake:
        platform = adapter(fake)
        async with listening(fake, platform) as intake:
            ours = await fake.write(DIRECT, "This may help:", fan=BOT)
            data = {"component_type": 2, "custom_id": "human"}
            await fake.interact(DIRECT, 3, data, message=ours)
            [event] = await intake.stored(1)
            [(way, _, body)] = await fake.notes(1)
        await platform.close()
        assert (event.kind, event.text, event.reply_to, event.direct) == (
            Kind.PRESS,
            "human",
            ours["id"],
            True,
        )
        assert (way, body) == ("callback", {"type": 6})


async def test_a_receipt_follows_what_is_stored_and_not_what_waits() -> None:
    """With receipts, a reaction tells the fan that the message was stored, and not before."""
    async with discord() as fake:
        platform = adapter(fake, settings={"receipts": True})
        intake = ListIntake()
        intake.hold()
        async with listening(fake, platform, intake):
            message = await fake.write(DIRECT, "hello")
            await intake.brought(1)
            await asyncio.sleep(0.1)
            assert fake.world.reactions == []
            intake.release()
            [(channel, told, _)] = await fake.receipts(1)
        await platform.close()
        assert (channel, told) == (DIRECT, message["id"])


@pytest.mark.parametrize(
    ("settings", "flags", "told"),
    [
        ({"token": "x" * 60}, MESSAGE_CONTENT, "Reset Token"),
        ({}, 0, "Message Content Intent"),
    ],
)
async def test_says_what_to_do_when_discord_does_not_let_it_listen(
    settings: dict[str, object], flags: int, told: str
) -> None:
    """A wrong token and a missing intent each name their place in the developer portal."""
    async with discord() as fake:
        fake.world.flags = flags
        platform = adapter(fake, settings=settings)
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(AdapterError, match=told):
                await platform.listen(ListIntake())
        await platform.close()


async def test_a_discord_that_is_away_at_the_start_is_no_mystery() -> None:
    """A first connection may fail in discord.py's own ways; each is an AdapterError, and none is the last."""
    async with discord() as fake:
        platform = adapter(fake)
        await fake.go_away()
        with pytest.raises(AdapterError, match="cannot be reached"):
            await platform.listen(ListIntake())
        await fake.come_back()
        for pattern, times in (("GET /users/@me", 2), ("gateway", 1)):
            fake.troubles.plan(pattern, *[refusal(403, 0)] * times)
            with pytest.raises(AdapterError):
                await platform.listen(ListIntake())
        async with listening(fake, platform) as intake:
            await fake.write(DIRECT, "hello")
            await intake.stored(1)
        await platform.close()


async def test_the_token_is_in_no_log_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    """Not in ours, not in discord.py's, whatever goes wrong."""
    async with discord() as fake:
        platform = adapter(fake)
        fake.troubles.plan("POST /interactions", refusal(404, 10062))
        with structlog.testing.capture_logs() as logs:
            async with listening(fake, platform) as intake:
                asked = await fake.interact(DIRECT, 2, {"id": "1", "name": "help", "type": 1})
                await fake.gateway.cut(forget=True)
                await intake.stored(1)
                await fake.gateway.connected()
            await fake.go_away()
            with pytest.raises(AdapterError) as error:
                await platform.listen(ListIntake())
        await platform.close()
        everything = f"{logs} {caplog.text} {error.value!r} {read(fake.settings)}"
        assert TOKEN not in everything
        assert asked["token"] not in everything


async def test_keeps_the_connection_alive() -> None:
    """It beats as often as Discord asks for, and stays in the one session."""
    async with discord() as fake:
        fake.gateway.beats = 50
        platform = adapter(fake)
        async with listening(fake, platform) as intake:
            await until(lambda: fake.gateway.heard.count(BEAT) >= 4)
            await fake.write(DIRECT, "hello")
            await intake.stored(1)
        await platform.close()
        assert fake.gateway.heard.count(IDENTIFY) == 1


@pytest.mark.parametrize("elsewhere", ["wss://gateway.example.org", "wss://127.0.0.1:{port}"])
async def test_with_an_address_no_other_host_is_contacted(elsewhere: str) -> None:
    """Not even when Discord, or whoever answers for it, names one: neither by name nor by number."""
    async with discord() as fake:
        fake.gateway.resume_url = elsewhere.format(port=fake.port)
        platform = adapter(fake)
        listener = asyncio.create_task(platform.listen(ListIntake()))
        await fake.gateway.connected()
        await fake.gateway.reconnect()
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(AdapterError, match="refused"):
                await listener
        await platform.close()


async def test_sessions_that_fail_in_a_row_are_begun_less_often() -> None:
    """Twenty as they come, then one in 100 seconds: Discord takes a token away after a thousand in a day."""
    now = 1000.0
    pace = Pace(lambda: now, least=0)
    for _ in range(20):
        assert pace.wait() == 0
        await pace.turn()
    assert pace.wait() == 100
    now += 60
    assert pace.wait() == 40
    now += 2000
    assert pace.wait() == 0


async def test_two_sessions_are_five_seconds_apart() -> None:
    """Discord takes one identification in five seconds."""
    now = 1000.0
    pace = Pace(lambda: now)
    await pace.turn()
    now += 1
    assert pace.wait() == 4


QUICK = (0.0, 0.02, 0.04)
"""Seconds between tries to connect again, so that many fit into a short outage."""


@pytest.mark.parametrize("forgotten", [False, True], ids=["resumed", "forgotten"])
async def test_hears_again_at_once_after_a_long_outage(forgotten: bool) -> None:
    """The pauses do not grow without end, and what can be resumed is: also a stranger's direct message."""
    async with discord() as fake:
        await fake.write(DIRECT, "before", id_="500")
        platform = adapter(fake, last_heard(DIRECT, "500"), pauses=QUICK)
        with structlog.testing.capture_logs() as logs:
            async with listening(fake, platform) as intake:
                fake.world.direct("2009", "3009")
                await fake.go_away()
                await until(lambda: any(told.get("tries", 0) >= 20 for told in logs))
                await fake.write(DIRECT, "one")
                await fake.write("2009", "a stranger")
                if forgotten:
                    fake.gateway.sessions.clear()
                await fake.come_back()
                async with asyncio.timeout(20 * max(QUICK) + 2):
                    await fake.gateway.connected()
                await fake.write(DIRECT, "two")
                await until(lambda: "two" in texts(intake))
        await platform.close()
        heard = fake.gateway.heard
        assert (heard.count(IDENTIFY), heard.count(RESUME)) == (2 if forgotten else 1, 1)
        assert set(texts(intake)) == {"one", "two"} | (set() if forgotten else {"a stranger"})
        assert len([told for told in logs if "tries" in told]) < 5, "an outage fills no log"


def test_an_outage_is_over_within_seconds() -> None:
    """What a test shortens is short itself."""
    assert max(PAUSES) <= 15


async def test_a_session_is_resumed_elsewhere_when_its_own_address_is_gone() -> None:
    """A part of Discord that does not come back keeps nobody deaf, and the session is not given up for it."""
    async with discord() as fake:
        fake.gateway.resume_url = "wss://gateway-gone.discord.gg"
        platform = adapter(fake, pauses=QUICK)
        async with listening(fake, platform) as intake:
            fake.troubles.plan("gateway gateway-gone", *[refusal(503, 0)] * 20)
            await fake.gateway.cut(forget=False)
            await fake.write(DIRECT, "meanwhile")
            await intake.stored(1)
        await platform.close()
        assert (fake.gateway.heard.count(IDENTIFY), fake.gateway.heard.count(RESUME)) == (1, 1)


async def test_sessions_that_discord_ends_at_once_make_no_storm() -> None:
    """However often it throws them away, no more are begun than the pace allows."""
    async with discord() as fake:
        platform = adapter(fake, pauses=QUICK, pace=Pace(quick=3, least=0))
        async with listening(fake, platform):
            async with asyncio.timeout(2):
                while fake.gateway.heard.count(IDENTIFY) < 3:
                    await fake.gateway.connected()
                    await fake.gateway.invalidate()
                    await asyncio.sleep(0.01)
            await asyncio.sleep(30 * max(QUICK))
        await platform.close()
        assert fake.gateway.heard.count(IDENTIFY) == 3
