"""The whole fake Discord: one port on loopback for all of its hosts, and what fans do there."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from aiohttp import web

from fanbot.testing.discord.certificates import make
from fanbot.testing.discord.gateway import Gateway
from fanbot.testing.discord.messages import described, from_fan
from fanbot.testing.discord.requests import API, Requests
from fanbot.testing.discord.responding import LOADING
from fanbot.testing.discord.troubles import Troubles
from fanbot.testing.discord.world import APPLICATION, TOKEN, Json, World, user

T = TypeVar("T")

_LOOK = 0.01


class FakeDiscord:
    """Serve within the block; ``settings`` are an account's that reaches it."""

    def __init__(self, folder: Path) -> None:
        """Keep the certificates in ``folder``; those of an earlier fake there are used again."""
        self.world = World()
        self.gateway = Gateway(self.world)
        self.troubles = Troubles()
        self._requests = Requests(self.world, self.gateway, self.troubles)
        self._certificates = make(folder)
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        """Begin to serve."""
        await self.come_back()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Cut everybody off and end."""
        await self.go_away()

    @property
    def checks_requests(self) -> bool:
        """Tell whether requests are checked against Discord's own description (see ``FANBOT_SPECS``)."""
        return self._requests.description is not None

    @property
    def settings(self) -> dict[str, object]:
        """Return what stands under ``[adapters.discord]`` for this fake."""
        return {
            "token": TOKEN,
            "address": f"127.0.0.1:{self.port}",
            "ca_file": str(self._certificates.ca_file),
        }

    async def go_away(self) -> None:
        """Cut every connection and take none."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await self.gateway.cut(forget=False)
            await runner.cleanup()

    async def come_back(self) -> None:
        """Serve, at the same port as before."""
        app = web.Application(client_max_size=32 * 1024**2)
        app.router.add_route("*", "/{path:.*}", self._serve)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=self._certificates.server)
        await site.start()
        self.port = runner.addresses[0][1]
        self._runner = runner

    async def write(self, channel: str, text: str, **more: Any) -> Json:
        """Let a fan or somebody of the team write; return the message."""
        state = self.world.channels[channel].get("thread_metadata") or {}
        if state.get("archived"):
            await self._requests.threads.put(channel, away=False)
        message = self.world.place(from_fan(self.world, channel, text, **more))
        await self.gateway.tell("MESSAGE_CREATE", described(self.world, message))
        return message

    async def again(self, message: Json) -> None:
        """Tell of a message once more."""
        await self.gateway.tell("MESSAGE_CREATE", described(self.world, message))

    async def change(self, message: Json, text: str) -> None:
        """Let a fan edit."""
        message.update(content=text, edited_timestamp=datetime.now(UTC).isoformat())
        await self.gateway.tell("MESSAGE_UPDATE", described(self.world, message))

    async def take_back(self, message: Json) -> None:
        """Let a fan delete."""
        channel = message["channel_id"]
        self.world.told[channel].pop(int(message["id"]), None)
        told = {"id": message["id"], "channel_id": channel}
        guild = self.world.channels[channel].get("guild_id")
        await self.gateway.tell("MESSAGE_DELETE", told if guild is None else {**told, "guild_id": guild})

    async def react(self, message: Json, emoji: str, *, fan: str = "3001") -> None:
        """Let a fan put an emoji to a message."""
        channel = message["channel_id"]
        told = {
            "user_id": fan, "channel_id": channel, "message_id": message["id"], "burst": False, "type": 0,
            "message_author_id": message["author"]["id"], "emoji": {"id": None, "name": emoji},
        }  # fmt: skip
        guild = self.world.channels[channel].get("guild_id")
        await self.gateway.tell(
            "MESSAGE_REACTION_ADD", told if guild is None else {**told, "guild_id": guild}
        )

    async def put_away(self, thread: str) -> None:
        """Put a thread away, as Discord does after a while without a word."""
        await self._requests.threads.put(thread, away=True)

    async def press(self, message: Json, choice: str, *, person: str, name: str = "Sam") -> Json:
        """Let somebody press a button that they see on a message."""
        rows = message["components"]
        assert choice in [each["custom_id"] for row in rows for each in row["components"]]
        data = {"component_type": 2, "custom_id": choice}
        return await self.interact(message["channel_id"], 3, data, fan=person, name=name, message=message)

    async def answer(self, asked: Json) -> Json | None:
        """Wait until an interaction is answered; return the message, None when the answer was taken away."""
        answers, token = self.world.answers, asked["token"]
        while token not in answers or (answers[token] or {}).get("flags", 0) & LOADING:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK)
        return answers[token]

    async def interact(
        self, channel: str, type_: int, data: Json, *, fan: str = "3001", name: str = "ada", **more: Any
    ) -> Json:
        """Let a fan press a button (type 3) or use a slash command (type 2)."""
        guild = self.world.channels[channel].get("guild_id")
        who: Json = {"user": user(fan, name)}
        if guild is not None:
            member: Json = {
                "user": user(fan, name),
                "roles": [],
                "permissions": "0",
                "joined_at": None,
                "deaf": False,
            }
            who = {"guild_id": guild, "member": {**member, "mute": False, "flags": 0}}
        id_ = self.world.snowflake()
        told = {
            "id": id_, "application_id": APPLICATION, "type": type_, "data": data, "channel_id": channel,
            "channel": {**self.world.channels[channel], "permissions": "0"}, "token": f"interaction-{id_}",
            "version": 1, "locale": "en-US", "entitlements": [], "authorizing_integration_owners": {},
            "app_permissions": "0", "attachment_size_limit": 10_000, **who, **more,
        }  # fmt: skip
        self.world.interactions[told["token"]] = told
        await self.gateway.tell("INTERACTION_CREATE", told)
        return told

    async def said(self, count: int) -> Sequence[Json]:
        """Wait until the bot said so much; return all of it, in order."""
        return await _grown(lambda: self.world.said, count)

    async def receipts(self, count: int) -> Sequence[tuple[str, str, str]]:
        """Wait for so many reactions of the bot; return channel, message and emoji of each."""
        return await _grown(lambda: self.world.reactions, count)

    async def notes(self, count: int) -> Sequence[tuple[str, str, Json]]:
        """Wait until interactions were answered so often; return the way, the token and the body of each."""
        return await _grown(lambda: self.world.notes, count)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith(API):
            return await self._requests.serve(request)
        if self.troubles.meet(f"gateway {request.host}") is not None:
            return web.Response(status=503)
        return await self.gateway.serve(request)


async def _grown(look: Callable[[], list[T]], count: int) -> list[T]:
    found = look()
    while len(found) < count:
        await asyncio.sleep(_LOOK)
        found = look()
    return found
