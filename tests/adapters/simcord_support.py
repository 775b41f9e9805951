"""simcord's Discord behind a wire: its rules and its payloads, reached by the adapter as it reaches Discord.

simcord is somebody else's model of Discord for discord.py's users. It has no wire of its own, so its model
stands behind the TLS server and the gateway of our fake; what the model says is passed on as it is.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any, Self

import orjson
import pytest
from aiohttp import web

from fanbot.testing.discord import FakeDiscord
from fanbot.testing.discord.gateway import Gateway
from fanbot.testing.discord.requests import API
from fanbot.testing.discord.world import APPLICATION, BOT, MESSAGE_CONTENT, TOKEN
from tests.adapters.discord_support import folder

pytest.importorskip("simcord", reason="simcord is not installed; requirements-dev.lock has it")

from simcord import interactions
from simcord._clock import Clock
from simcord.backend import Backend, serializers
from simcord.backend.errors import BackendError
from simcord.backend.models import Message
from simcord.http import routes  # noqa: F401 - registers what simcord answers
from simcord.http.router import RouteNotImplemented, UnsupportedField, dispatch

BUTTON, COMMAND = 3, 2
_WORDS = (0, 19, 20)
"""Types of messages that somebody wrote."""


class _Now(Clock):
    """The time of the machine: the adapter reads how old a message is from its id."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class _World:
    """What our gateway asks of a world, answered by simcord's."""

    flags = MESSAGE_CONTENT

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    @property
    def servers(self) -> dict[str, str]:
        return {str(id_): guild.name for id_, guild in self._backend.guilds.items()}

    def server(self, id_: str) -> Any:
        return serializers.guild_create_payload(self._backend, self._backend.guilds[int(id_)])

    def snowflake(self) -> str:
        return str(self._backend.snowflake())


class SimDiscord(FakeDiscord):
    """A server with a channel for questions, one for the team, another with a thread, and a fan.

    ``gaps`` names requests that simcord does not know; a test that met one shows nothing.
    """

    def __init__(self) -> None:
        super().__init__(folder())
        self.gaps: list[str] = []
        self.backend = backend = Backend(clock=_Now())
        del backend.users[backend.bot_user.id]
        backend.bot_user.id, backend.application_id = int(BOT), int(APPLICATION)
        backend.users[backend.bot_user.id] = backend.bot_user
        self.server = backend.create_guild("Nova's").id
        self.questions = backend.create_channel(self.server, "questions").id
        self.talk = backend.create_channel(self.server, "talk").id
        self.team = backend.create_channel(self.server, "team").id
        self.fan = self.somebody("Ada")
        self.thread = backend.create_thread(self.talk, "a thread", self.fan).id
        self.direct = backend.get_dm_channel(self.fan).id
        self.gateway = Gateway(_World(backend))  # type: ignore[arg-type] - it asks for no more
        self._events: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        backend.subscribers.append(lambda name, payload: self._events.put_nowait((name, payload)))
        self._telling: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._telling = asyncio.create_task(self._tell())
        await super().__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._telling is not None
        self._telling.cancel()
        await super().__aexit__()
        assert self.gaps == []

    def somebody(self, name: str) -> int:
        """Let a person join the server; return their id."""
        user = self.backend.make_user(name.lower(), global_name=name)
        self.backend.add_member(self.server, user.id)
        return user.id

    def says(self, channel: int, text: str, *, reply_to: int = 0, by: int = 0) -> Message:
        """Let the fan write."""
        reference = None
        if reply_to:
            wanted = {"channel_id": str(channel), "message_id": str(reply_to)}
            reference = self.backend.normalize_message_reference(channel, wanted)
        return self.backend.create_message(channel, by or self.fan, text, reference=reference)

    def press(self, message: Message, choice: str, *, by: int = 0) -> Any:
        """Let the fan, or somebody else, press a button below a message; return simcord's record of it."""
        shown = [button for row in message.components for button in row["components"]]
        assert choice in [button["custom_id"] for button in shown]
        data = {"custom_id": choice, "component_type": 2}
        more = {"message": dict(serializers.message_payload(self.backend, message))}
        record = self._interact(message.channel_id, by or self.fan, BUTTON, data, **more)
        record.source_message_id = message.id
        return record

    def command(self, channel: int, name: str) -> Any:
        """Let the fan use a slash command, which must have been registered; return simcord's record of it."""
        known = next(each for each in self.backend.commands[None].values() if each["name"] == name)
        data = {"id": known["id"], "name": name, "type": known["type"]}
        return self._interact(channel, self.fan, COMMAND, data)

    @property
    def bots(self) -> list[Message]:
        """Return what the bot wrote for all to see, in order; not that it opened a thread."""
        told = [each for channel in self.backend.messages.values() for each in channel.values()]
        ours = [
            each
            for each in told
            if each.author_id == int(BOT) and each.type in _WORDS and not each.is_ephemeral
        ]
        return sorted(ours, key=lambda message: message.id)

    def _interact(self, channel: int, user: int, type_: int, data: dict[str, Any], **more: Any) -> Any:
        record, payload = interactions.base_payload(
            self.backend,
            type=type_,
            channel_id=channel,
            guild_id=self.backend.get_channel(channel).guild_id,
            user_id=user,
            data=data,
        )
        self.backend.emit("INTERACTION_CREATE", {**payload, **more})
        return record

    async def _tell(self) -> None:
        while True:
            name, payload = await self._events.get()
            await self.gateway.tell(name, orjson.loads(orjson.dumps(payload)))

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if not request.path.startswith(API):
            return await self.gateway.serve(request)
        path = request.rel_url.raw_path.removeprefix(API)
        by_token = path.startswith(("/interactions", "/webhooks"))
        if not by_token and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return _answer({"code": 0, "message": "401: Unauthorized"}, status=401)
        raw = await request.read()
        body = orjson.loads(raw) if raw else None
        try:
            done = dispatch(self.backend, request.method, path, json=body, params=dict(request.query))
        except (RouteNotImplemented, UnsupportedField) as gap:
            self.gaps.append(str(gap))
            return _answer({"code": 0, "message": str(gap)}, status=501)
        except BackendError as refused:
            return _answer(refused.to_json(), status=refused.status)
        return web.Response(status=204) if done is None else _answer(done)


def _answer(told: Any, *, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(told), content_type="application/json", status=status)
