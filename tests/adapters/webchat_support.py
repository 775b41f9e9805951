"""A web chat on loopback for tests: its conversations in memory, and a visitor's side of the wire."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from fanbot.domain.messages import Address, Choice, Inbound
from fanbot.ports.platform import Dispatch
from fanbot.ports.web import App, Bubble, Voice
from fanbot.testing.files import MemoryFiles
from fanbot.testing.intake import ListIntake
from fanbot_webchat.platform import WebchatPlatform
from fanbot_webchat.settings import Settings, read
from fanbot_webchat.streams import Streams

SECRET = b"the same at every start of it...."
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


class MemoryCorrespondence:
    """Conversations in memory. ``trouble`` is raised instead of every answer while it is set."""

    def __init__(self) -> None:
        self.kept: dict[str, list[Bubble]] = {}
        self.trouble: Exception | None = None

    def add(self, visitor: str, bubble: Bubble) -> None:
        """Keep a bubble once by its key."""
        kept = self.kept.setdefault(visitor, [])
        if bubble.key not in {other.key for other in kept}:
            kept.append(bubble)

    async def bubbles(self, address: Address, *, limit: int = 200) -> Sequence[Bubble]:
        if self.trouble:
            raise self.trouble
        return tuple(self.kept.get(address.channel, ())[-limit:])

    async def export(
        self, *, platform: str, user: str, contents: bool = True
    ) -> AsyncIterator[Mapping[str, object]]:
        if self.trouble:
            raise self.trouble
        assert platform == "webchat"
        for bubble in self.kept.get(user, ()):
            yield {"type": "message", "key": bubble.key, "who": bubble.voice.value, "text": bubble.text}

    async def erase(self, *, platform: str, user: str) -> bool:
        if self.trouble:
            raise self.trouble
        assert platform == "webchat"
        return self.kept.pop(user, None) is not None


class Store:
    """What stands behind the chat: an intake that keeps each event once and shows it as a bubble."""

    def __init__(self) -> None:
        self.correspondence = MemoryCorrespondence()
        self.intake = ListIntake()
        self.files = MemoryFiles()

    async def __call__(self, events: Sequence[Inbound], /) -> Sequence[bool]:
        """Keep events as the real intake does; hostile ones come back out as they came in."""
        fresh = await self.intake(events)
        for event, new in zip(events, fresh, strict=True):
            if new:
                bubble = Bubble(
                    event.message,
                    event.received_at,
                    Voice.FAN,
                    event.text,
                    attachments=event.attachments,
                )
                self.correspondence.add(event.address.channel, bubble)
        return fresh

    def claim(self, dispatch: Dispatch, *, voice: Voice = Voice.ASSISTANT) -> None:
        """Let a message be claimed for sending: from then on it is part of the conversation."""
        at = NOON + timedelta(minutes=1)
        bubble = Bubble(dispatch.key, at, voice, dispatch.text, dispatch.choices, dispatch.in_reply_to)
        self.correspondence.add(dispatch.address.channel, bubble)

    def says(
        self,
        visitor: str,
        text: str,
        *,
        key: str = "",
        voice: Voice = Voice.ASSISTANT,
        choices: Sequence[Choice] = (),
    ) -> None:
        """Put something into a visitor's conversation."""
        bubble = Bubble(key or uuid4().hex[:25], NOON, voice, text, tuple(choices))
        self.correspondence.add(visitor, bubble)


def webchat(
    store: Store,
    *,
    settings: Settings | None = None,
    streams: Streams | None = None,
    patience: float = 10.0,
) -> WebchatPlatform:
    """Make a chat over this store, with room for what tests do in a minute."""
    return WebchatPlatform(
        "main",
        settings or read({"rate": "1000/minute", "rate_per_address": "10000/minute"}),
        secret=SECRET,
        correspondence=store.correspondence,
        files=store.files,
        streams=streams,
        patience=patience,
    )


def mounted(platform: WebchatPlatform) -> App:
    """Put the chat at its mount, as the public listener does."""
    return Starlette(routes=[Mount("/chat", platform.app)])


@asynccontextmanager
async def listening(platform: WebchatPlatform, store: Store) -> AsyncIterator[None]:
    """Listen in the background."""
    listener = asyncio.create_task(platform.listen(store))
    await asyncio.sleep(0)
    try:
        yield
    finally:
        listener.cancel()
        await asyncio.wait([listener])


class Visitor:
    """Somebody with a browser, without the browser."""

    def __init__(self, client: httpx.AsyncClient, key: str = "") -> None:
        self.client = client
        self.key = key

    @property
    def id(self) -> str:
        """Return the part of the key that is no secret."""
        return self.key.partition(".")[0]

    @property
    def headers(self) -> MutableMapping[str, str]:
        """Show the key."""
        return {"Authorization": f"Visitor {self.key}"}

    async def arrive(self) -> "Visitor":
        """Get a key."""
        self.key = (await self.client.post("visitors")).json()["key"]
        return self

    async def write(self, text: object, *, id: object = None, **more: object) -> httpx.Response:  # noqa: A002
        """Send a message."""
        body = {"id": str(uuid4()) if id is None else id, "text": text, **more}
        return await self.client.post("messages", json=body, headers=self.headers)

    async def send(
        self,
        content: object,
        *,
        id: str = "",  # noqa: A002
        name: str = "cat.png",
    ) -> httpx.Response:
        """Send a file."""
        headers = {**self.headers, "File-Name": quote(name)}
        return await self.client.put(f"files/{id or uuid4()}", content=content, headers=headers)  # type: ignore[arg-type]

    async def press(self, choice: object, *, id: object = None) -> httpx.Response:  # noqa: A002
        """Press a button."""
        body = {"id": str(uuid4()) if id is None else id, "choice": choice}
        return await self.client.post("presses", json=body, headers=self.headers)

    async def sees(self) -> Sequence[dict[str, Any]]:
        """Look at the conversation."""
        answer = await self.client.get("bubbles", headers=self.headers)
        assert answer.status_code == 200, answer.text
        bubbles = answer.json()["bubbles"]
        assert isinstance(bubbles, list)
        return bubbles


@asynccontextmanager
async def client_of(app: App, *, host: str = "203.0.113.7") -> AsyncIterator[httpx.AsyncClient]:
    """Ask an application without a network, from this address."""
    transport = httpx.ASGITransport(app=app, client=(host, 40000), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.test/chat/") as client:
        yield client


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(app: App) -> AsyncIterator[str]:
    """Serve an application on loopback; gives its address."""
    bound = socket.create_server(("127.0.0.1", 0))
    bound.setblocking(False)
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=3)
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        bound.close()
