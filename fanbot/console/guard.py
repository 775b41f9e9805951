"""What every request passes before a page sees it: the host, the origin, and a body of bounded size."""

import asyncio
import re
from collections.abc import Collection, Mapping, MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

from fanbot.console.origin import own, served
from fanbot.ports.web import App, Receive, Scope, Send

LONGEST_BODY = 64 * 1024
"""Bytes."""
_BODY_TIME = 10.0
"""Seconds in which a body must have arrived."""
_LENGTH = re.compile(r"[0-9]{1,9}")
_READING = ("GET", "HEAD", "OPTIONS")


class Guard:
    """Stand before an application; what is refused here never reaches it."""

    def __init__(
        self, app: App, *, hosts: Collection[str], headers: Mapping[str, str], body_time: float = _BODY_TIME
    ) -> None:
        """Guard ``app``; ``headers`` leave with every answer that does not say otherwise."""
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._headers = headers
        self._body_time = body_time

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let an HTTP request through, or refuse it in plain words."""
        if scope["type"] != "http":
            return

        async def dressed(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    given.setdefault(name, value)
            await send(message)

        refusal, body = self._refusal(scope), b""
        if refusal is None and scope["method"] not in _READING:
            body, refusal = await self._read(receive)
        if refusal is not None:
            await refusal(scope, receive, dressed)
            return
        await self._app(scope, _again(body, receive), dressed)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        if not served(headers.get("host", ""), self._hosts):
            return _plain(421, "This address does not serve the page. Use the address that fanbot prints.")
        if scope["method"] not in _READING and not own(headers):
            return _plain(403, "This did not come from one of our own pages. Nothing was changed.")
        length = headers.get("content-length", "0")
        if not _LENGTH.fullmatch(length) or int(length) > LONGEST_BODY:
            return _too_long()
        return None

    async def _read(self, receive: Receive) -> tuple[bytes, PlainTextResponse | None]:
        body = bytearray()
        try:
            async with asyncio.timeout(self._body_time):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return b"", _plain(400, "The connection was cut. Nothing was changed.")
                    body += message.get("body", b"")
                    if len(body) > LONGEST_BODY:
                        return b"", _too_long()
                    if not message.get("more_body", False):
                        return bytes(body), None
        except TimeoutError:
            return b"", _plain(408, "Your words arrived too slowly. Nothing was changed; please try again.")


def _again(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read already, then whatever the connection says."""
    left: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> MutableMapping[str, Any]:
        return left.pop() if left else await receive()

    return read


def _plain(status: int, words: str) -> PlainTextResponse:
    return PlainTextResponse(f"{words}\n", status, {"Connection": "close"} if status == 408 else {})


def _too_long() -> PlainTextResponse:
    return _plain(413, "This is too long: a page can send 64 KB at once. Nothing was changed.")
