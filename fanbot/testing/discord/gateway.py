"""The fake Discord's gateway: sessions that begin, beat, are resumed or are thrown away."""

import asyncio
import json
import zlib
from typing import Any

from aiohttp import WSMsgType, web

from fanbot.testing.discord.world import APPLICATION, BOT, TOKEN, Json, World, user

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _RECONNECT, _INVALID, _HELLO, _ACK = 0, 1, 2, 6, 7, 9, 10, 11
_CONTENT_INTENT = 1 << 15
_LOOK = 0.01


class Session:
    """One session: numbered events, those that were sent and those that wait for a resumption."""

    def __init__(self, id_: str, intents: int) -> None:
        self.id = id_
        self.intents = intents
        self.events: list[Json] = []
        self.socket: Socket | None = None

    async def tell(self, name: str, payload: Any) -> None:
        """Note an event, and send it when somebody is connected."""
        self.events.append({"op": _DISPATCH, "t": name, "s": len(self.events) + 1, "d": payload})
        if self.socket is not None:
            await self.socket.send(self.events[-1])


class Socket:
    """One connection, compressed when it was asked for."""

    def __init__(self, ws: web.WebSocketResponse, compress: str) -> None:
        self.ws = ws
        self._zlib = zlib.compressobj() if compress == "zlib-stream" else None
        self._turn = asyncio.Lock()

    async def send(self, told: Json) -> None:
        """Send one payload, or nothing when the other side is gone."""
        text = json.dumps(told)
        async with self._turn:
            try:
                if self._zlib is None:
                    await self.ws.send_str(text)
                else:
                    packed = self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
                    await self.ws.send_bytes(packed)
            except ConnectionError:
                return


class Gateway:
    """All sessions; ``heard`` lists what clients sent by operation, ``beats`` are milliseconds.

    ``resume_url`` is where a session is told to be resumed.
    """

    def __init__(self, world: World, *, beats: int = 41_250) -> None:
        self.world = world
        self.beats = beats
        self.sessions: dict[str, Session] = {}
        self.heard: list[int] = []
        self.resume_url = "wss://gateway-resume.discord.gg"
        self._changed = asyncio.Event()

    @property
    def live(self) -> list[Session]:
        """Return the sessions with somebody connected."""
        return [each for each in self.sessions.values() if each.socket is not None]

    async def connected(self) -> None:
        """Wait until somebody is."""
        while not self.live:
            self._changed.clear()
            await self._changed.wait()

    async def caught_up(self) -> None:
        """Wait until whoever is connected has read everything that was sent: it answers a beat (op 1)."""
        before = len(self.heard)
        for session in self.live:
            assert session.socket is not None
            await session.socket.send({"op": _HEARTBEAT, "d": None})
        while _HEARTBEAT not in self.heard[before:]:  # noqa: ASYNC110 - it also counts what clients say
            await asyncio.sleep(_LOOK)

    async def tell(self, name: str, payload: Json) -> None:
        """Tell every session, also one that nobody is connected to just now."""
        for session in self.sessions.values():
            await session.tell(name, _seen(payload, session))

    async def reconnect(self) -> None:
        """Ask everybody to connect again and resume (op 7)."""
        for session in self.live:
            assert session.socket is not None
            await session.socket.send({"op": _RECONNECT, "d": None})

    async def cut(self, *, forget: bool) -> None:
        """Drop every connection without a word; ``forget``: what follows is a new session (op 9)."""
        sessions = self.live
        if forget:
            self.sessions.clear()
        for session in sessions:
            socket, session.socket = session.socket, None
            assert socket is not None
            if socket.ws._req is not None and socket.ws._req.transport is not None:  # noqa: SLF001 - no other way
                socket.ws._req.transport.abort()  # noqa: SLF001

    async def invalidate(self) -> None:
        """Throw the sessions away in the open (op 9)."""
        sessions = self.live
        self.sessions.clear()
        for session in sessions:
            assert session.socket is not None
            await session.socket.send({"op": _INVALID, "d": False})

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection to its end."""
        ws = web.WebSocketResponse(max_msg_size=16_384)
        await ws.prepare(request)
        compress = request.query.get("compress", "")
        if compress not in ("", "zlib-stream"):
            await ws.close(code=4012, message=b"the fake knows zlib-stream alone")
            return ws
        socket = Socket(ws, compress)
        await socket.send({"op": _HELLO, "d": {"heartbeat_interval": self.beats}})
        session: Session | None = None
        async for message in ws:
            if message.type is not WSMsgType.TEXT:
                continue
            told = json.loads(message.data)
            self.heard.append(told["op"])
            if told["op"] == _HEARTBEAT:
                await socket.send({"op": _ACK, "d": None})
            elif told["op"] == _IDENTIFY:
                session = await self._identify(socket, told["d"])
            elif told["op"] == _RESUME:
                session = await self._resume(socket, told["d"])
        if session is not None and session.socket is socket:
            session.socket = None
            if ws.close_code in (1000, 1001):
                self.sessions.pop(session.id, None)
        return ws

    async def _identify(self, socket: Socket, told: Json) -> Session | None:
        if told["token"] != TOKEN:
            await socket.ws.close(code=4004, message=b"Authentication failed.")
            return None
        if told["intents"] & _CONTENT_INTENT and not self.world.flags:
            await socket.ws.close(code=4014, message=b"Disallowed intent(s).")
            return None
        session = Session(self.world.snowflake(), told["intents"])
        self.sessions = {session.id: session}
        session.socket = socket
        await session.tell(
            "READY",
            {
                "v": 10,
                "user": user(BOT, "Nova's assistant", bot=True),
                "session_id": session.id,
                "resume_gateway_url": self.resume_url,
                "guilds": [{"id": each, "unavailable": True} for each in self.world.servers],
                "application": {"id": APPLICATION, "flags": self.world.flags},
                "private_channels": [],
                "shard": [0, 1],
            },
        )
        for server in self.world.servers:
            await session.tell("GUILD_CREATE", self.world.server(server))
        self._changed.set()
        return session

    async def _resume(self, socket: Socket, told: Json) -> Session | None:
        session = self.sessions.get(told["session_id"] or "")
        if session is None or told["token"] != TOKEN:
            await socket.send({"op": _INVALID, "d": False})
            return None
        for event in [each for each in session.events if each["s"] > (told["seq"] or 0)]:
            await socket.send(event)
        session.socket = socket
        await session.tell("RESUMED", {})
        self._changed.set()
        return session


def _seen(payload: Json, session: Session) -> Json:
    """Take the words out for whoever may not read them."""
    if session.intents & _CONTENT_INTENT or "guild_id" not in payload or "content" not in payload:
        return payload
    return {**payload, "content": "", "attachments": [], "components": []}
