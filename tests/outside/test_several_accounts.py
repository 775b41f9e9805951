"""One `fanbot run` with two bots on Telegram, two on Discord, and a Discord bot on two servers."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from fanbot.testing.crowd import write_workspace
from fanbot.testing.discord import FakeDiscord
from fanbot.testing.discord.certificates import can_be_made
from fanbot.testing.discord.world import TOKEN as DISCORD_TOKEN
from fanbot.testing.pipes import PATIENCE, clean_environment, command, exported, fanbot
from fanbot.testing.telegram import fans
from fanbot.testing.telegram.server import TOKEN, FakeTelegram, fake_telegram

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_be_made(), reason="no `openssl` command to make a certificate with"),
]

ROUTINE = "is there a size chart"
ANSWER = "[signal:sizes]"
PERSONAL = "my father died last week and your song is all i have"
FAN, OTHER_FAN = "3001", "3002"
QUESTIONS, ABROAD, SECOND_SERVER = "2100", "2500", "800000000000000002"
ACCOUNTS = ("main", "berlin")
FIRST, SECOND = "4000001", "4000002"
"""Ids of messages: the same at every account, so that only the account tells them apart."""


@dataclass(frozen=True, slots=True)
class Premises:
    """A workspace with four bots, each at a platform of its own; platforms are kept by account."""

    folder: Path
    telegram: Mapping[str, FakeTelegram]
    discord: Mapping[str, FakeDiscord]

    @property
    def log(self) -> str:
        return (self.folder / "run.log").read_text("utf-8", "replace")

    async def everywhere(self, text: str, *, message: str) -> None:
        """Let the same fan write the same words under the same id to all four bots."""
        for telegram in self.telegram.values():
            telegram.updates.push(fans.said(text, id_=int(message)))
        for discord in self.discord.values():
            await discord.write(QUESTIONS, text, fan=FAN, id_=message)

    def said(self, bot: str) -> list[tuple[str, str]]:
        """Return what a bot said, as the message that it answers and the words."""
        platform, account = bot.split("/")
        if platform == "telegram":
            return [(str(each.reply_to), each.text) for each in self.telegram[account].sent]
        return [
            (each.get("message_reference", {}).get("message_id", ""), each["content"])
            for each in self.discord[account].world.said
        ]

    @property
    def bots(self) -> list[str]:
        return [f"{platform}/{account}" for platform in ("telegram", "discord") for account in ACCOUNTS]


@asynccontextmanager
async def premises(folder: Path) -> AsyncIterator[Premises]:
    """Serve four platforms, and write a workspace whose settings name a bot at each."""
    async with AsyncExitStack() as stack:
        telegram = {account: await stack.enter_async_context(fake_telegram()) for account in ACCOUNTS}
        discord = {
            account: await stack.enter_async_context(FakeDiscord(folder / f"certificates-{account}"))
            for account in ACCOUNTS
        }
        for each in discord.values():
            each.world.server_channel(QUESTIONS)
        workspace = write_workspace(folder / "workspace")
        (workspace / "config/secrets.toml").write_text(
            "\n".join(_sections(telegram, discord)), encoding="utf-8"
        )
        yield Premises(workspace, telegram, discord)
        assert [each.faults for each in telegram.values()] == [[], []]


def _sections(telegram: Mapping[str, FakeTelegram], discord: Mapping[str, FakeDiscord]) -> Iterator[str]:
    for account in ACCOUNTS:
        more = "" if account == "main" else f".accounts.{account}"
        at = discord[account].settings
        yield f'[adapters.telegram{more}]\ntoken = "{TOKEN}"\nbase_url = "{telegram[account].base_url}"'
        yield f'[adapters.discord{more}]\ntoken = "{DISCORD_TOKEN}"\naddress = "{at["address"]}"'
        yield f'ca_file = "{at["ca_file"]}"\nquestion_channels = ["{QUESTIONS}", "{ABROAD}"]'


@asynccontextmanager
async def running(here: Premises, **variables: str) -> AsyncIterator[None]:
    """Run fanbot on both platforms; say what it logged when something does not happen in time."""
    with (here.folder / "run.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command(here.folder, "run", "--only", "telegram", "--only", "discord"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=here.folder,
            env=clean_environment(variables),
            start_new_session=True,
        )
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except TimeoutError:
        raise AssertionError(f"not in time; it logged: {here.log[-3000:]}") from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def connected(here: Premises, *bots: str) -> None:
    """Wait until these Discord bots listen; what was written before counts as history."""
    for account in bots:
        await here.discord[account].gateway.connected()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something; whoever calls sets the limit."""
    while not condition():  # noqa: ASYNC110 - four platforms add to what is looked at
        await asyncio.sleep(0.02)


async def test_every_bot_answers_what_it_heard_and_nothing_else(tmp_path: Path) -> None:
    """The same fan, words and ids at four bots: four answers, each from the bot that was asked (G2, G3).

    A person's reply goes out at the account where the fan wrote. To a store, one user of one platform is
    one fan, whichever account of ours they write to.
    """
    async with premises(tmp_path) as here, running(here):
        await connected(here, *ACCOUNTS)
        await here.everywhere(ROUTINE, message=FIRST)
        await until(lambda: all(here.said(bot) for bot in here.bots))
        for bot in here.bots:
            [(answered, text)] = here.said(bot)
            assert (answered, ANSWER in text) == (FIRST, True)
        await here.everywhere(PERSONAL, message=SECOND)
        await until(lambda: all(len(here.said(bot)) == 2 for bot in here.bots))
        items = json.loads((await asyncio.to_thread(fanbot, here.folder, "queue", "list", "--json")).stdout)
        assert sorted(f"{item['platform']}/{item['account']}" for item in items) == sorted(here.bots)
        for item in items:
            bot = f"{item['platform']}/{item['account']}"
            words = ("queue", "reply", item["id"], f"Thank you, from {bot}.", "--as", "Sam")
            done = await asyncio.to_thread(fanbot, here.folder, *words)
            assert done.returncode == 0, done.stderr
        await until(lambda: all(len(here.said(bot)) == 3 for bot in here.bots))
        for bot in here.bots:
            answered, text = here.said(bot)[-1]
            assert (answered, f"Thank you, from {bot}." in text) == (SECOND, True)
    told = [each for each in await asyncio.to_thread(exported, here.folder) if each["type"] == "message"]
    assert len(told) == 8
    owners = {(each["platform"], each["account"]): each["fan"] for each in told}
    assert owners["telegram", "main"] == owners["telegram", "berlin"]
    assert owners["discord", "main"] == owners["discord", "berlin"]
    assert owners["telegram", "main"] != owners["discord", "main"]


async def test_two_servers_of_one_discord_bot_are_kept_apart(tmp_path: Path) -> None:
    """Each question is answered in its own channel, on the server where it was asked."""
    async with premises(tmp_path) as here:
        world = here.discord["main"].world
        world.servers[SECOND_SERVER] = "Fans abroad"
        world.server_channel(ABROAD, server=SECOND_SERVER)
        async with running(here):
            await connected(here, "main")
            home = await here.discord["main"].write(QUESTIONS, ROUTINE, fan=FAN)
            abroad = await here.discord["main"].write(ABROAD, ROUTINE, fan=OTHER_FAN)
            await until(lambda: len(here.said("discord/main")) == 2)
        said = {each["message_reference"]["message_id"]: each["channel_id"] for each in world.said}
        assert said == {home["id"]: QUESTIONS, abroad["id"]: ABROAD}


def complaining(log: str) -> set[str]:
    """Return the bots of which the log says that their token is not taken."""
    told = [json.loads(line) for line in log.splitlines() if line.endswith("}")]
    return {each["adapter"] for each in told if "adapter" in each and "token" in each.get("error", "")}


async def test_a_bot_whose_token_was_revoked_stops_no_other(tmp_path: Path) -> None:
    """The others answer meanwhile; it comes back by itself once its token is taken again (G7)."""
    async with premises(tmp_path) as here:
        here.telegram["main"].revoked = True
        wrong = {"FANBOT_ADAPTERS__DISCORD__TOKEN": DISCORD_TOKEN[:-1] + "x"}
        async with running(here, **wrong):
            await connected(here, "berlin")
            await here.everywhere(ROUTINE, message=FIRST)
            await until(lambda: bool(here.said("telegram/berlin") and here.said("discord/berlin")))
            await until(lambda: {"telegram/main", "discord/main"} <= complaining(here.log))
            assert not here.said("telegram/main")
            assert not here.said("discord/main")
            here.telegram["main"].revoked = False
            await until(lambda: bool(here.said("telegram/main")))
            [(answered, text)] = here.said("telegram/main")
            assert (answered, ANSWER in text) == (FIRST, True)
        assert not here.said("discord/main")
        assert len(here.said("telegram/berlin")) == len(here.said("discord/berlin")) == 1
        assert TOKEN not in here.log
        assert DISCORD_TOKEN[:-1] not in here.log
