"""What every response tells the browser to allow, and how long a reader may take."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SLOWEST = 30.0
"""Seconds that a reader may leave one piece of a response untaken."""
_SEALED = "default-src 'none'; frame-ancestors 'none'"


def page_policy(origins: Sequence[str]) -> str:
    """Write the Content-Security-Policy of the page: itself alone, framed by these origins.

    >>> page_policy(["https://example.org"]).rpartition("; ")[2]
    "frame-ancestors 'self' https://example.org"
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self' data: blob:",
            "form-action 'none'",
            "base-uri 'none'",
            " ".join(("frame-ancestors 'self'", *origins)),
        )
    )


class _TooSlowError(Exception):
    """A reader takes nothing any more."""


class Careful:
    """An application whose every response carries the headers, unless it has stricter ones itself."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; a reader who takes nothing for half a minute is let go."""

        async def carefully(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers["Permissions-Policy"] = (
                    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
                )
                headers.setdefault("Content-Security-Policy", _SEALED)
                headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
                headers.setdefault("Cache-Control", "no-store")
            try:
                async with asyncio.timeout(_SLOWEST):
                    await send(message)
            except TimeoutError as error:
                raise _TooSlowError from error

        with suppress(_TooSlowError):
            await self._app(scope, receive, carefully)
