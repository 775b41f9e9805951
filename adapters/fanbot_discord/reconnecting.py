"""A client that comes back to Discord's gateway within seconds, in the session that it had."""

import asyncio
import random
from collections.abc import Sequence

import aiohttp
import discord
import structlog
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from fanbot_discord.pace import Pace
from fanbot_discord.refusals import named

PAUSES = (0.0, 1.0, 2.0, 5.0, 10.0, 15.0)
"""Seconds before a lost connection is made again; the last one repeats. Up to half of it is left out by
chance, so that not every bot comes back in the same moment."""
_HELD = 10.0
"""Seconds after which a connection counts as a good one, and the pauses begin anew."""
_WITHIN = 20.0
"""Seconds for one try."""
_ELSEWHERE = 3
"""After so many tries at the address that the session is to be resumed at, the usual one is tried."""
_TOLD_AGAIN = 20
_MISSING_INTENT = 4014
_AWAY = (OSError, aiohttp.ClientError, asyncio.TimeoutError)


class ReconnectingClient(discord.Client):
    """Pace the tries here: discord.py's own pauses grow to a quarter of an hour, in which nothing is heard.

    A session is resumed wherever there is one; only so are direct messages of unknown fans told that were
    written meanwhile.
    """

    pace: Pace
    pauses: Sequence[float] = PAUSES

    async def before_identify_hook(
        self,
        shard_id: int | None,  # noqa: ARG002 - there is one
        *,
        initial: bool = False,  # noqa: ARG002 - the pace knows when the last one was
    ) -> None:
        """Count a session that begins."""
        await self.pace.turn()

    async def connect(self, *, reconnect: bool = True) -> None:
        """Stay connected until closed; raises what the first try meets, and what no other try can mend."""
        tries = 0
        while not self.is_closed():
            stood: float | None = None
            try:
                self.ws = await self._connected(elsewhere=tries >= _ELSEWHERE)
                stood = asyncio.get_running_loop().time()
                while True:
                    await self.ws.poll_event()
            except ReconnectWebSocket as told:
                error: Exception = told
            except discord.ConnectionClosed as closed:
                if self.is_closed():
                    return
                if closed.code == _MISSING_INTENT:
                    raise discord.PrivilegedIntentsRequired(closed.shard_id) from None
                raise
            except _AWAY as away:
                if not reconnect or self._last() is None:
                    raise
                error = away
            if stood is not None and asyncio.get_running_loop().time() - stood >= _HELD:
                tries = 0
            tries += 1
            pause = self.pauses[min(tries, len(self.pauses)) - 1] * random.uniform(0.5, 1)  # noqa: S311
            self._tell(error, tries, pause)
            await asyncio.sleep(pause)

    def _last(self) -> DiscordWebSocket | None:
        """Return the last connection that stood; there was none at first, whatever the annotations say."""
        return self.ws

    async def _connected(self, *, elsewhere: bool) -> DiscordWebSocket:
        """Connect once: resume the session that the last connection had, or else begin one."""
        last = self._last()
        session = None if last is None else last.session_id
        if last is None or session is None:
            await asyncio.sleep(self.pace.wait())
            connecting = DiscordWebSocket.from_client(self, initial=last is None, shard_id=self.shard_id)
        else:
            connecting = DiscordWebSocket.from_client(
                self,
                shard_id=self.shard_id,
                gateway=None if elsewhere else last.gateway,
                session=session,
                sequence=last.sequence,
                resume=True,
            )
        return await asyncio.wait_for(connecting, _WITHIN)

    def _tell(self, error: Exception, tries: int, pause: float) -> None:
        """Log what is no usual change of connections, and a long outage ever more rarely."""
        if isinstance(error, ReconnectWebSocket) and tries == 1:
            return
        if tries <= len(self.pauses) or tries % _TOLD_AGAIN == 0:
            structlog.get_logger("fanbot.adapters").warning(
                "the connection to Discord is lost and is made again",
                error=named(error),
                tries=tries,
                retry_in=round(pause, 1),
            )
