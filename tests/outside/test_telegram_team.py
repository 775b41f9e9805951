"""A whole fanbot whose team works in a group on Telegram: from a fan's words to a person's reply."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from fanbot.testing.telegram import fans
from fanbot.testing.telegram.groups import Group
from fanbot.testing.telegram.sent import Sent
from fanbot.testing.telegram.server import FakeTelegram
from tests.outside.test_telegram import PERSONAL, premises, records, running

SAM, KIM, STRANGER = fans.user(7001, "Sam"), fans.user(7002, "Kim"), fans.user(7003, "Noor")
FAN = 3001
_READING = 2.0
"""Seconds in which a person reads a card, and fanbot notes where it stands."""


@asynccontextmanager
async def staffed(folder: Path) -> AsyncIterator[tuple[FakeTelegram, Group]]:
    """Write a workspace with a team of two, and a group for them at the fake platform."""
    async with premises(folder) as fake:
        group = fake.group()
        with (folder / "config/fanbot.toml").open("a", encoding="utf-8") as settings:
            settings.write(f"staff_chat = {group.id}\n")
        (folder / "config/team.toml").write_text(
            'creator = "Mira"\n'
            '[[person]]\nname = "Sam"\nrole = "team"\naccounts = ["telegram:7001"]\n'
            '[[person]]\nname = "Kim"\nrole = "team"\naccounts = ["telegram:7002"]\n',
            encoding="utf-8",
        )
        yield fake, group


async def until(fake: FakeTelegram, *words: str, chat: int, count: int = 1) -> list[Sent]:
    """Wait until so many messages of a chat hold all these words."""
    while True:
        found = [each for each in fake.sent if each.chat == chat and all(word in each.text for word in words)]
        if len(found) >= count:
            return found
        await fake.updates.change()


async def carded(fake: FakeTelegram, group: Group) -> Sent:
    """Let a fan write something personal; return its card."""
    fake.updates.push(fans.said(PERSONAL, id_=11))
    [card] = await until(fake, "my father died", chat=group.id)
    await asyncio.sleep(_READING)
    return card


def press(fake: FakeTelegram, label: str, on: Sent, *, by: dict[str, object] = SAM, query: str) -> None:
    """Press the button that is called so."""
    on = next(each for each in fake.sent if each.id == on.id)
    rows = on.wanted["reply_markup"]["inline_keyboard"]
    [choice] = [button["callback_data"] for row in rows for button in row if button["text"] == label]
    fake.updates.push(fans.pressed(choice, on=fake.shown(on), query=query, by=by))


def write(fake: FakeTelegram, group: Group, text: str, card: Sent, *, id_: int, reply: bool = True) -> None:
    """Let Sam write below a card, as a reply to it or not."""
    more = {"reply_to_message": fake.shown(card)} if reply else {}
    fake.updates.push(group.write(text, card.topic, by=SAM, id_=id_, **more))


async def claimed(fake: FakeTelegram, group: Group) -> Sent:
    """Return a card that Sam has."""
    card = await carded(fake, group)
    press(fake, "Claim", card, query="1")
    await until(fake, "Sam has this", chat=group.id)
    return card


async def persons_replies(folder: Path) -> list[str]:
    """Return the states of what people wrote and nobody took back."""
    return [
        record["state"]
        for record in await records(folder)
        if record["type"] == "outbound" and record["kind"] == "human" and record["state"] != "dropped"
    ]


@pytest.mark.slow
async def test_a_reply_to_the_card_reaches_the_fan_once(tmp_path: Path) -> None:
    """Claimed, answered after ten seconds, and nothing of it decided as a fan's words."""
    async with staffed(tmp_path) as (fake, group), running(tmp_path):
        card = await claimed(fake, group)
        write(fake, group, "I am so sorry. You are not alone.", card, id_=51)
        await until(fake, "10 seconds", chat=group.id)
        assert not [each for each in fake.sent if each.chat == FAN and "so sorry" in each.text]
        [reply] = await until(fake, "I am so sorry", chat=FAN)
        assert reply.reply_to == 11
        assert len([each for each in fake.sent if each.chat == FAN and "so sorry" in each.text]) == 1
    told = [record for record in await records(tmp_path) if record["type"] == "message"]
    assert [record["id"] for record in told] == ["11"]


@pytest.mark.slow
async def test_who_has_not_claimed_it_sends_nothing(tmp_path: Path) -> None:
    """Each is told why: the item is nobody's yet or somebody else's, or the person is unknown."""
    async with staffed(tmp_path) as (fake, group), running(tmp_path):
        card = await carded(fake, group)
        write(fake, group, "not claimed yet", card, id_=51)
        await until(fake, "nothing was sent", chat=group.id)
        press(fake, "Claim", card, by=STRANGER, query="1")
        await until(fake, "telegram:7003", chat=group.id)
        press(fake, "Claim", card, by=SAM, query="2")
        await until(fake, "You have this now", chat=group.id)
        fake.updates.push(fans.pressed(card.choices[0], on=fake.shown(card), query="3", by=KIM))
        await until(fake, "Sam has this item already", chat=group.id)
    assert await persons_replies(tmp_path) == []


@pytest.mark.slow
async def test_words_and_a_reply_that_was_undone_stay_with_the_team(tmp_path: Path) -> None:
    """Words are shown back as a draft, and Undo takes a reply back before it leaves."""
    async with staffed(tmp_path) as (fake, group), running(tmp_path):
        card = await claimed(fake, group)
        write(fake, group, "only a thought", card, id_=52, reply=False)
        await until(fake, "only a thought", chat=group.id)
        assert await persons_replies(tmp_path) == []
        write(fake, group, "too early", card, id_=53)
        [remark] = await until(fake, "10 seconds", chat=group.id)
        press(fake, "Undo", remark, query="4")
        await until(fake, "taken back", chat=group.id)
        assert await persons_replies(tmp_path) == []
        assert not [each for each in fake.sent if each.chat == FAN and "too early" in each.text]


@pytest.mark.slow
async def test_a_finished_items_topic_is_put_away(tmp_path: Path) -> None:
    """Read, no reply needed: its card says so, without buttons, and the topic is closed."""
    async with staffed(tmp_path) as (fake, group), running(tmp_path):
        card = await claimed(fake, group)
        press(fake, "No reply needed", card, query="2")
        [sure] = await until(fake, "Close this without a reply", chat=group.id)
        press(fake, "Yes, no reply needed", sure, query="3")
        while not group.topics[card.topic].closed:
            await fake.updates.change()
        [shown] = [each for each in fake.sent if each.id == card.id]
        assert ("Sam read this" in shown.text, shown.choices) == (True, [])


@pytest.mark.slow
async def test_a_kill_while_the_team_works_does_nothing_twice(tmp_path: Path) -> None:
    """Killed with updates unconfirmed: the claim and the reply are each made once, in one topic (G3)."""
    async with staffed(tmp_path) as (fake, group):
        async with running(tmp_path) as process:
            card = await claimed(fake, group)
            write(fake, group, "I am so sorry.", card, id_=51)
            await until(fake, "10 seconds", chat=group.id)
            os.killpg(process.pid, signal.SIGKILL)
        async with running(tmp_path):
            await until(fake, "I am so sorry", chat=FAN)
            write(fake, group, "marks the end", card, id_=52, reply=False)
            while not any(
                each["message"]["message_id"] == 52 for each in fake.updates.confirmed if "message" in each
            ):
                await fake.updates.change()
            assert len([each for each in fake.sent if each.chat == FAN and "so sorry" in each.text]) == 1
            assert len(group.topics) == 1
