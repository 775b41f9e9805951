"""Sending: what the fan sees, and what an error means for the message."""

import asyncio
from dataclasses import replace

import pytest

from fanbot.domain.messages import Attachment, Choice, OutboundKind
from fanbot.errors import DeliveryError
from fanbot.testing.telegram.server import Cut, Refusal
from fanbot_telegram.pace import Limits, Pace
from fanbot_telegram.speech import request, unmentioning
from tests.adapters.telegram_support import PATIENCE, answer, bot, platform


async def failing(*troubles: Cut | Refusal, chat: int = 3001) -> tuple[DeliveryError, int]:
    """Send once into trouble; return the error and how many messages stand in the chat."""
    async with platform() as fake:
        telegram = bot(fake)
        fake.next("sendMessage", *troubles)
        with pytest.raises(DeliveryError) as told:
            await telegram.send(answer(chat=chat))
        await telegram.close()
        return told.value, len(fake.sent)


def test_an_answer_replies_without_preview_or_markup() -> None:
    """The words go out literally, below what they answer, with their buttons."""
    wanted = request(
        answer("*hi* <b>you</b>", thread="77", choices=(Choice("human", "A person, please", "/human"),))
    )
    assert wanted == {
        "chat_id": 3001,
        "text": "*hi* <b>you</b>",
        "link_preview_options": {"is_disabled": True},
        "message_thread_id": 77,
        "reply_parameters": {"message_id": 101, "allow_sending_without_reply": True},
        "reply_markup": {"inline_keyboard": [[{"text": "A person, please", "callback_data": "human"}]]},
    }


def test_a_persons_reply_keeps_its_preview() -> None:
    """A person who sends a link means it to be seen."""
    assert "link_preview_options" not in request(replace(answer(), kind=OutboundKind.HUMAN))


def test_a_choice_that_no_button_can_carry_is_left_out() -> None:
    """A button gives back at most 64 bytes; the others stay."""
    fits, long = Choice("x" * 64, "fits"), Choice("é" * 33, "long")
    assert request(answer(choices=(long,))).get("reply_markup") is None
    rows = request(answer(choices=(fits, long)))["reply_markup"]["inline_keyboard"]
    assert [row[0]["text"] for row in rows] == ["fits"]


@pytest.mark.parametrize("text", ["", " \n", "x" * 4097, "\U0001f496" * 2049])
def test_what_telegram_never_shows_is_refused_for_good(text: str) -> None:
    """No words, or more than 4096 UTF-16 units."""
    with pytest.raises(DeliveryError) as told:
        request(answer(text))
    assert told.value.permanent


def test_nobody_in_a_group_is_notified_by_an_automatic_answer() -> None:
    """A fan's name may be @somebody; in a private chat and from a person names stay as they are."""
    assert "@everyone" not in request(answer("hi @everyone", chat=-5))["text"]
    assert request(answer("hi @everyone"))["text"] == "hi @everyone"
    human = replace(answer("hi @everyone", chat=-5), kind=OutboundKind.HUMAN)
    assert request(human)["text"] == "hi @everyone"
    assert len(unmentioning("@ada_fan " * 455 + " ") + "x") <= 4097


async def test_the_platform_gets_one_message_in_the_right_place() -> None:
    """What the fake accepts is what the documentation allows."""
    async with platform() as fake:
        telegram = bot(fake)
        await telegram.send(answer(chat=-1002001, thread="9", choices=(Choice("human", "A person", ""),)))
        await telegram.close()
        [sent] = fake.sent
        assert (sent.chat, sent.reply_to, sent.choices, sent.wanted["message_thread_id"]) == (
            -1002001,
            101,
            ["human"],
            9,
        )


@pytest.mark.parametrize(
    ("description", "words", "barrier"),
    [
        ("Forbidden: bot was blocked by the user", "blocked the bot", "blocked"),
        ("Forbidden: user is deactivated", "deleted their Telegram account", "deactivated"),
        ("Forbidden: bot was kicked from the supergroup chat", "removed from this group", ""),
        ("Bad Request: chat not found", "does not know this chat", ""),
        ("Bad Request: message thread not found", "topic", ""),
        ("Bad Request: something new", "omething new", ""),
    ],
)
async def test_a_refusal_is_for_good_and_says_why(description: str, words: str, barrier: str) -> None:
    """Trying again cannot help, and the fan certainly did not get it (400, 403)."""
    status = 403 if description.startswith("Forbidden") else 400
    error, sent = await failing(Refusal(status, description))
    assert (error.permanent, error.ambiguous, sent) == (True, False, 0)
    assert words in str(error)
    assert error.barrier == barrier


@pytest.mark.parametrize(("cut", "arrived"), [(Cut.BEFORE, 0), (Cut.AFTER, 1)])
async def test_a_connection_cut_on_the_way_is_ambiguous(cut: Cut, arrived: int) -> None:
    """Nobody can tell the two cases apart, so both are shown to a person (G3)."""
    error, sent = await failing(cut)
    assert (error.permanent, error.ambiguous, sent) == (False, True, arrived)


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_an_error_of_the_server_is_ambiguous(status: int) -> None:
    """The documentation does not say that nothing was done."""
    error, _ = await failing(Refusal(status, "Internal Server Error"))
    assert (error.permanent, error.ambiguous) == (False, True)


async def test_a_platform_that_is_away_is_tried_again() -> None:
    """What never left did certainly not arrive, and goes out when the platform is back."""
    async with platform() as fake:
        telegram = bot(fake)
        await fake.listener.down()
        with pytest.raises(DeliveryError) as told:
            await telegram.send(answer())
        assert (told.value.permanent, told.value.ambiguous) == (False, False)
        await fake.listener.up()
        await telegram.send(answer())
        await telegram.close()
        assert len(fake.sent) == 1


async def test_too_many_messages_hold_back_one_chat_alone() -> None:
    """The wish to wait is passed on; the same chat is not asked again before, others go on (429)."""
    async with platform() as fake:
        telegram = bot(fake)
        fake.next("sendMessage", Refusal.flood(40))
        for _ in range(2):
            with pytest.raises(DeliveryError) as told:
                await telegram.send(answer())
            assert (told.value.permanent, told.value.ambiguous) == (False, False)
            assert told.value.retry_after == pytest.approx(40, abs=PATIENCE)
        assert fake.calls["sendMessage"] == 1
        await telegram.send(answer(chat=3002))
        await telegram.close()
        assert [sent.chat for sent in fake.sent] == [3002]


async def test_a_group_that_got_another_id_is_followed() -> None:
    """A group that became a supergroup gets the message, and later ones at once."""
    async with platform() as fake:
        telegram = bot(fake)
        moved = Refusal(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1009})
        fake.next("sendMessage", moved)
        await telegram.send(answer(chat=-9))
        await telegram.send(answer(chat=-9))
        await telegram.close()
        assert [sent.chat for sent in fake.sent] == [-1009, -1009]
        assert fake.calls["sendMessage"] == 3


def test_a_file_is_never_left_out_in_silence() -> None:
    """Files cannot be sent yet, and words that speak of one do not go out alone."""
    with pytest.raises(DeliveryError) as told:
        request(answer("Here is the picture.", attachments=(Attachment("x"),)))
    assert told.value.permanent


async def test_an_unusable_address_is_refused_for_good() -> None:
    """A channel that is no chat was never Telegram's."""
    place = replace(answer().address, channel="ada")
    with pytest.raises(DeliveryError) as told:
        request(replace(answer(), address=place))
    assert told.value.permanent


class Steady:
    """A clock that goes on when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


async def test_one_chat_is_written_to_once_a_second() -> None:
    """Whoever would wait is told when to come again; another chat need not wait for it."""
    clock = Steady()
    pace = Pace(now=lambda: clock.now, sleep=clock.sleep)
    assert [await pace.turn(chat) for chat in (1, 1, 1, 2)] == [0.0, 1.0, 2.0, 0.0]
    clock.now += 1
    assert [await pace.turn(chat) for chat in (1, 1, 2)] == [0.0, 2.0, 0.0]
    assert clock.now == 1001


async def test_a_group_gets_twenty_messages_a_minute() -> None:
    """Of those who wait, each is told a turn of their own."""
    clock = Steady()
    pace = Pace(now=lambda: clock.now, sleep=clock.sleep)
    for _ in range(10):
        assert [await pace.turn(-1) for _ in range(2)] == [0.0] * 2
        clock.now += 2
    assert [await pace.turn(-1) for _ in range(5)] == [40.0, 40.0, 42.0, 42.0, 44.0]
    assert await pace.turn(-2) == 0.0
    clock.now += 40
    assert [await pace.turn(-1) for _ in range(3)] == [0.0, 0.0, 4.0]


async def test_thirty_messages_leave_in_a_second() -> None:
    """All chats together keep the limit of the bot, a few at a time, and nobody waits here for it."""
    clock = Steady()
    pace = Pace(now=lambda: clock.now, sleep=clock.sleep)
    chats, left = iter(range(1, 1000)), []
    for eighth in range(16):
        clock.now = 1000 + eighth / 8
        left.append(pace.left())
        told = [await pace.turn(next(chats)) for _ in range(4)]
        assert [each == 0 for each in told] == [True] * left[-1] + [False] * (4 - left[-1])
        assert clock.now == 1000 + eighth / 8
    assert left == [4, 4, 4, 4, 4, 4, 4, 2] * 2


async def test_what_has_its_turn_in_a_moment_waits_for_it() -> None:
    """A few milliseconds are not worth a second try."""
    clock = Steady()
    pace = Pace(now=lambda: clock.now, sleep=clock.sleep)
    assert await pace.turn(1) == 0.0
    clock.now += 0.97
    assert await pace.turn(1) == 0.0
    assert clock.now == 1001


async def test_a_group_at_its_limit_tells_when_to_come_again() -> None:
    """The conversation is held back by fanbot, not by a send that hangs."""
    async with platform() as fake:
        telegram = bot(fake, limits=Limits(group=2))
        for _ in range(2):
            await telegram.send(answer(chat=-1))
        with pytest.raises(DeliveryError) as told:
            await telegram.send(answer(chat=-1))
        await telegram.send(answer(chat=-2))
        await telegram.close()
        assert (told.value.permanent, told.value.ambiguous) == (False, False)
        assert told.value.retry_after == pytest.approx(60, abs=PATIENCE)
        assert [sent.chat for sent in fake.sent] == [-1, -1, -2]
