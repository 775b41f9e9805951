"""The Bot API server itself: methods, troubles on demand, and a record of everything that it saw."""

import asyncio
import json
import re
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl

from fanbot.testing.telegram import limits
from fanbot.testing.telegram.chats import Chats
from fanbot.testing.telegram.http import Answer, CutError, Listener, Request, post
from fanbot.testing.telegram.official import Official
from fanbot.testing.telegram.sent import Sent
from fanbot.testing.telegram.troubles import Cut, Refusal
from fanbot.testing.telegram.updates import ConflictError

__all__ = ["TOKEN", "Cut", "FakeTelegram", "Refusal", "fake_telegram"]

TOKEN = "123456789:AAFakeTokenOfAFakeBot_0123456789-xyz"  # noqa: S105 - it opens nothing
ME: Mapping[str, Any] = {
    "id": 123456789,
    "is_bot": True,
    "first_name": "Nova",
    "username": "nova_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
}
_TEXTS = ("text", "url", "secret_token", "callback_query_id", "language_code", "parse_mode", "name", "action")
_SOON = 0.02
"""Seconds after which a webhook that took nothing is tried again."""


class FakeTelegram(Chats):
    """One bot's platform. ``faults`` holds what no client should have asked, ``calls`` counts methods."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        super().__init__(ME)
        self.answered: list[str] = []
        self.calls: Counter[str] = Counter()
        self.faults: list[str] = []
        self.revoked = False
        self.webhook: dict[str, Any] = {}
        self.webhook_error: dict[str, Any] = {}
        self.menus: dict[str, Any] = {}
        self.refused_posts: Counter[int] = Counter()
        self.listener = Listener(self._answer)
        self._troubles: dict[str, deque[Cut | Refusal]] = {}
        self._official = Official.at_hand()

    @property
    def base_url(self) -> str:
        """Return what stands before the token."""
        return f"http://127.0.0.1:{self.listener.port}/bot"

    @property
    def checks_officially(self) -> bool:
        """Tell whether requests are checked against the official description."""
        return self._official is not None

    def next(self, method: str, *troubles: Cut | Refusal) -> None:
        """Let the next calls of a method fail like this."""
        self._troubles.setdefault(method, deque()).extend(troubles)

    async def until_sent(self, count: int) -> list[Sent]:
        """Wait until so many messages stand in the chats; return all."""
        while len(self.sent) < count:
            await self.updates.change()
        return self.sent

    async def until_confirmed(self, count: int) -> None:
        """Wait until so many updates are confirmed."""
        while len(self.updates.confirmed) < count:
            await self.updates.change()

    async def until_asked(self, count: int = 1) -> None:
        """Wait until updates were asked for so often."""
        while self.updates.asked < count:
            await self.updates.change()

    async def delivering(self) -> None:
        """Post what waits to the webhook, one after the other and again until it is taken."""
        while True:
            if not (self.webhook and self.updates.pending):
                await self.updates.change()
                continue
            update = self.updates.pending[0]
            headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
            status = await post(self.webhook["url"], json.dumps(update).encode(), headers)
            if 200 <= status < 300:
                self.updates.confirm(update["update_id"] + 1)
            else:
                self.refused_posts[status] += 1
                await asyncio.sleep(_SOON)

    async def _answer(self, request: Request) -> Answer:
        found = re.fullmatch(r"/bot([^/]+)/(\w+)", request.path)
        if found is None or found[1] != TOKEN or self.revoked:
            return _refused(Refusal(401, "Unauthorized"))
        method = found[2]
        self.calls[method] += 1
        wanted = _parameters(request.body)
        self.faults += limits.faults(method, wanted)
        if self._official is not None:
            self.faults += self._official.faults(method, wanted)
        waiting = self._troubles.get(method)
        trouble = waiting.popleft() if waiting else None
        if trouble is Cut.BEFORE:
            raise CutError
        if isinstance(trouble, Refusal):
            return _refused(trouble)
        if reason := limits.refusal(method, wanted):
            return _refused(Refusal(400, reason))
        if refusal := self.refusal_there(method, wanted):
            return _refused(refusal)
        act = getattr(self, f"_do_{method}", None)
        if act is None:
            return _refused(Refusal(404, "Not Found"))
        result = await act(wanted)
        if isinstance(result, Refusal):
            return _refused(result)
        if trouble is Cut.AFTER:
            raise CutError
        return Answer(200, json.dumps({"ok": True, "result": result}).encode())

    async def _do_getMe(self, _: Mapping[str, Any]) -> object:  # noqa: N802 - the platform's name
        return self.me

    async def _do_getUpdates(self, wanted: Mapping[str, Any]) -> object:  # noqa: N802 - the platform's name
        if self.webhook:
            return Refusal(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook"
            )
        try:
            return await self.updates.get(
                offset=wanted.get("offset", 0),
                limit=wanted.get("limit", 100),
                wait=wanted.get("timeout", 0),
                allowed=wanted.get("allowed_updates"),
            )
        except ConflictError:
            return Refusal(409, "Conflict: terminated by other getUpdates request")

    async def _do_answerCallbackQuery(self, wanted: Mapping[str, Any]) -> object:  # noqa: N802 - as above
        self.answered.append(wanted["callback_query_id"])
        self.updates.tell()
        return True

    async def _do_setMyCommands(self, wanted: Mapping[str, Any]) -> object:  # noqa: N802 - the platform's name
        self.menus[wanted.get("language_code", "")] = wanted["commands"]
        return True

    async def _do_getMyCommands(self, wanted: Mapping[str, Any]) -> object:  # noqa: N802 - the platform's name
        return self.menus.get(wanted.get("language_code", ""), [])

    async def _do_setWebhook(self, wanted: Mapping[str, Any]) -> object:  # noqa: N802 - the platform's name
        self.webhook = dict(wanted) if wanted["url"] else {}
        self.updates.allowed = wanted.get("allowed_updates", self.updates.allowed)
        self.updates.tell()
        return True

    async def _do_deleteWebhook(self, wanted: Mapping[str, Any]) -> object:  # noqa: N802 - the platform's name
        self.webhook = {}
        if wanted.get("drop_pending_updates"):
            self.updates.pending.clear()
        return True

    async def _do_getWebhookInfo(self, _: Mapping[str, Any]) -> object:  # noqa: N802 - the platform's name
        return {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates.pending),
            **self.webhook_error,
        }


def _parameters(body: bytes) -> dict[str, Any]:
    """Read a form: texts as they are, everything else as JSON."""
    form = parse_qsl(body.decode(), keep_blank_values=True)
    return {name: value if name in _TEXTS else json.loads(value) for name, value in form}


def _refused(refusal: Refusal) -> Answer:
    told: dict[str, object] = {
        "ok": False,
        "error_code": refusal.status,
        "description": refusal.description,
    }
    if refusal.parameters:
        told["parameters"] = refusal.parameters
    return Answer(refusal.status, json.dumps(told).encode())


@asynccontextmanager
async def fake_telegram() -> AsyncIterator[FakeTelegram]:
    """Serve the platform on loopback, and deliver to its webhook when one is set."""
    fake = FakeTelegram()
    async with fake.listener:
        delivering = asyncio.create_task(fake.delivering())
        try:
            yield fake
        finally:
            delivering.cancel()
            with suppress(asyncio.CancelledError):
                await delivering
