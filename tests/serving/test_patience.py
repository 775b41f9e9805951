"""A listener lets go of whoever sends or reads too slowly, and of nobody else."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from fanbot.domain.settings import ListenSettings
from fanbot.ports.web import Receive, Scope, Send
from fanbot.serving.listener import served
from fanbot.serving.patience import Patience

HERE = ListenSettings("127.0.0.1", 0)
LONG = 20.0
"""Seconds after which a test gives up."""
SHORT = Patience(head=0.8, taking=0.5)
PIECE = b"x" * 65_536

Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def hello(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer at once, whatever else is still to come."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


@asynccontextmanager
async def wired(address: str, *, small: bool = False) -> AsyncIterator[Wire]:
    """Open a connection; a ``small`` one has hardly room for what it does not read."""
    host, _, port = address.removeprefix("http://").partition(":")
    raw = socket.socket()
    if small:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=raw, limit=4096)
    try:
        async with asyncio.timeout(LONG):
            yield reader, writer
    finally:
        writer.transport.abort()


async def ended(reader: asyncio.StreamReader) -> bytes:
    """Return what still came before the other side let go."""
    try:
        return await reader.read()
    except ConnectionError:
        return b""


@pytest.mark.parametrize("begun", [b"", b"G", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "])
async def test_a_head_that_never_ends_is_not_waited_for(begun: bytes) -> None:
    """Nothing, or a header now and then, holds a connection for so long and no longer."""
    async with served(hello, HERE, name="web", patience=SHORT) as address, wired(address) as (reader, writer):
        writer.write(begun)

        async def dribble() -> None:
            while begun:
                writer.write(b"a")
                await asyncio.sleep(0.05)

        dribbling = asyncio.create_task(dribble())
        assert await ended(reader) == b""
        dribbling.cancel()


async def test_a_second_head_is_waited_for_no_longer() -> None:
    """A connection that asked properly once has no more time for the next request."""
    async with served(hello, HERE, name="web", patience=SHORT) as address, wired(address) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
        writer.write(b"GET /")
        assert await ended(reader) == b""


async def test_a_body_that_nobody_asked_for_is_not_waited_for() -> None:
    """What dribbles in after the answer holds no connection."""
    async with served(hello, HERE, name="web", patience=SHORT) as address, wired(address) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
        assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")

        async def dribble() -> None:
            while True:
                writer.write(b"a")
                await asyncio.sleep(0.05)

        dribbling = asyncio.create_task(dribble())
        await ended(reader)
        dribbling.cancel()


async def test_a_slow_answer_is_no_slow_client() -> None:
    """While an application thinks, its client may wait longer than a head may take."""

    async def thoughtful(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(2 * SHORT.head)
        await hello(scope, receive, send)

    async with (
        served(thoughtful, HERE, name="web", patience=SHORT) as address,
        wired(address) as (reader, writer),
    ):
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")


class Stream:
    """An application that never stops talking, and notes when it is over."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.sent = 0

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Talk until the reader is gone."""
        try:
            talking = asyncio.create_task(self._talk(send))
            while (await receive())["type"] != "http.disconnect":
                pass
            talking.cancel()
        finally:
            self.over.set()

    async def _talk(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
            self.sent += 1


async def test_a_reader_who_takes_nothing_is_let_go() -> None:
    """An event stream that nobody reads ends, and what it holds is free again."""
    stream = Stream()
    async with (
        served(stream, HERE, name="web", patience=SHORT) as address,
        wired(address, small=True) as (_, writer),
    ):
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await stream.over.wait()
        assert stream.sent < 1000


async def test_an_answer_that_is_not_taken_holds_nothing() -> None:
    """Also an answer that was given whole waits for its reader no longer."""
    done = asyncio.Event()

    async def large(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
        await send({"type": "http.response.body", "body": PIECE * 400})
        done.set()

    async with (
        served(large, HERE, name="web", patience=SHORT) as address,
        wired(address, small=True) as (reader, writer),
    ):
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await done.wait()
        await asyncio.sleep(4 * SHORT.taking)
        assert len(await ended(reader)) < len(PIECE * 400)


async def test_a_reader_who_takes_a_little_now_and_then_gets_it_all() -> None:
    """A poor line is no attack."""

    async def large(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
        await send({"type": "http.response.body", "body": PIECE * 100})

    patience = Patience(head=LONG, taking=2.0)
    async with (
        served(large, HERE, name="web", patience=patience) as address,
        wired(address, small=True) as (reader, writer),
    ):
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        taken = 0
        while piece := await reader.read(262_144):
            taken += len(piece)
            if taken < 800_000:
                await asyncio.sleep(0.02)
        assert taken > len(PIECE * 100)
