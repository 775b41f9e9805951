"""Requests of the staff room, and what a refusal there means for the team."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import discord

from fanbot.errors import DeliveryError
from fanbot_discord.door import Attempt, attempt
from fanbot_discord.refusals import undelivered
from fanbot_discord.rest import Rest
from fanbot_discord.speaking import FAILURES

T = TypeVar("T")

ARCHIVED, HAS_A_THREAD = 50_083, 160_004
_MENDED_LATER = 60.0
"""Seconds to leave the channel alone after a refusal that a person has to mend."""


class StaffCalls:
    """Make requests of ``patience`` seconds each; every failure is a DeliveryError."""

    def __init__(self, rest: Rest, channel: str, *, patience: float) -> None:
        self.rest = rest
        self._channel = channel
        self._patience = patience

    async def ask(
        self, method: str, path: str, body: object = None, *, needs: str, channel: str, **parts: str
    ) -> Mapping[str, object]:
        """Make one request; ``needs`` names the permission that it takes."""
        answer = await self._make(
            lambda: self.rest.ask(method, path, body, channel_id=channel, **parts),
            needs=needs,
            channel=channel,
        )
        return answer if isinstance(answer, Mapping) else {}

    async def history(self, *, after: int) -> Sequence[Mapping[str, object]]:
        """Return a page of the staff channel, oldest first."""
        return await self._make(
            lambda: self.rest.history(self._channel, after=after),
            needs="Read Message History",
            channel=self._channel,
        )

    async def own_id(self) -> str:
        """Return the bot's own id."""
        return await self._make(self.rest.own_id, needs="View Channel", channel=self._channel)

    def meaning(
        self, error: DeliveryError, cause: BaseException | None, *, needs: str, channel: str
    ) -> DeliveryError:
        """Say what a refusal means for the team; other failures are returned as they are.

        Only what is gone for good is permanent: what a person can mend is worth another try.
        """
        match code_of(cause):
            case 10_003 if channel == self._channel:
                told = "Discord knows no channel with the id in `staff_channel`. Look whether it is right."
            case 10_003:
                return _gone("The thread of this item was deleted on Discord.", error)
            case 10_008:
                return _gone("The card of this item was deleted on Discord.", error)
            case 50_001 | 50_013:
                told = (
                    f"The bot may not do this in the staff channel. Give it the permission {needs} there, "
                    "and View Channel, if it has not."
                )
            case 50_008 | 50_024:
                told = (
                    "The staff channel is no text channel. Put the id of a text channel into `staff_channel`."
                )
            case 160_005:
                told = (
                    "The thread of this item is locked. Unlock it, or give the bot the permission Manage "
                    "Threads in the staff channel."
                )
            case 160_006:
                told = "This server has as many open threads as Discord allows. Close some of them."
            case _:
                return error
        wait = _MENDED_LATER if channel == self._channel else None
        return DeliveryError(told, ambiguous=error.ambiguous, retry_after=wait)

    async def _make(self, asking: Callable[[], Awaitable[T]], *, needs: str, channel: str) -> T:
        tried = Attempt()
        token = attempt.set(tried)
        client: discord.Client | None = None
        try:
            async with asyncio.timeout(self._patience):
                client = await self.rest.client()
                return await asking()
        except FAILURES as error:
            if isinstance(error, TimeoutError) and client is not None:
                self.rest.renew(client)
            told = undelivered(error, tried)
            raise self.meaning(told, error, needs=needs, channel=channel) from error
        finally:
            attempt.reset(token)


def code_of(error: BaseException | None) -> int:
    """Return the code of Discord's refusal, 0 when it is none."""
    return error.code if isinstance(error, discord.HTTPException) else 0


def _gone(told: str, error: DeliveryError) -> DeliveryError:
    return DeliveryError(told, permanent=True, ambiguous=error.ambiguous)
