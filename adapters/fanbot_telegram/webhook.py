"""Be told of updates over HTTP: one at a time, and nothing is confirmed that is not stored."""

import asyncio
import hmac
import json
from collections.abc import Mapping
from typing import Any

from telegram.error import TelegramError

from fanbot.errors import StoreError
from fanbot.ports.web import Receive, Scope, Send
from fanbot_telegram import failures
from fanbot_telegram.api import Api
from fanbot_telegram.polling import ALLOWED
from fanbot_telegram.reader import Reader
from fanbot_telegram.standing import Standing
from fanbot_telegram.taking import Take

_LARGEST = 4 * 1024 * 1024
"""Bytes of an update."""
_HEADER = b"x-telegram-bot-api-secret-token"
_LOOK = 300.0
"""Seconds between looks whether the webhook is still ours."""
_PATIENCE = 30.0
"""Seconds that a request waits for its update to be stored; the platform then comes again."""
MOVED = (
    "The webhook of this bot was changed by somebody else, so its messages do not come here and fanbot "
    "sends nothing. Start fanbot again to take it back, or stop one of the two."
)


class Webhook:
    """An ASGI application that the platform posts to, heard only while somebody listens."""

    def __init__(
        self,
        api: Api,
        *,
        url: str,
        secret: str,
        standing: Standing,
        look: float = _LOOK,
    ) -> None:
        """Let the platform post to ``url`` with this ``secret``; look after it every ``look`` seconds."""
        self._api = api
        self._url = url
        self._secret = secret.encode()
        self._standing = standing
        self._look = look
        self._take: Take | None = None
        self._reader: Reader | None = None
        self._turn = asyncio.Lock()

    async def listen(self, take: Take, reader: Reader) -> None:
        """Set the webhook and take what comes until cancelled; raises TelegramError when it cannot be set."""
        self._take, self._reader = take, reader
        try:
            await self._api.call(
                "setWebhook",
                {
                    "url": self._url,
                    "secret_token": self._secret.decode(),
                    "max_connections": 1,
                    "allowed_updates": ALLOWED,
                },
            )
            self._standing.well()
            while True:
                await asyncio.sleep(self._look)
                await self._watch()
        finally:
            self._take = None

    async def _watch(self) -> None:
        try:
            info = await self._api.call("getWebhookInfo")
        except TelegramError as error:
            if why := failures.hearing(error):
                self._standing.troubled(why)
            return
        if info.get("url") == self._url:
            self._standing.well()
        else:
            self._standing.troubled(MOVED)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: 200 when its update is stored, 503 when it is not."""
        if scope["type"] != "http":
            return
        status = await self._status(scope, receive)
        headers = [(b"content-length", b"0"), (b"x-content-type-options", b"nosniff")]
        if status == 503:
            headers.append((b"retry-after", b"5"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _status(self, scope: Scope, receive: Receive) -> int:
        if scope["method"] != "POST":
            return 405
        given = next((value for name, value in scope["headers"] if name.lower() == _HEADER), b"")
        if not hmac.compare_digest(given, self._secret):
            return 403
        body = await _body(receive)
        if body is None:
            return 413
        try:
            update = json.loads(body)
        except ValueError:
            return 400
        return await self._taken(update) if isinstance(update, dict) else 400

    async def _taken(self, update: Mapping[str, Any]) -> int:
        try:
            async with asyncio.timeout(_PATIENCE), self._turn:
                if self._take is None or self._reader is None:
                    return 503
                if found := self._reader.read(update):
                    await self._take(found)
        except (StoreError, TimeoutError):
            return 503
        return 200


async def _body(receive: Receive) -> bytes | None:
    """Return the body; None when it is too large or its sender went away."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > _LARGEST:
            return None
        if not message.get("more_body"):
            return bytes(body)
