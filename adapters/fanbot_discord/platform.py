"""Discord as a platform: hears through the gateway and the history, speaks through requests."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import discord
import structlog

from fanbot.errors import DeliveryError
from fanbot.ports.platform import Dispatch, Intake, Opening
from fanbot.ports.staff import StaffRoom
from fanbot_discord.afterwards import Afterwards
from fanbot_discord.directory import Directory
from fanbot_discord.gateway import gateway
from fanbot_discord.hearing import MOST_WAITING, Hearing
from fanbot_discord.interactions import COMMANDS
from fanbot_discord.pace import Pace
from fanbot_discord.reconnecting import PAUSES
from fanbot_discord.refusals import named, unable
from fanbot_discord.relay import relay
from fanbot_discord.rest import Rest, let_go
from fanbot_discord.settings import Settings, read
from fanbot_discord.speaking import Speaking
from fanbot_discord.staff import Staff

_LAST_WORDS_WITHIN = 1.0


def _utc_now() -> datetime:
    return datetime.now(UTC)


class DiscordPlatform:
    """One bot. Each ``listen`` connects anew; nothing of a connection that failed is used again."""

    def __init__(
        self,
        opening: Opening,
        settings: Settings,
        *,
        now: Callable[[], datetime] = _utc_now,
        patience: float = 25.0,
        staff_patience: float = 10.0,
        most_waiting: int = MOST_WAITING,
        pace: Pace | None = None,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        """Give a send ``patience`` seconds and a request of the team's room ``staff_patience``.

        Let ``most_waiting`` events wait for the intake. Begin sessions at this ``pace``; ``pauses`` are
        the seconds between tries to connect again.
        """
        self._opening = opening
        self._settings = settings
        self._now = now
        self._most_waiting = most_waiting
        self._directory = Directory(opening.account, settings.question_channels, settings.staff_channel)
        self._rest = Rest(settings)
        self._speaking = Speaking(self._rest, now=now, patience=patience)
        self._staff = (
            Staff(opening, settings, self._directory, now=now, patience=staff_patience)
            if settings.staff_channel
            else None
        )
        self._pace = pace or Pace()
        self._pauses = pauses
        self._commands_are_known = False
        self._closed = False

    @property
    def staff(self) -> StaffRoom | None:
        """Return the team's room, None when the settings name no channel for it."""
        return None if self._staff is None else self._staff.room

    async def listen(self, intake: Intake) -> None:
        """Listen until cancelled; raises AdapterError, or what the intake raises."""
        afterwards = Afterwards(self._rest, receipts=self._settings.receipts or self._opening.receipts)
        hearing = Hearing(
            self._rest,
            self._directory,
            recollection=self._opening.recollection,
            intake=intake,
            afterwards=afterwards,
            now=self._now,
            most_waiting=self._most_waiting,
        )
        staff = None if self._staff is None else self._staff.hearing(hearing.take)
        take = hearing.take if staff is None else staff.take
        client = gateway(self._settings, take, pace=self._pace, pauses=self._pauses)
        tasks = [
            asyncio.create_task(client.start(self._settings.token)),
            asyncio.create_task(hearing.run()),
        ]
        commands = asyncio.create_task(self._offer_commands())
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except Exception as error:
            ours = tasks[0] in done or isinstance(error, discord.DiscordException)
            told = unable(error) if ours else error
            if told is error:
                raise
            raise told from error
        finally:
            for task in (*tasks, commands):
                task.cancel()
            await asyncio.gather(*tasks, commands, return_exceptions=True)
            if staff is not None:
                await staff.close(within=_LAST_WORDS_WITHIN)
            await afterwards.close(within=_LAST_WORDS_WITHIN)
            await let_go(client)

    async def send(self, dispatch: Dispatch) -> None:
        """Send one message; raises DeliveryError."""
        if self._closed:
            raise DeliveryError("The connection to Discord was closed. The message is kept.")
        await self._speaking.send(dispatch)

    async def close(self) -> None:
        """Let go of all connections."""
        self._closed = True
        if self._staff is not None:
            await self._staff.close()
        await self._rest.close()

    async def _offer_commands(self) -> None:
        """Tell Discord once which slash commands there are; fans can type them all the same."""
        if self._commands_are_known:
            return
        try:
            application, _ = await self._rest.application()
            path = "/applications/{application_id}/commands"
            await self._rest.ask("PUT", path, list(COMMANDS), application_id=application)
            self._commands_are_known = True
        except Exception as error:  # noqa: BLE001 - without them everything else works (G7)
            structlog.get_logger("fanbot.adapters").warning(
                "Discord did not take the slash commands; they are offered again at the next connection",
                error=named(error),
            )


def opened(opening: Opening) -> DiscordPlatform:
    """Open one account; raises AdapterError for settings that cannot work."""
    settings = read(opening.settings)
    relay()
    return DiscordPlatform(opening, settings)
