"""The fake Discord's requests: the few that a bot like fanbot makes, checked before they act."""

import asyncio
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
from aiohttp import web

from fanbot.testing.discord.gateway import Gateway
from fanbot.testing.discord.messages import described, from_bot
from fanbot.testing.discord.responding import Responses
from fanbot.testing.discord.schema import FILE, Description
from fanbot.testing.discord.threads import LONGEST_CONTENT, Threads
from fanbot.testing.discord.troubles import Cut, Refusal, Refused, Troubles
from fanbot.testing.discord.world import (
    APPLICATION,
    BOT,
    TOKEN,
    Json,
    Request,
    World,
    user,
)

API = "/api/v10"


class Requests:
    """Answer requests; ``specs`` is the folder with Discord's own description, if there is one."""

    def __init__(self, world: World, gateway: Gateway, troubles: Troubles) -> None:
        self.world = world
        self.gateway = gateway
        self.troubles = troubles
        self.threads = Threads(world, gateway)
        self.responses = Responses(world)
        self.description = description()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, or cut it."""
        raw = await request.read()
        body = orjson.loads(raw) if raw else None
        path = request.rel_url.raw_path.removeprefix(API)
        self.world.requests.append(Request(request.method, path, body, request.host))
        trouble = self.troubles.meet(f"{request.method} {path}")
        if trouble is Cut.BEFORE:
            return _cut(request)
        if isinstance(trouble, Refusal) and not trouble.acts:
            return _answer(trouble)
        try:
            done = await self._act(request, path, body)
        except Refused as refused:
            return _answer(refused.answer)
        if trouble is Cut.AFTER:
            return _cut(request)
        if isinstance(trouble, Refusal):
            return _answer(trouble)
        headers = {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "49", "X-RateLimit-Reset-After": "1"}
        headers |= {"X-RateLimit-Reset": str(time.time() + 1), "Via": "1.1 fake"}
        if done is None:
            return web.Response(status=204, headers=headers)
        return web.Response(body=orjson.dumps(done), content_type="application/json", headers=headers)

    async def _act(self, request: web.Request, path: str, body: Any) -> Any:
        method, parts = request.method, [unquote(part) for part in path.strip("/").split("/")]
        if (
            parts[0] not in ("interactions", "webhooks")
            and request.headers.get("Authorization") != f"Bot {TOKEN}"
        ):
            raise Refused(401, 0, "401: Unauthorized")
        self._check(method, path, body)
        if parts[0] == "channels" and len(parts) > 1:
            return await self._in_channel(request, parts[1], parts[2:], body)
        if parts[0] in ("interactions", "webhooks", "applications") and method != "GET":
            return self._interact(method, parts, body)
        return self._about(method, parts)

    def _about(self, method: str, parts: list[str]) -> Any:
        match method, parts:
            case "GET", ["users", "@me"]:
                return user(BOT, "Nova's assistant", bot=True)
            case "GET", ["oauth2", "applications", "@me"] | ["applications", "@me"]:
                return self._application()
            case "GET", ["users", "@me", "guilds"]:
                may = {"owner": False, "permissions": str(self.world.everybody_may), "features": []}
                return [{"id": id_, "name": name, **may} for id_, name in self.world.servers.items()]
            case "GET", ["guilds", id_] if id_ in self.world.servers:
                return self.world.server(id_)
            case "GET", ["applications", _, "commands"]:
                return self._commands()
            case "GET", ["guilds", _, "members", who]:
                return {"user": user(who, bot=True), "roles": ["800000000000000009"], "joined_at": None}
        raise Refused(404, 0, "404: Not Found")

    def _interact(self, method: str, parts: list[str], body: Any) -> Any:
        match method, parts:
            case "PUT", ["applications", _, "commands"]:
                self.world.commands = body
                return self._commands()
            case "POST", ["interactions", _, token, "callback"]:
                self.world.notes.append(("callback", token, body))
                return self.responses.call_back(token, body)
            case (("POST" | "PATCH" | "DELETE"), ["webhooks", _, token, *_]):
                self.world.notes.append((method.lower(), token, body))
                match method:
                    case "POST":
                        return self.responses.follow(token, body)
                    case "PATCH":
                        return self.responses.change(token, body)
                return self.responses.take_away(token)
        raise Refused(404, 0, "404: Not Found")

    async def _in_channel(self, request: web.Request, id_: str, rest: list[str], body: Any) -> Any:
        if id_ in self.world.hidden:
            status, code = self.world.hidden[id_]
            raise Refused(status, code, "hidden")
        if id_ not in self.world.channels:
            raise Refused(404, 10003, "Unknown Channel")
        match request.method, rest:
            case "GET", []:
                return self.world.channels[id_]
            case "GET", ["messages"]:
                return self._history(id_, request.query)
            case "POST", ["messages"]:
                return await self._write(id_, body)
            case "PATCH", []:
                return await self.threads.change(id_, body)
            case "PATCH", ["messages", message]:
                return await self.threads.edit(id_, message, body)
            case "POST", ["messages", message, "threads"]:
                return await self.threads.start(id_, message, body)
            case "PUT", ["messages", message, "reactions", emoji, "@me"]:
                self.world.reactions.append((id_, message, emoji))
                return None
        raise Refused(404, 0, "404: Not Found")

    def _history(self, channel: str, query: Mapping[str, str]) -> list[Json]:
        limit, after = int(query.get("limit", 50)), int(query.get("after", 0))
        told = self.world.told.get(channel, {})
        following = sorted(id_ for id_ in told if id_ > after)
        page = following[:limit] if "after" in query else following[-limit:]
        shown = [told[id_] for id_ in reversed(page)]
        return [
            {key: part for key, part in each.items() if key not in ("nonce", "guild_id", "member")}
            for each in shown
        ]

    async def _write(self, channel: str, body: Json) -> Json:
        self.threads.check_open(channel)
        content = body.get("content") or ""
        if len(content) > LONGEST_CONTENT:
            raise Refused(400, 50035, "Invalid Form Body")
        if not content.strip():
            raise Refused(400, 50006, "Cannot send an empty message")
        nonce = str(body["nonce"]) if body.get("nonce") is not None else ""
        if nonce and body.get("enforce_nonce"):
            before = self.world.answered_before(channel, nonce)
            if before is not None:
                self.world.repeats[nonce] += 1
                return before
        message = self.world.place(from_bot(self.world, channel, body))
        if nonce:
            self.world.nonces[channel, nonce] = (time.monotonic(), message)
            self.world.keys[message["id"]] = nonce
        await self.gateway.tell("MESSAGE_CREATE", described(self.world, message))
        return message

    def _commands(self) -> list[Json]:
        more = {"application_id": APPLICATION, "default_member_permissions": None, "version": "1"}
        return [{"id": self.world.snowflake(), **more, **each} for each in self.world.commands]

    def _application(self) -> Json:
        return {
            "id": APPLICATION, "name": "Nova's assistant", "icon": None, "description": "",
            "bot_public": True,
            "bot_require_code_grant": False, "verify_key": "0", "flags": self.world.flags,
            "owner": user("7", "nova"), "team": None, "rpc_origins": [], "install_params": None,
            **self.world.settings,
        }  # fmt: skip

    def _check(self, method: str, path: str, body: Any) -> None:
        if self.description is None:
            return
        complaints = self.description.complaints(method, path, body)
        if complaints:
            self.world.complaints += complaints
            raise Refused(400, 50035, "; ".join(complaints))


def description() -> Description | None:
    """Load Discord's own description from the folder ``FANBOT_SPECS``; None when there is none."""
    folder = os.environ.get("FANBOT_SPECS", "")
    file = Path(folder, FILE)
    return Description(file) if folder and file.exists() else None


def _answer(refusal: Refusal) -> web.Response:
    body = orjson.dumps(refusal.body)
    return web.Response(
        status=refusal.status, body=body, content_type="application/json", headers=dict(refusal.headers)
    )


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        assert isinstance(request.transport, asyncio.Transport)
        request.transport.abort()
    return web.Response(status=500)
