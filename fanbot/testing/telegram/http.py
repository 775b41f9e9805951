"""Just enough HTTP/1.1 to be a server, and a client, on loopback."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

_REASONS = {200: "OK"}


class CutError(Exception):
    """The connection is to be cut without an answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked."""

    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What it gets, as JSON."""

    status: int
    body: bytes


Handler = Callable[[Request], Awaitable[Answer]]


class Listener:
    """One address on loopback, which can go away and come back at the same port."""

    def __init__(self, handler: Handler) -> None:
        """Answer requests by ``handler``; one that raises CutError has its connection cut."""
        self.port = 0
        self._handler = handler
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def __aenter__(self) -> Self:
        """Begin to listen."""
        await self.up()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Go away."""
        await self.down()

    async def up(self) -> None:
        """Listen, at the port of before if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """Refuse every connection and cut those that are open."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        connections = dict(self._connections)
        for task, writer in connections.items():
            task.cancel()
            writer.close()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = writer
        try:
            while (request := await _request(reader)) is not None:
                answer = await self._handler(request)
                head = f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'No')}\r\n"
                head += f"Content-Type: application/json\r\nContent-Length: {len(answer.body)}\r\n\r\n"
                writer.write(head.encode() + answer.body)
                await writer.drain()
        except (CutError, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # there is nobody left to tell
        finally:
            del self._connections[task]
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(first.split(" ")[1], body)


async def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post JSON and return the status; 0 when nobody answers."""
    place = urlsplit(url)
    try:
        reader, writer = await asyncio.open_connection(place.hostname, place.port or 80)
    except OSError:
        return 0
    lines = [f"POST {place.path or '/'} HTTP/1.1", f"Host: {place.netloc}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
    try:
        writer.write("\r\n".join(lines).encode() + body)
        first = await reader.readline()
        return int(first.split(b" ")[1]) if first else 0
    except OSError:
        return 0
    finally:
        writer.close()
