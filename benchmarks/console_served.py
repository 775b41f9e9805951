"""Serve the console of a workspace in a process of its own, and tell how long each answer took inside."""

import asyncio
import gc
import json
import os
import socket
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn
from starlette.responses import JSONResponse

from fanbot.bootstrap import open_workspace
from fanbot.bootstrap.rooms import clock, desk, opened_store
from fanbot.console.app import console
from fanbot.console.passwords import hashed
from fanbot.console.room import Room

PASSWORD = "for-the-measurement"  # noqa: S105 - opens a store that lives for minutes

App = Callable[..., Awaitable[None]]


class Timed:
    """Note for every path the milliseconds from the request to the last byte, and those of work."""

    def __init__(self, app: App) -> None:
        """Time what ``app`` answers; ``/-/times`` gives the figures and forgets them."""
        self._app = app
        self._times: list[tuple[str, float, float]] = []

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Answer, and note how long it took."""
        if scope["path"] == "/-/times":
            told, self._times = self._times, []
            await JSONResponse({"times": told})(scope, receive, send)
            return
        began, worked = time.perf_counter(), time.process_time()
        await self._app(scope, receive, send)
        if scope["path"] != "/events":
            took, work = time.perf_counter() - began, time.process_time() - worked
            self._times.append((scope["path"], took * 1000, work * 1000))


async def serve(folder: Path) -> None:
    """Serve until standard input closes; the port is the first line said."""
    workspace = open_workspace(folder)
    async with opened_store(workspace) as store:
        built = desk(workspace, store)
        room = Room(
            desk=lambda: built,
            store=store.desk,
            sessions=store.sessions,
            switches=store.switches,
            clock=clock(),
            password_hash=hashed(PASSWORD),
            team=lambda: workspace.snapshot.team,
            problems=lambda: (),
            hosts=frozenset({"127.0.0.1"}),
        )
        app = console(room)
        bound = socket.socket()
        bound.bind(("127.0.0.1", 0))
        bound.listen(1024)
        config = uvicorn.Config(
            Timed(app), lifespan="off", log_config=None, access_log=False, ws="none",
            timeout_graceful_shutdown=1, backlog=1024,
        )  # fmt: skip
        server = uvicorn.Server(config)
        print(json.dumps({"port": bound.getsockname()[1], "who": room.names[0]}), flush=True)

        async def until_closed() -> None:
            await asyncio.to_thread(sys.stdin.read)
            app.state.hush()
            server.should_exit = True

        gc.freeze()
        closing = asyncio.create_task(until_closed())
        await server.serve(sockets=[bound])
        await closing


if __name__ == "__main__":
    os.environ["FANBOT_STORE__URL"] = sys.argv[2]
    asyncio.run(serve(Path(sys.argv[1])))
