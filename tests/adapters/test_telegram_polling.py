"""Listening by long polling: confirmed when stored, whatever becomes of the connection or the account."""

import asyncio
from dataclasses import replace

import pytest

from fanbot.domain.messages import OutboundKind
from fanbot.domain.reach import Barrier
from fanbot.errors import DeliveryError, StoreError, StoreUnavailableError
from fanbot.testing.intake import ListIntake
from fanbot.testing.telegram import fans
from fanbot.testing.telegram.server import Cut, Refusal
from tests.adapters.telegram_support import (
    PATIENCE,
    Seen,
    answer,
    bot,
    hearing,
    platform,
    say_whether_official,
    until,
)


def test_requests_are_checked_against_the_official_description() -> None:
    """Says when they are not."""
    say_whether_official()


async def test_what_was_stored_but_not_confirmed_comes_again_under_its_key() -> None:
    """A crash between storing and confirming repeats the update, and the store tells it by its key (G1)."""
    async with platform() as fake:
        fake.updates.push(fans.said("hello"))
        intake, telegram = ListIntake(), bot(fake)
        stored = asyncio.Event()

        async def crashing(events, /):  # type: ignore[no-untyped-def]
            await intake(events)
            stored.set()
            await asyncio.Event().wait()

        listener = asyncio.create_task(telegram.listen(crashing))
        async with asyncio.timeout(PATIENCE):
            await stored.wait()
        listener.cancel()
        await asyncio.wait([listener])
        await telegram.close()
        assert fake.updates.confirmed == []
        fresh = []

        async def again(events, /):  # type: ignore[no-untyped-def]
            fresh.extend(await intake(events))
            return fresh

        after = bot(fake)
        listener = asyncio.create_task(after.listen(again))
        async with asyncio.timeout(PATIENCE):
            await fake.until_confirmed(1)
        listener.cancel()
        await asyncio.wait([listener])
        await after.close()
        assert fresh == [False]
        assert len(intake.events) == 2
        assert len({event.event for event in intake.events}) == 1


async def test_nothing_is_asked_for_while_the_store_takes_nothing() -> None:
    """Back-pressure is not to ask: what waits, waits at the platform."""
    async with platform() as fake, hearing(bot(fake)) as intake:
        intake.hold()
        await fake.until_asked()
        fake.updates.push(fans.said("one"))
        await intake.brought(1)
        asked = fake.updates.asked
        fake.updates.push(fans.said("two", id_=102))
        await asyncio.sleep(0.1)
        assert fake.updates.asked == asked
        intake.release()
        await intake.stored(2)


async def test_a_store_that_refuses_is_brought_the_same_again() -> None:
    """The listener ends with the store's error, and nothing was confirmed."""
    async with platform() as fake:
        telegram, intake = bot(fake), ListIntake()
        intake.refuse(StoreUnavailableError("The disk is full; nothing was kept."))
        fake.updates.push(fans.said("hello"))
        with pytest.raises(StoreUnavailableError):
            await telegram.listen(intake)
        assert fake.updates.confirmed == []
        async with hearing(telegram, intake):
            [event] = await intake.stored(1)
        assert event.text == "hello"


async def test_asks_for_reactions_and_hears_them() -> None:
    """The platform sends them only to who names them."""
    async with platform() as fake, hearing(bot(fake)) as intake:
        await fake.until_asked()
        fake.updates.push(fans.reacted("🔥"))
        [event] = await intake.stored(1)
        assert event.text == "🔥"


async def test_an_album_comes_as_one_message_though_it_comes_in_pieces() -> None:
    """The rest is waited for, and nothing of it is confirmed before."""
    async with platform() as fake:

        async def settling(_: float) -> None:
            assert fake.updates.confirmed == []
            if len(fake.updates.pending) == 1:
                fake.updates.push(picture(102))

        async with hearing(bot(fake, sleep=settling)) as intake:
            fake.updates.push(picture(101))
            [event] = await intake.stored(1)
            assert [file.reference for file in event.attachments] == ["telegram:p101", "telegram:p102"]
            await fake.until_confirmed(2)
            assert len(intake.events) == 1


async def test_hears_on_when_the_platform_was_away() -> None:
    """Cut connections, errors and a wish to wait are waited out; nothing is lost."""
    async with platform() as fake, hearing(bot(fake)) as intake:
        await fake.until_asked()
        fake.next("getUpdates", Cut.BEFORE, Refusal(502, "Bad Gateway"), Refusal.flood(1), Cut.AFTER)
        fake.updates.push(fans.said("one"))
        await intake.stored(1)
        await fake.listener.down()
        fake.updates.push(fans.said("two", id_=102))
        await fake.listener.up()
        events = await intake.stored(2)
        assert [event.text for event in events][-1] == "two"


async def test_a_second_reader_stops_the_sending_until_it_is_gone() -> None:
    """Two programs with one token would answer twice: sends wait, and go on by themselves (409)."""
    async with platform() as fake:
        telegram = bot(fake)
        async with hearing(telegram) as intake:
            await fake.until_asked()
            await fake.updates.get(offset=0, limit=1, wait=0, allowed=None)
            error = await refused(telegram)
            assert "Another program" in str(error)
            assert (error.permanent, error.ambiguous) == (False, False)
            assert error.retry_after
            assert fake.sent == []
            fake.updates.push(fans.said("hello"))
            await intake.stored(1)
            await telegram.send(answer())
            assert len(fake.sent) == 1


async def test_a_revoked_token_lets_every_message_wait() -> None:
    """Nothing is parked or lost for it; the words say where to get a new one (401)."""
    async with platform() as fake:
        telegram = bot(fake)
        async with hearing(telegram):
            await fake.until_asked()
            fake.revoked = True
            fake.updates.push(fans.said("ends the wait that was under way"))
            error = await refused(telegram)
            assert "BotFather" in str(error)
            assert (error.permanent, error.ambiguous) == (False, False)


async def test_a_webhook_of_somebody_else_is_left_alone() -> None:
    """Its owner may need it: fanbot tells, waits, and hears once it is gone."""
    async with platform() as fake:
        telegram = bot(fake)
        fake.updates.push(fans.said("hello"))
        fake.webhook = {"url": "http://127.0.0.1:9/"}
        async with hearing(telegram) as intake:
            error = await refused(telegram)
            assert "webhook_url" in str(error)
            assert fake.calls["deleteWebhook"] == 0
            fake.webhook = {}
            await intake.stored(1)


async def test_the_own_webhook_of_before_is_removed() -> None:
    """Who names its address says that it may go; what waits is kept."""
    async with platform() as fake:
        fake.updates.push(fans.said("hello"))
        fake.webhook = {"url": "http://127.0.0.1:9/"}
        async with hearing(bot(fake, webhook_url="http://127.0.0.1:9/")) as intake:
            await intake.stored(1)


async def test_a_pressed_button_is_told_so_once_the_press_is_stored() -> None:
    """The button stops spinning, also when the press was old."""
    async with platform() as fake, hearing(bot(fake)) as intake:
        await fake.until_asked()
        intake.hold()
        below = fans.message("Hello!", id_=900, by=fake.me)
        fake.next("answerCallbackQuery", Refusal(400, "Bad Request: query is too old"))
        fake.updates.push(fans.pressed("human", on=below, query="1"))
        await intake.brought(1)
        await asyncio.sleep(0.05)
        assert fake.calls["answerCallbackQuery"] == 0
        intake.release()
        await intake.stored(1)
        fake.updates.push(fans.pressed("human", on=below, query="2"))
        await until(lambda: fake.answered == ["2"])


async def test_an_odd_update_holds_up_no_other() -> None:
    """What nobody can read is passed over and confirmed."""
    async with platform() as fake, hearing(bot(fake)) as intake:
        await fake.until_asked()
        fake.updates.push({"message": {"message_id": "seven"}})
        fake.updates.push(fans.said("hello"))
        [event] = await intake.stored(1)
        assert event.text == "hello"
        await fake.until_confirmed(2)


async def test_shows_its_commands() -> None:
    """Fans find help and a person without knowing the words."""
    async with platform() as fake, hearing(bot(fake)):
        await fake.until_asked()
        assert fake.calls["setMyCommands"] == 3


async def test_a_fan_who_blocks_the_bot_takes_nobodys_turn() -> None:
    """What is meant for them is refused without asking, until they come back; groups are no matter.

    It is kept, for the team to see, and a person's reply is tried all the same.
    """
    async with platform() as fake:
        seen = Seen()
        telegram = bot(fake, recollection=seen)
        async with hearing(telegram) as intake:
            await fake.until_asked()
            fake.updates.push(fans.joined("kicked"))
            fake.updates.push(fans.joined("kicked", chat=fans.group(-5)))
            fake.updates.push({"my_chat_member": {"chat": "odd"}})
            await fake.until_confirmed(3)
            with pytest.raises(DeliveryError, match="blocked the bot") as told:
                await telegram.send(answer())
            assert (told.value.permanent, told.value.barrier) == (True, "blocked")
            assert seen.noted == [("3001", Barrier.BLOCKED)]
            await telegram.send(replace(answer(), kind=OutboundKind.HUMAN))
            await telegram.send(answer(chat=-5))
            await telegram.send(answer(chat=3002))
            fake.updates.push(fans.joined("member"))
            await fake.until_confirmed(4)
            assert seen.noted[1:] == [("3001", None)]
            await telegram.send(answer())
            assert [sent.chat for sent in fake.sent] == [3001, -5, 3002, 3001]
            assert fake.calls["sendMessage"] == 4
            assert intake.asked == []


async def test_a_store_that_takes_no_note_keeps_no_fan_waiting() -> None:
    """One that is away for a moment is told again; one that fails for good is passed over."""
    async with platform() as fake:
        seen = Seen(StoreUnavailableError("away"), StoreError("broken"))
        async with hearing(bot(fake, recollection=seen)) as intake:
            await fake.until_asked()
            fake.updates.push(fans.joined("kicked"))
            fake.updates.push(fans.said("hello"))
            await intake.stored(1)
            await fake.until_confirmed(2)
        assert (seen.asked, seen.noted) == (2, [])


async def refused(telegram) -> DeliveryError:  # type: ignore[no-untyped-def]
    """Send until the account is found not to be in order."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await telegram.send(replace(answer(), address=replace(answer().address, channel="nowhere")))
            except DeliveryError as error:
                if not error.permanent:
                    return error
            await asyncio.sleep(0.01)


def picture(number: int) -> dict[str, object]:
    """Tell of one picture of an album."""
    return fans.said(id_=number, media_group_id="a", photo=[{"file_id": f"p{number}", "width": 1}])
