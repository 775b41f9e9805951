"""The team's channel on Discord shows what the queue shows: a card and a thread for each item, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fanbot.domain.messages import Address, Choice, OutboundKind
from fanbot.errors import AdapterError, DeliveryError
from fanbot.ports.platform import Dispatch
from fanbot.ports.staff import Card, Spot, StaffRoom
from fanbot.testing.discord import FakeDiscord
from fanbot.testing.discord.messages import pings
from fanbot.testing.discord.troubles import Cut, Refusal, refusal, too_many
from fanbot.testing.discord.world import BOT, Json
from fanbot_discord.platform import DiscordPlatform
from fanbot_discord.settings import read
from tests.adapters.discord_support import (
    DIRECT,
    TEAM,
    Team,
    adapter,
    discord,
    listening,
    needs_openssl,
    room,
    until,
)

pytestmark = needs_openssl

CARD = Card("k7", "Ada: personal", "Ada wrote:\nYour song is all I have.", (Choice("claim:7", "Claim"),))
POST = f"POST /channels/{TEAM}/messages$"
THREADS = "POST .*/threads"
HOSTILE = (
    "@everyone <@3001> <@&800000000000000009> <#2200> <t:1> </ban:1> <:a:1> **bold** __u__ ~~s~~ ||x|| "
    "`code` [a](https://x.org) discord.gg/abc\n# head\n-# small\n> quote\n- list\n1. one\n```py\nx```\\"
)


@asynccontextmanager
async def opened(*, patience: float = 10.0) -> AsyncIterator[tuple[FakeDiscord, DiscordPlatform, StaffRoom]]:
    async with discord() as fake:
        platform = adapter(fake, team=Team(), staff_patience=patience)
        yield fake, platform, room(platform)
        await platform.close()


def cards(fake: FakeDiscord) -> list[Json]:
    return [each for each in fake.world.said if each["channel_id"] == TEAM]


def lines(fake: FakeDiscord, spot: Spot) -> list[str]:
    """Return what was told in a thread below its first line, which is the same everywhere."""
    first, *others = [each["content"] for each in fake.world.said if each["channel_id"] == spot.thread]
    assert first.startswith("To answer the fan, claim the item and use Discord's Reply on this message")
    return others


def is_away(fake: FakeDiscord, spot: Spot) -> bool:
    return fake.world.channels[spot.thread]["thread_metadata"]["archived"] is True


def calls(fake: FakeDiscord, method: str) -> int:
    return len([each for each in fake.world.requests if each.method == method])


async def test_a_card_is_a_message_with_buttons_and_a_thread() -> None:
    """The thread begins at the card, has its title, and stays for a week without a word."""
    async with opened() as (fake, _, staff):
        spot = await staff.open(CARD)
        [card] = cards(fake)
        assert spot == Spot(card["id"], card["id"])
        assert card["content"] == "**Ada: personal**\nAda wrote:\nYour song is all I have.\n-# k7"
        [button] = card["components"][0]["components"]
        assert (button["custom_id"], button["label"]) == ("claim:7", "Claim")
        thread = fake.world.channels[spot.thread]
        assert (thread["parent_id"], thread["name"]) == (TEAM, "Ada: personal")
        assert thread["thread_metadata"]["auto_archive_duration"] == 10_080
        assert fake.world.keys[card["id"]] == "k7"
        assert card["flags"] & 4
        assert lines(fake, spot) == []


async def test_a_fans_words_are_no_markup_and_notify_nobody() -> None:
    """Each sign that Discord could take for something has a backslash before it, in cards and lines (G8)."""
    async with opened() as (fake, _, staff):
        card = Card("k7", "*Ada* @here <@3001>", HOSTILE)
        spot = await staff.open(card)
        await staff.show(spot, card)
        await staff.tell(spot, HOSTILE, key="t1")
        [shown] = cards(fake)
        for words in (shown["content"], *lines(fake, spot)):
            rest = words.replace("\\\\", "").removeprefix("**").replace("**\n", "\n").replace("\n-# k7", "")
            for begin in ("@", "<", "*", "_", "~", "|", "`", "[", "#", "https://", "discord.gg/", "\n>"):
                assert begin not in rest.replace(f"\\{begin}", "").replace(f"{begin[:-1]}\\{begin[-1]}", "")
            assert "\n\\- list\n1\\. one" in words
        told = [each.body for each in fake.world.requests if each.body and "content" in each.body]
        assert len(told) == 4
        assert sum(map(pings, told)) == 0
        assert fake.world.channels[spot.thread]["name"] == "*Ada* @here <@3001>"


async def test_a_long_card_is_cut_to_what_discord_takes() -> None:
    """Backslashes make words longer; the end is left out, visibly, and the key stays."""
    async with opened() as (fake, _, staff):
        spot = await staff.open(Card("k7", "#" * 80, "*" * 1500))
        await staff.tell(spot, "_" * 2000, key="t1")
        [card], [line] = cards(fake), lines(fake, spot)
        assert len(card["content"]) <= 2000
        assert card["content"].endswith("\\*…\n-# k7")
        assert line.endswith("\\_…")


async def test_showing_edits_the_card_in_place_and_puts_the_thread_away_and_back() -> None:
    """A finished item leaves the list of threads; a reopened one comes back in the same thread."""
    async with opened() as (fake, _, staff):
        spot = await staff.open(CARD)
        claimed = replace(CARD, title="Ada: claimed by Sam", choices=(Choice("give:7", "Give back"),))
        await staff.show(spot, claimed)
        [card] = cards(fake)
        assert card["content"].startswith("**Ada: claimed by Sam**")
        assert card["components"][0]["components"][0]["custom_id"] == "give:7"
        assert not is_away(fake, spot)
        await staff.show(spot, replace(CARD, choices=(), finished=True))
        assert cards(fake)[0]["components"] == []
        assert is_away(fake, spot)
        await staff.show(spot, CARD)
        assert not is_away(fake, spot)
        assert len(cards(fake)) == 1
        before = calls(fake, "PATCH")
        await staff.show(spot, CARD)
        assert calls(fake, "PATCH") == before + 1


async def test_a_line_reaches_a_thread_that_was_put_away() -> None:
    """One that Discord put away is opened; that of a finished item is put away again."""
    async with opened() as (fake, platform, staff):
        async with listening(fake, platform):
            spot = await staff.open(CARD)
            await fake.put_away(spot.thread)
            await fake.gateway.caught_up()
            await staff.tell(spot, "Ada wrote: hello?", key="t1")
            assert not is_away(fake, spot)
            await staff.show(spot, replace(CARD, finished=True))
            await staff.tell(spot, "Ada wrote: thanks", key="t2")
            assert is_away(fake, spot)
        assert lines(fake, spot) == ["Ada wrote: hello?", "Ada wrote: thanks"]


async def test_a_line_reaches_a_thread_that_was_put_away_while_nobody_listened() -> None:
    """What was not announced is learnt from the refusal."""
    async with opened() as (fake, _, staff):
        spot = await staff.open(CARD)
        await fake.put_away(spot.thread)
        await staff.tell(spot, "Ada wrote: hello?", key="t1")
        assert lines(fake, spot) == ["Ada wrote: hello?"]
        assert not is_away(fake, spot)


@pytest.mark.parametrize("heard", [False, True])
async def test_an_unfinished_card_brings_its_thread_back(*, heard: bool) -> None:
    """A thread that Discord put away in between is opened when its card is shown again."""
    async with opened() as (fake, platform, staff):
        async with listening(fake, platform):
            spot = await staff.open(CARD)
            if heard:
                await fake.put_away(spot.thread)
                await fake.gateway.caught_up()
        if not heard:
            await fake.put_away(spot.thread)
        async with listening(fake, platform):
            await fake.gateway.caught_up()
            await staff.show(spot, CARD)
        assert not is_away(fake, spot)


@pytest.mark.parametrize("forgotten", [False, True])
@pytest.mark.parametrize("where", [POST, THREADS, "POST /channels/[0-9]{9,}/messages$"])
async def test_a_card_in_doubt_is_not_made_twice(where: str, *, forgotten: bool) -> None:
    """The nonce tells a repeat, and once Discord forgot it, a look into the channel does."""
    async with opened() as (fake, _, staff):
        await staff.open(replace(CARD, key="k6"))
        fake.troubles.plan(where, Cut.AFTER)
        with pytest.raises(DeliveryError) as told:
            await staff.open(CARD)
        assert told.value.ambiguous
        if forgotten:
            fake.world.nonces.clear()
        spot = await staff.open(CARD)
        assert len(cards(fake)) == 2
        assert fake.world.channels[spot.thread]["parent_id"] == TEAM
        assert spot.message == cards(fake)[1]["id"]
        assert lines(fake, spot) == []


async def test_a_card_that_nobody_noted_is_found_after_a_restart() -> None:
    """A crash right after it was made leaves no second one, and it shows what is so now."""
    async with discord() as fake:
        first = adapter(fake, team=Team())
        spot = await room(first).open(CARD)
        await first.close()
        fake.world.nonces.clear()
        for number in range(120):
            await fake.write(TEAM, f"-# k{number}", fan="4001")
        second = adapter(fake, team=Team())
        assert await room(second).open(replace(CARD, text="Ada wrote again.")) == spot
        await second.close()
        [card] = cards(fake)
        assert "Ada wrote again." in card["content"]


async def test_a_line_in_doubt_is_not_told_twice() -> None:
    """Also after the minutes in which Discord knows it by its key."""
    async with discord() as fake:
        clock = [datetime.now(UTC)]
        platform = adapter(fake, team=Team(), now=lambda: clock[0])
        staff = room(platform)
        spot = await staff.open(CARD)
        for later in (timedelta(seconds=30), timedelta(minutes=5)):
            fake.troubles.plan(f"POST /channels/{spot.thread}/messages", Cut.AFTER)
            key = f"t{later.seconds}"
            with pytest.raises(DeliveryError) as told:
                await staff.tell(spot, f"Ada wrote {later}", key=key)
            assert told.value.ambiguous
            clock[0] += later
            if later > timedelta(minutes=1):
                fake.world.nonces.clear()
            await staff.tell(spot, f"Ada wrote {later}", key=key)
        await platform.close()
        assert len(lines(fake, spot)) == 2


async def test_what_was_deleted_is_permanent_and_can_be_made_anew() -> None:
    """A card or thread that people deleted is told as gone; opened again, it stands below."""
    async with opened() as (fake, _, staff):
        spot = await staff.open(CARD)
        await fake.take_back(cards(fake)[0])
        with pytest.raises(DeliveryError, match="card of this item was deleted") as told:
            await staff.show(spot, CARD)
        assert told.value.permanent
        spot = await staff.open(CARD)
        assert [each["id"] for each in cards(fake)] == [spot.message]
        del fake.world.channels[spot.thread]
        for again in (staff.show(spot, replace(CARD, finished=True)), staff.tell(spot, "hello", key="t1")):
            with pytest.raises(DeliveryError, match="thread of this item was deleted") as told:
                await again
            assert told.value.permanent
        newer = await staff.open(CARD)
        assert newer != spot
        old, new = cards(fake)
        assert "newer card stands below" in old["content"]
        assert (old["components"], new["id"]) == ([], newer.message)
        await staff.tell(newer, "hello", key="t1")
        assert lines(fake, newer) == ["hello"]


@pytest.mark.parametrize(
    ("pattern", "code", "words"),
    [
        (POST, 50013, "Send Messages there"),
        (POST, 50001, "View Channel"),
        (POST, 10003, "`staff_channel`"),
        (POST, 50024, "no text channel"),
        (POST, 50008, "no text channel"),
        (THREADS, 50013, "Create Public Threads"),
        (THREADS, 160006, "as many open threads"),
    ],
)
async def test_what_keeps_a_card_from_being_made_is_told_and_can_be_mended(
    pattern: str, code: int, words: str
) -> None:
    """It names the permission or the setting, is no end, and the next try makes no second card."""
    async with opened() as (fake, _, staff):
        fake.troubles.plan(pattern, refusal(403 if code in (50013, 50001) else 400, code))
        with pytest.raises(DeliveryError, match=words) as told:
            await staff.open(CARD)
        assert (told.value.permanent, told.value.retry_after) == (False, 60.0)
        spot = await staff.open(CARD)
        assert len(cards(fake)) == 1
        fake.troubles.plan(f"POST /channels/{spot.thread}/messages", refusal(403, 50013))
        with pytest.raises(DeliveryError, match="Send Messages in Threads") as told:
            await staff.tell(spot, "hello", key="t1")
        assert (told.value.permanent, told.value.retry_after) == (False, None)
        fake.world.channels[spot.thread]["thread_metadata"]["locked"] = True
        with pytest.raises(DeliveryError, match="locked"):
            await staff.tell(spot, "hello", key="t1")
        with pytest.raises(DeliveryError, match="Manage Threads"):
            await staff.show(spot, replace(CARD, finished=True))


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_limit_on_the_teams_side_holds_up_no_fan(*, everywhere: bool) -> None:
    """A fan's answer leaves while the room waits."""
    async with opened() as (fake, platform, staff):
        answer = Dispatch("a1", Address("discord", "main", DIRECT), OutboundKind.ANSWER, "At seven.")
        await platform.send(answer)
        fake.troubles.plan(POST, too_many(20, everywhere=everywhere))
        limited = asyncio.create_task(staff.open(CARD))
        await until(lambda: any(each.path.endswith(f"{TEAM}/messages") for each in fake.world.requests))
        await platform.send(replace(answer, key="a2"))
        assert not limited.done()
        limited.cancel()
        await asyncio.gather(limited, return_exceptions=True)
        assert [each["content"] for each in fake.world.said] == ["At seven."] * 2


async def test_a_limit_is_told_with_its_time() -> None:
    """Whoever calls may do something else meanwhile, and the next try is a fresh one."""
    async with opened(patience=1.0) as (fake, _, staff):
        fake.troubles.plan(POST, too_many(20))
        with pytest.raises(DeliveryError) as told:
            await staff.open(CARD)
        assert (told.value.retry_after, told.value.permanent, told.value.ambiguous) == (20, False, False)
        await staff.open(CARD)
        assert len(cards(fake)) == 1


async def test_a_discord_in_trouble_is_told_as_such() -> None:
    """Neither a status nor a cut connection is an end."""
    async with opened() as (fake, _, staff):
        spot = await staff.open(CARD)
        for trouble in (Cut.BEFORE, Refusal(503)):
            fake.troubles.plan("PATCH", trouble)
            with pytest.raises(DeliveryError) as told:
                await staff.show(spot, CARD)
            assert not told.value.permanent
        await staff.show(spot, CARD)


async def test_a_closed_room_takes_nothing() -> None:
    """After the end nothing signs in again."""
    async with opened() as (fake, platform, staff):
        spot = await staff.open(CARD)
        await platform.close()
        before = len(fake.world.requests)
        for call in (staff.open(CARD), staff.show(spot, CARD), staff.tell(spot, "hello", key="t1")):
            with pytest.raises(DeliveryError, match="closed"):
                await call
        assert len(fake.world.requests) == before


async def test_there_is_no_room_without_a_channel_for_it() -> None:
    """The setting names one channel, which is none for questions."""
    async with discord() as fake:
        platform = adapter(fake)
        assert platform.staff is None
        await platform.close()
        for settings in ({"staff_channel": "team"}, {"staff_channel": TEAM, "question_channels": [TEAM]}):
            with pytest.raises(AdapterError, match="staff_channel"):
                read({**fake.settings, **settings})


async def test_the_bots_own_cards_are_no_events() -> None:
    """Hearing its own messages, edits and threads brings nobody anything."""
    async with discord() as fake:
        team = Team()
        platform = adapter(fake, team=team)
        async with listening(fake, platform) as intake:
            spot = await room(platform).open(CARD)
            await room(platform).show(spot, replace(CARD, finished=True))
            await room(platform).tell(spot, "hello", key="t1")
            await fake.gateway.caught_up()
            await fake.write(DIRECT, "from a fan")
            await intake.stored(1)
        await platform.close()
        assert [event.text for event in intake.events] == ["from a fan"]
        assert team.acts == []
        assert {each["author"]["id"] for each in cards(fake)} == {BOT}
