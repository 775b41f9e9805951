"""A real fanbot at the fake Discord, over TLS, killed in the middle: nothing is lost or doubled."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from fanbot.testing.crowd import write_workspace
from fanbot.testing.discord import FakeDiscord
from fanbot.testing.discord.certificates import can_be_made
from fanbot.testing.discord.world import TOKEN, Json
from fanbot.testing.pipes import clean_environment, command, exported, fanbot

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not can_be_made(), reason="no `openssl` command to make a certificate with"),
]

ROUTINE = "is there a size chart"
PERSONAL = "my father died last week and your song is all i have"
FANS = 8
PATIENCE = 90.0
"""Seconds for one stage; generous, because a machine may be busy."""


@dataclass
class Process:
    """A running fanbot, with what it complained of."""

    process: asyncio.subprocess.Process
    complaints: bytearray

    async def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()


@asynccontextmanager
async def running(folder: Path, fake: FakeDiscord) -> AsyncIterator[Process]:
    """Run ``fanbot run --only discord`` until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *command(folder, "run", "--only", "discord"),
        cwd=folder,
        env=clean_environment({"FANBOT_ADAPTERS__DISCORD__TOKEN": TOKEN}),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    run = Process(process, bytearray())

    async def read() -> None:
        assert process.stdout is not None
        while chunk := await process.stdout.read(4096):
            run.complaints.extend(chunk)

    reader = asyncio.create_task(read())
    try:
        await within(run, fake.gateway.connected())
        yield run
    finally:
        await run.kill()
        await reader


async def within(run: Process, awaited: object) -> None:
    """Wait for something, or fail with what the process complained of."""
    try:
        async with asyncio.timeout(PATIENCE):
            await awaited  # type: ignore[misc]
    except TimeoutError:
        raise AssertionError(f"not in time; it said: {run.complaints[-3000:].decode()}") from None


async def answered(fake: FakeDiscord, messages: list[Json]) -> None:
    """Wait until every message has a reply."""
    wanted = {message["id"] for message in messages}
    while not wanted <= set(replies(fake)):  # noqa: ASYNC110 - the fake grows by requests, and tells nobody
        await asyncio.sleep(0.02)


def replies(fake: FakeDiscord) -> Counter[str]:
    """Count what the bot said by the message that it replied to."""
    return Counter(each.get("message_reference", {}).get("message_id", "") for each in fake.world.said)


async def test_a_killed_fanbot_loses_nothing_and_says_nothing_twice(tmp_path: Path) -> None:
    """Every message of every fan has one reply, over two kills and what was written in between (G1, G3)."""
    folder = write_workspace(tmp_path / "workspace")
    async with FakeDiscord(tmp_path / "certificates") as fake:
        settings = fake.settings
        with (folder / "config/fanbot.toml").open("a", encoding="utf-8") as file:
            file.write(
                f'\n[adapters.discord]\naddress = "{settings["address"]}"\n'
                f'ca_file = "{settings["ca_file"]}"\n'
                'question_channels = ["2100"]\n'
            )
        fake.world.server_channel("2100")
        for fan in range(FANS):
            fake.world.direct(f"20{fan:02}", f"30{fan:02}")
        written: list[Json] = []

        async def write(count: int) -> None:
            for number in range(count):
                fan = number % FANS
                written.append(await fake.write(f"20{fan:02}", ROUTINE, fan=f"30{fan:02}"))
                written.append(await fake.write("2100", ROUTINE, fan=f"30{fan:02}"))
                await asyncio.sleep(0.01)

        async with running(folder, fake) as run:
            await write(FANS)
            personal = await fake.write("2000", PERSONAL, fan="3000")
            await within(run, answered(fake, [*written, personal]))
            [note] = [
                each["content"]
                for each in fake.world.said
                if each.get("message_reference", {}).get("message_id") == personal["id"]
            ]
            await write(4 * FANS)
            await run.kill()
        await write(2 * FANS)
        async with running(folder, fake) as run:
            await write(FANS)
            await run.kill()
        await write(FANS)
        async with running(folder, fake) as run:
            await within(run, answered(fake, written))
            told = run.complaints.decode()
        said = replies(fake)
        records = exported(folder)
        token = {"FANBOT_ADAPTERS__DISCORD__TOKEN": TOKEN}
        doctor = await asyncio.to_thread(fanbot, folder, "doctor", environment=token)

    assert "person" in note
    assert all(said[message["id"]] == 1 for message in [*written, personal])
    assert sum(said.values()) == len(written) + 1
    assert TOKEN not in told
    assert b"words can be read" in doctor.stdout
    assert TOKEN.encode() not in doctor.stdout + doctor.stderr
    kept = {record["id"]: record["decision"] for record in records if record["type"] == "message"}
    assert {message["id"] for message in [*written, personal]} == kept.keys()
    assert all(kept.values())
