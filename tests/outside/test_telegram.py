"""A whole fanbot on Telegram: heard, decided and answered over the Bot API, through kills and doubts."""

import asyncio
import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fanbot.testing.crowd import write_workspace
from fanbot.testing.faces.calls import free_ports
from fanbot.testing.pipes import PATIENCE, clean_environment, command, exported, fanbot
from fanbot.testing.telegram import fans
from fanbot.testing.telegram.server import TOKEN, Cut, FakeTelegram, fake_telegram

pytestmark = pytest.mark.slow

ENVIRONMENT = {"FANBOT_ADAPTERS__TELEGRAM__TOKEN": TOKEN}
WAVE = 30
ROUTINE = "is there a size chart"
PERSONAL = "my father died last week and your song is all i have"


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[subprocess.Popen[bytes]]:
    """Run fanbot on Telegram alone; kill what is left at the end."""
    process = started(folder)
    try:
        async with asyncio.timeout(PATIENCE):
            yield process
    except TimeoutError as error:
        raise AssertionError((folder / "run.log").read_text("utf-8", "replace")[-2000:]) from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.to_thread(process.wait)


def started(folder: Path) -> subprocess.Popen[bytes]:
    """Start it; what it says goes to a file."""
    with (folder / "run.log").open("ab") as log:
        return subprocess.Popen(
            command(folder, "run", "--only", "telegram"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env=clean_environment(ENVIRONMENT),
            start_new_session=True,
        )


@asynccontextmanager
async def premises(folder: Path) -> AsyncIterator[FakeTelegram]:
    """Write a workspace whose bot lives at a fake platform."""
    async with fake_telegram() as fake:
        write_workspace(folder)
        with (folder / "config/fanbot.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'[adapters.telegram]\nbase_url = "{fake.base_url}"\n')
        yield fake
        assert fake.faults == []
        log = (folder / "run.log").read_text("utf-8", "replace")
        assert TOKEN not in log


async def records(folder: Path) -> list[dict[str, Any]]:
    """Export everything."""
    return await asyncio.to_thread(exported, folder)


async def test_a_fan_is_answered_and_a_persons_matter_is_acknowledged(tmp_path: Path) -> None:
    """The answer replies to the fan's message; nothing personal gets a template (G6)."""
    async with premises(tmp_path) as fake, running(tmp_path) as process:
        fake.updates.push(fans.said(ROUTINE, id_=11))
        fake.updates.push(fans.said(PERSONAL, id_=12, chat=fans.private(3002), by=fans.user(3002, "Ben")))
        sent = {each.reply_to: each for each in await fake.until_sent(2)}
        assert "[signal:sizes]" in sent[11].text
        assert sent[11].chat == 3001
        assert "human" in sent[11].choices
        assert "[signal" not in sent[12].text
        fake.updates.push(fans.pressed("human", on=fans.message("x", id_=sent[11].id, by=fake.me)))
        await fake.until_sent(3)
        assert fake.answered == ["4711"]
        process.terminate()
        assert await asyncio.to_thread(process.wait, PATIENCE) == 0
        told = [record for record in await records(tmp_path) if record["type"] == "message"]
        assert [record["decision"]["route"] for record in told] == ["answer", "handoff", "handoff"]


async def test_a_webhook_is_served_by_the_public_listener(tmp_path: Path) -> None:
    """In webhook mode the platform posts to fanbot, and what waited is answered."""
    async with premises(tmp_path) as fake:
        [port] = free_ports(1)
        with (tmp_path / "config/fanbot.toml").open("a", encoding="utf-8") as settings:
            settings.write(
                f'mode = "webhook"\nwebhook_url = "http://127.0.0.1:{port}/telegram/"\n[web]\nport = {port}\n'
            )
        fake.updates.push(fans.said(ROUTINE, id_=11))
        async with running(tmp_path):
            [sent] = await fake.until_sent(1)
            await fake.until_confirmed(1)
        assert sent.reply_to == 11
        assert fake.calls["getUpdates"] == 0


async def test_in_a_group_only_what_is_said_to_the_bot_is_answered(tmp_path: Path) -> None:
    """The rest, and commands of another bot, are kept and nothing more."""
    hall = fans.group()
    named = [{"type": "mention", "offset": 0, "length": 9}]
    other = [{"type": "bot_command", "offset": 0, "length": 14}]
    async with premises(tmp_path) as fake, running(tmp_path):
        fake.updates.push(fans.said(ROUTINE, id_=1, chat=hall))
        fake.updates.push(fans.said("/help@else_bot", id_=2, chat=hall, entities=other))
        fake.updates.push(fans.said(f"@nova_bot {ROUTINE}", id_=3, chat=hall, entities=named))
        [sent] = await fake.until_sent(1)
        assert (sent.reply_to, sent.chat) == (3, hall["id"])
        assert "[signal:sizes]" in sent.text
    told = [record for record in await records(tmp_path) if record["type"] == "message"]
    assert [record["decision"]["route"] for record in told] == ["record", "record", "answer"]


async def test_a_kill_under_load_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """Every message is decided once; each is answered once, or parked where a person sees it (G1, G2, G3)."""
    async with premises(tmp_path) as fake:
        for crashes in (True, True, False):
            told_before = len(fake.sent)
            wave(fake)
            async with running(tmp_path) as process:
                await fake.until_sent(told_before + 5)
                if crashes:
                    os.killpg(process.pid, signal.SIGKILL)
                    continue
                states: Counter[str] = Counter()
                while states["sent"] + states["parked"] < 3 * WAVE:
                    outbound = [each for each in await records(tmp_path) if each["type"] == "outbound"]
                    states = Counter(each["state"] for each in outbound)
        told = [record for record in await records(tmp_path) if record["type"] == "message"]
        assert sorted(record["id"] for record in told) == [str(1000 + number) for number in range(3 * WAVE)]
        assert all(record["decision"]["route"] == "answer" for record in told)
        answered = Counter(each.reply_to for each in fake.sent)
        assert set(answered.values()) == {1}
        parked = {each["in_reply_to"] for each in outbound if each["state"] == "parked"}
        assert {str(number) for number in answered} | parked == {record["id"] for record in told}


def wave(fake: FakeTelegram) -> None:
    """Let as many fans write at once, each in a chat of their own."""
    begin = len(fake.updates.pending) + len(fake.updates.confirmed)
    for number in range(begin, begin + WAVE):
        fan = fans.user(5000 + number)
        fake.updates.push(fans.said(ROUTINE, id_=1000 + number, chat=fans.private(fan["id"]), by=fan))


@pytest.mark.parametrize("cut", list(Cut))
async def test_an_answer_that_may_have_arrived_is_parked_and_shown(tmp_path: Path, cut: Cut) -> None:
    """It is neither repeated nor forgotten, and the conversation goes on (G3)."""
    async with premises(tmp_path) as fake:
        async with running(tmp_path):
            fake.next("sendMessage", cut)
            fake.updates.push(fans.said(ROUTINE, id_=1))
            fake.updates.push(fans.said("what are the tour dates", id_=2))
            while not any(each.reply_to == 2 for each in fake.sent):
                await fake.updates.change()
        assert sum(each.reply_to == 1 for each in fake.sent) == (cut is Cut.AFTER)
        [parked] = [each for each in await records(tmp_path) if each.get("state") == "parked"]
        assert parked["in_reply_to"] == "1"
        shown = await asyncio.to_thread(fanbot, tmp_path, "doctor", "--json", environment=ENVIRONMENT)
        assert TOKEN not in shown.stdout.decode() + shown.stderr.decode()
        checks = json.loads(shown.stdout)
        found = json.dumps(checks)
        assert "@nova_bot" in found
        assert "parked" in found or "not delivered" in found
