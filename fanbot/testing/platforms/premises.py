"""A workspace with an account on each fake platform, and the fanbot that serves both."""

import asyncio
import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from fanbot.testing.crowd import write_workspace
from fanbot.testing.discord import troubles as discord_troubles
from fanbot.testing.discord.requests import API
from fanbot.testing.discord.world import TOKEN as DISCORD_TOKEN
from fanbot.testing.pipes import PATIENCE, clean_environment, command
from fanbot.testing.platforms.artist import Reach
from fanbot.testing.platforms.seats import DISCORD, HALL, QUESTIONS, SEATS, THREAD
from fanbot.testing.platforms.watched import Moment, Watch, WatchedDiscord, WatchedTelegram
from fanbot.testing.telegram.server import TOKEN as TELEGRAM_TOKEN
from fanbot.testing.telegram.server import Cut

ENVIRONMENT = {
    "FANBOT_ADAPTERS__DISCORD__TOKEN": DISCORD_TOKEN,
    "FANBOT_ADAPTERS__TELEGRAM__TOKEN": TELEGRAM_TOKEN,
}
_SETTINGS = """
[console]
port = 0
[adapters.telegram]
base_url = "{telegram}"
[adapters.discord]
address = "{address}"
ca_file = "{ca_file}"
question_channels = ["{questions}"]
"""


class Premises:
    """Both platforms and the workspace, within the block. ``watch`` is asked at every request."""

    def __init__(self, folder: Path, reach: Reach, *, gap: str = "0m", share: str = "0.1") -> None:
        """Write the workspace into ``folder``, with these settings of the cap; people use ``reach``."""
        self.reach = reach
        self.watch: Watch = unwatched
        self.folder = write_workspace(folder / "workspace", gap=gap, share=share)
        self.discord = WatchedDiscord(folder / "certificates", self._watched)
        self.telegram = WatchedTelegram(self._watched)
        self._open_rooms()

    async def __aenter__(self) -> Self:
        """Open both platforms."""
        await self.discord.come_back()
        await self.telegram.listener.up()
        settings = self.discord.settings
        told = _SETTINGS.format(
            telegram=self.telegram.base_url,
            address=settings["address"],
            ca_file=settings["ca_file"],
            questions=QUESTIONS,
        )
        with (self.folder / "config/fanbot.toml").open("a", encoding="utf-8") as file:
            file.write(told)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close them."""
        await self.telegram.listener.down()
        await self.discord.go_away()

    @property
    def faults(self) -> list[str]:
        """Return what no client should have asked of either platform."""
        return [*self.telegram.faults, *self.discord.world.complaints]

    @property
    def tokens(self) -> tuple[str, ...]:
        """Return the secrets of both accounts."""
        return tuple(ENVIRONMENT.values())

    @property
    def log(self) -> str:
        """Return what all processes wrote to their log."""
        file = self.folder / "run.log"
        return file.read_text("utf-8", "replace") if file.exists() else ""

    def lose(self, asked: str) -> None:
        """Let a request that is being watched never reach its platform."""
        platform, _, what = asked.partition(" ")
        if platform == DISCORD:
            self.discord.troubles.plan(re.escape(what.replace(API, "")), discord_troubles.Cut.BEFORE)
        else:
            self.telegram.next(what, Cut.BEFORE)

    async def _watched(self, asked: str, moment: Moment) -> None:
        await self.watch(asked, moment)

    def _open_rooms(self) -> None:
        world = self.discord.world
        world.server_channel(QUESTIONS, name="questions")
        world.server_channel(HALL, name="hall")
        world.thread(THREAD, QUESTIONS)
        for seat in SEATS:
            if seat.platform == DISCORD and seat.direct:
                world.direct(seat.channel, seat.fan)


class Service:
    """One process of a row of them; its log goes to a file in the workspace.

    Leaving the block kills what is still there.
    """

    def __init__(self, folder: Path) -> None:
        """Start it."""
        self.began = time.monotonic()
        self._folder = folder
        with (folder / "run.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command(folder, "run"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                env=clean_environment(ENVIRONMENT),
                start_new_session=True,
            )

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End it, whatever became of the run."""
        self.kill()
        await self.gone()

    @property
    def lives(self) -> bool:
        """Tell whether it runs."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End the whole group at once, with nothing said."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def gone(self) -> int:
        """Wait until it ended; return its exit code."""
        return await asyncio.to_thread(self._process.wait, PATIENCE)

    async def stop(self) -> None:
        """End it in good order, or fail."""
        self._process.terminate()
        code = await self.gone()
        assert code == 0, f"It ended with {code}: {self.tail()}"

    def tail(self) -> str:
        """Return what it said last."""
        return (self._folder / "run.log").read_text("utf-8", "replace")[-2_000:]


async def unwatched(_asked: str, _moment: Moment) -> None:
    """Let every request pass."""
