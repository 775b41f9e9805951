"""What is served is served at its address, and ends when it is asked to."""

import asyncio
import signal
import socket
from contextlib import AsyncExitStack

import httpx
import pytest

from fanbot.domain.settings import ListenSettings
from fanbot.errors import AddressTakenError
from fanbot.ports.web import Receive, Scope, Send
from fanbot.serving.demo import demo
from fanbot.serving.listener import served
from fanbot.serving.mounts import mounted

HERE = ListenSettings("127.0.0.1", 0)


async def hello(scope: Scope, _receive: Receive, send: Send) -> None:
    """Say below which path this is served."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": f"hello from {scope['root_path']}".encode()})


async def endless(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Begin a stream that nobody ends."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"first\n", "more_body": True})
    await asyncio.Event().wait()


async def test_an_application_is_served_below_its_path() -> None:
    """Each stands below its own path; elsewhere there is nothing."""
    async with served(mounted({"/chat": hello}), HERE, name="web") as address, httpx.AsyncClient() as client:
        assert (await client.get(f"{address}/chat/")).text == "hello from /chat"
        missing = await client.get(f"{address}/queue")
    assert (missing.status_code, missing.text) == (404, "There is no page at this address.\n")
    assert "server" not in missing.headers


async def test_two_cannot_listen_at_one_address() -> None:
    """Whoever comes second is told what to do, and the first goes on."""
    async with served(hello, HERE, name="web") as address, httpx.AsyncClient() as client:
        port = int(address.rpartition(":")[2])
        with pytest.raises(AddressTakenError, match=r"Choose another port under \[console\]"):
            async with served(hello, ListenSettings("127.0.0.1", port), name="console"):
                pass
        assert (await client.get(address)).status_code == 200


async def test_a_host_that_is_not_ours_is_told() -> None:
    """An address of another computer is no address to listen at."""
    with pytest.raises(AddressTakenError, match=r"cannot listen on 192\.0\.2\.1"):
        async with served(hello, ListenSettings("192.0.2.1", 0), name="web"):
            pass


async def test_an_open_stream_holds_nothing_up() -> None:
    """The end comes within seconds, and the address is free again at once."""
    async with asyncio.timeout(5), httpx.AsyncClient() as client, AsyncExitStack() as open_streams:
        async with served(endless, HERE, name="web") as address:
            response = await open_streams.enter_async_context(client.stream("GET", address))
            pieces = response.aiter_bytes()
            assert await anext(pieces) == b"first\n"
        with pytest.raises(httpx.HTTPError):
            await anext(pieces)
    port = int(address.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        pass


async def test_the_signals_stay_those_of_the_process() -> None:
    """Ctrl-C ends a whole fanbot in its order, not a listener alone."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    async with served(hello, HERE, name="web"):
        await asyncio.sleep(0.05)
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


async def test_the_demo_shows_both_sides_and_nothing_foreign() -> None:
    """The page stands at the root, its two sides below it, and it loads from nowhere else."""
    transport = httpx.ASGITransport(demo(chat=hello, console=hello))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        page = await client.get("/")
        for part in ("demo.css", "demo.js"):
            assert (await client.get(f"/{part}")).status_code == 200
            assert part in page.text
        assert (await client.get("/chat/")).text == "hello from /chat"
        assert (await client.get("/console/")).text == "hello from /console"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert "unsafe" not in page.headers["content-security-policy"]
