"""Who is looking: the cookie, and the session behind it."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from fanbot.console.room import Room

LASTS = timedelta(days=30)
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")


class NotSignedInError(Exception):
    """Nobody is signed in. ``part``: what was asked for is a part of a page, or a stream."""

    def __init__(self, *, part: bool = False) -> None:
        super().__init__("nobody is signed in")
        self.part = part


@dataclass(frozen=True, slots=True)
class Visitors:
    """Know who is signed in. The cookie holds a random key; the store has its SHA-256 alone."""

    room: Room

    @property
    def cookie(self) -> str:
        """Name the cookie; with ``__Host-`` no other host or path can set it."""
        return "__Host-fanbot" if self.room.secure else "fanbot"

    async def who(self, request: Request) -> str:
        """Name who is signed in, empty for nobody; somebody who left the team is nobody."""
        if self.room.open_as:
            return self.room.open_as
        key = self._key(request)
        if key is None:
            return ""
        session = await self.room.sessions.find(key, now=self.room.clock.now())
        return session.who if session is not None and session.who in self.room.names else ""

    async def required(self, request: Request) -> None:
        """Let a page through for somebody who is signed in, noted as ``me``; raises NotSignedInError."""
        request.state.me = await self.who(request)
        if not request.state.me:
            raise NotSignedInError(part="hx-request" in request.headers)

    async def required_in_part(self, request: Request) -> None:
        """Do the same for a part of a page, which cannot lead to the sign-in by itself."""
        request.state.me = await self.who(request)
        if not request.state.me:
            raise NotSignedInError(part=True)

    async def begin(self, request: Request, response: Response, *, who: str) -> None:
        """Sign somebody in under a new key; the one that the browser brought ends."""
        await self.end(request)
        key, now = secrets.token_urlsafe(32), self.room.clock.now()
        await self.room.sessions.begin(_hash(key), who=who, now=now, until=now + LASTS)
        response.set_cookie(
            self.cookie,
            key,
            max_age=int(LASTS.total_seconds()),
            path="/",
            secure=self.room.secure,
            httponly=True,
            samesite="strict",
        )

    async def end(self, request: Request) -> None:
        """Sign out the session that the browser brought, if it did."""
        key = self._key(request)
        if key is not None:
            await self.room.sessions.end(key)

    def forget(self, response: Response) -> None:
        """Let the browser forget its key."""
        response.delete_cookie(
            self.cookie, path="/", secure=self.room.secure, httponly=True, samesite="strict"
        )

    def _key(self, request: Request) -> str | None:
        key = request.cookies.get(self.cookie, "")
        return _hash(key) if _KEY.fullmatch(key) else None


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
