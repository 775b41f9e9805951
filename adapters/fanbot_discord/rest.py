"""Discord's requests of one account, made by one client that signs in when it is first needed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import aiohttp
import discord
from discord.http import HTTPClient, Route

from fanbot_discord.door import connector, watch
from fanbot_discord.settings import Settings

T = TypeVar("T")

PAGE = 100
"""Messages in one page of history."""
_CLOSE_WITHIN = 1.0
_ANSWER_WITHIN = 60.0
"""Seconds for one request with all its waiting for limits; after those it is another client's turn."""
_GRACE = 30.0
"""Seconds in which a client that was given up may end what others asked of it."""


def new_client(
    settings: Settings,
    *,
    make: Callable[..., discord.Client] = discord.Client,
    intents: discord.Intents | None = None,
    debug: bool = False,
) -> discord.Client:
    """Make a client that keeps nothing in memory and notifies nobody."""
    return make(
        intents=intents or discord.Intents(guilds=True),
        connector=connector(settings),
        http_trace=watch(settings),
        max_ratelimit_timeout=30.0,
        max_messages=None,
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        allowed_mentions=discord.AllowedMentions.none(),
        enable_debug_events=debug,
    )


async def let_go(client: discord.Client) -> None:
    """Close a client, whatever state it is in, within a second."""
    with suppress(TimeoutError, OSError, aiohttp.ClientError, discord.DiscordException):
        async with asyncio.timeout(_CLOSE_WITHIN):
            await client.close()


class Rest:
    """Ask Discord. Every method raises what discord.py and aiohttp raise."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: discord.Client | None = None
        self._signing_in = asyncio.Lock()
        self._leaving: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    async def client(self) -> discord.Client:
        """Return the client, signed in."""
        async with self._signing_in:
            if self._client is None:
                client = new_client(self._settings)
                try:
                    await client.login(self._settings.token)
                except BaseException:
                    await let_go(client)
                    raise
                self._client = client
            return self._client

    def renew(self, failed: discord.Client) -> None:
        """Use another client from now on: one whose request was given up may wait for ever for a limit."""
        if self._client is failed:
            self._client = None
            self._leave(failed)

    async def close(self) -> None:
        """Let go of all connections."""
        self._closing.set()
        if self._client is not None:
            self.renew(self._client)
        while self._leaving:
            await asyncio.wait(self._leaving)

    async def application(self) -> tuple[str, discord.ApplicationFlags]:
        """Return the id of the bot's application, and what Discord lets it do."""
        client = await self.client()
        return str(client.application_id), client.application_flags

    async def own_id(self) -> str:
        """Return the bot's own id."""
        user = (await self.client()).user
        return "" if user is None else str(user.id)

    async def history(self, channel: str, *, after: int) -> Sequence[Mapping[str, object]]:
        """Return up to 100 messages of a channel that follow an id, oldest first."""
        found = await self._ask(lambda http: http.logs_from(int(channel), PAGE, after=after))
        return sorted(found, key=lambda told: int(told["id"]))

    async def ask(self, method: str, path: str, body: object = None, **parts: str) -> object:
        """Make any request; ``path`` is as in Discord's reference, its parts by name."""
        route = Route(method, path, **parts)
        told: dict[str, Any] = {} if body is None else {"json": body}
        answer: object = await self._ask(lambda http: http.request(route, **told))
        return answer

    async def recipient(self, channel: str) -> str:
        """Return the id of the fan whom a direct channel is with; empty when it cannot be found."""
        try:
            told = await self.ask("GET", "/channels/{channel_id}", channel_id=channel)
        except (discord.DiscordException, aiohttp.ClientError, OSError):
            return ""
        people = told.get("recipients") if isinstance(told, dict) else None
        first = people[0] if isinstance(people, list) and people else None
        return str(first.get("id", "")) if isinstance(first, dict) else ""

    async def react(self, channel: str, message: str, emoji: str) -> None:
        """Put an emoji to a message."""
        await self._ask(lambda http: http.add_reaction(int(channel), int(message), emoji))

    async def _ask(self, asking: Callable[[HTTPClient], Awaitable[T]]) -> T:
        client = await self.client()
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                return await asking(client.http)
        except TimeoutError:
            self.renew(client)
            raise

    def _leave(self, client: discord.Client) -> None:
        task = asyncio.create_task(self._let_go(client))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _let_go(self, client: discord.Client) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE):
                await self._closing.wait()
        await let_go(client)
