"""A whole fanbot whose team works in a channel on Discord: from a fan's words to a person's reply."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from fanbot.testing.crowd import write_workspace
from fanbot.testing.discord import FakeDiscord
from fanbot.testing.discord.certificates import can_be_made
from fanbot.testing.discord.world import Json
from fanbot.testing.pipes import exported
from tests.outside.test_discord import PERSONAL, running, within

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_be_made(), reason="no `openssl` command to make a certificate with"),
]

SAM, KIM, STRANGER = "7001", "7002", "7003"
FAN, DIRECT, TEAM = "3001", "2001", "2400"


@asynccontextmanager
async def staffed(folder: Path) -> AsyncIterator[FakeDiscord]:
    """Serve a Discord with a channel for a team of two, and write a workspace for it into the folder."""
    write_workspace(folder)
    async with FakeDiscord(folder / "certificates") as fake:
        with (folder / "config/fanbot.toml").open("a", encoding="utf-8") as file:
            file.write(
                f'\n[adapters.discord]\naddress = "{fake.settings["address"]}"\n'
                f'ca_file = "{fake.settings["ca_file"]}"\nstaff_channel = "{TEAM}"\n'
            )
        (folder / "config/team.toml").write_text(
            'creator = "Vera"\n'
            f'[[person]]\nname = "Sam"\nrole = "team"\naccounts = ["discord:{SAM}"]\n'
            f'[[person]]\nname = "Kim"\nrole = "team"\naccounts = ["discord:{KIM}"]\n',
            encoding="utf-8",
        )
        fake.world.direct(DIRECT, FAN)
        fake.world.server_channel(TEAM, name="team")
        yield fake
        assert fake.world.complaints == []


def said(fake: FakeDiscord, channel: str, words: str) -> list[Json]:
    """Return what the bot said in a channel with these words, backslashes left out."""
    here = [each for each in fake.world.said if each["channel_id"] == channel]
    return [each for each in here if words in each["content"].replace("\\", "")]


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - the fake grows by requests, and tells nobody
        await asyncio.sleep(0.02)


async def carded(fake: FakeDiscord) -> Json:
    """Let a fan write something personal; return its card, once its thread has a first line."""
    await fake.write(DIRECT, PERSONAL, fan=FAN)
    await until(lambda: said(fake, TEAM, "my father died"))
    [card] = said(fake, TEAM, "my father died")
    await until(lambda: said(fake, card["id"], "use Discord's Reply"))
    return card


async def pressed(fake: FakeDiscord, label: str, on: Json, *, by: str = SAM) -> str:
    """Press the button that is called so; return what whoever pressed reads."""
    buttons = [each for row in on["components"] for each in row["components"]]
    [choice] = [each["custom_id"] for each in buttons if each["label"] == label]
    told = await fake.answer(await fake.press(on, choice, person=by))
    assert told is not None
    return str(told["content"]).replace("\\", "")


async def replied(fake: FakeDiscord, card: Json, text: str, *, by: str = SAM) -> None:
    """Answer the first line of a card's thread by Discord's own reply."""
    [first] = said(fake, card["id"], "use Discord's Reply")
    await fake.write(card["id"], text, fan=by, reply_to=first["id"])


async def test_a_reply_in_the_thread_reaches_the_fan_once(tmp_path: Path) -> None:
    """Claimed, answered after ten seconds, the thread put away, and nothing of it kept as a fan's words."""
    async with staffed(tmp_path) as fake:
        async with running(tmp_path, fake) as run:

            async def the_way() -> None:
                card = await carded(fake)
                assert "You have this now" in await pressed(fake, "Claim", card)
                await until(lambda: said(fake, TEAM, "Sam has this"))
                await replied(fake, card, "I am *so* sorry.")
                await until(lambda: said(fake, card["id"], "10 seconds"))
                assert said(fake, DIRECT, "sorry") == []
                await until(lambda: said(fake, DIRECT, "I am *so* sorry."))
                await until(lambda: fake.world.channels[card["id"]]["thread_metadata"]["archived"])
                await fake.write(DIRECT, "my mother died as well, and i do not know how to go on", fan=FAN)
                await until(lambda: not fake.world.channels[card["id"]]["thread_metadata"]["archived"])
                await until(lambda: said(fake, card["id"], "my mother died as well"))

            await within(run, the_way())
        assert len(said(fake, DIRECT, "sorry")) == 1
        assert len([each for each in fake.world.said if each["channel_id"] == TEAM]) == 1
    told = [record for record in exported(tmp_path) if record["type"] == "message"]
    assert len(told) == 2


async def test_nothing_reaches_the_fan_by_accident(tmp_path: Path) -> None:
    """Words without a reply, a reply that was undone, and people who have not claimed it or are unknown."""
    async with staffed(tmp_path) as fake, running(tmp_path, fake) as run:

        async def the_way() -> None:
            card = await carded(fake)
            thread = card["id"]
            await replied(fake, card, "not claimed yet")
            await until(lambda: said(fake, thread, "othing was sent"))
            assert f"discord:{STRANGER}" in await pressed(fake, "Claim", card, by=STRANGER)
            offered = dict(card)
            await pressed(fake, "Claim", card)
            assert "Sam has this item already" in await pressed(fake, "Claim", offered, by=KIM)
            await fake.write(thread, "only a thought", fan=KIM)
            await replied(fake, card, "too early")
            await until(lambda: said(fake, thread, "10 seconds"))
            assert "taken back" in await pressed(fake, "Undo", said(fake, thread, "10 seconds")[0])
            await fake.write(thread, "Dear Ada, thank you.", fan=SAM)
            await until(lambda: said(fake, thread, "Dear Ada"))
            await asyncio.sleep(11)
            assert said(fake, DIRECT, "Dear Ada") == []
            assert "10 seconds" in await pressed(fake, "Send", said(fake, thread, "Dear Ada")[0])
            await until(lambda: said(fake, DIRECT, "Dear Ada"))

        await within(run, the_way())
        for words in ("claimed yet", "a thought", "too early"):
            assert said(fake, DIRECT, words) == []


async def test_a_kill_leaves_one_card_and_nothing_is_sent_hours_later(tmp_path: Path) -> None:
    """What the team wrote while nobody listened is not read; what it writes after that counts."""
    async with staffed(tmp_path) as fake:
        async with running(tmp_path, fake) as run:

            async def before() -> Json:
                card = await carded(fake)
                await pressed(fake, "Claim", card)
                await until(lambda: said(fake, TEAM, "Sam has this"))
                return card

            async with asyncio.timeout(60):
                card = await before()
            await run.kill()
        await replied(fake, card, "written to nobody")
        async with running(tmp_path, fake) as run:

            async def after() -> None:
                await replied(fake, card, "I am so sorry.")
                await until(lambda: said(fake, DIRECT, "I am so sorry."))

            await within(run, after())
        assert said(fake, DIRECT, "written to nobody") == []
        assert len([each for each in fake.world.said if each["channel_id"] == TEAM]) == 1
        assert len(said(fake, DIRECT, "sorry")) == 1
