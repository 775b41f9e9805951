"""A console on loopback, as browsers reach it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn

from fanbot.console.app import console
from fanbot.console.room import Room


@dataclass(frozen=True, slots=True)
class Served:
    """Where the console is."""

    address: str
    port: int


@asynccontextmanager
async def serving(room: Room, *, port: int = 0) -> AsyncIterator[Served]:
    """Serve the console until the block ends."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    port = bound.getsockname()[1]
    app = console(room)
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[bound]))
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0)
    try:
        yield Served(f"http://127.0.0.1:{port}", port)
    finally:
        app.state.hush()
        server.should_exit = True
        await running
        bound.close()
