"""Serve one ASGI application at one address, in the event loop that everything else runs in."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog
import uvicorn

from fanbot.domain.settings import ListenSettings
from fanbot.errors import AddressTakenError
from fanbot.ports.web import App
from fanbot.serving.patience import USUAL, Patience, patient
from fanbot.serving.proxies import Forwarded

_LONGEST_HEAD = 16 * 1024
"""Bytes of a request before its body."""
_IDLE = 15
"""Seconds after which a connection on which nothing happens is closed."""
_BACKLOG = 128
"""Connections that may wait to be taken up."""
_GRACE = 1
"""Seconds that a stop leaves to what is being answered."""


class _Server(uvicorn.Server):
    """A server that leaves the signals to the process, which ends everything in its order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(
    app: App,
    at: ListenSettings,
    *,
    name: str,
    hush: Callable[[], None] | None = None,
    patience: Patience = USUAL,
) -> AsyncIterator[str]:
    """Serve ``app`` until the block ends; gives the address, for people. ``hush`` ends what streams.

    The application sees clients as those proxies name them that ``at`` trusts.
    Raises AddressTakenError when nothing can listen there.
    """
    bound = _bound(at, name=name)
    config = uvicorn.Config(
        Forwarded(app, proxies=at.proxies) if at.proxies else app,
        http=patient(patience),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        h11_max_incomplete_event_size=_LONGEST_HEAD,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_GRACE,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[bound]), name=f"{name} listener")
    address = f"http://{_shown(at.host)}:{bound.getsockname()[1]}"
    structlog.get_logger("fanbot.serving").info("listening", what=name, address=address)
    try:
        yield address
    finally:
        if hush is not None:
            hush()
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)
        bound.close()


def _bound(at: ListenSettings, *, name: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in at.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((at.host, at.port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise AddressTakenError(
            f"The {name} cannot listen on {_shown(at.host)}:{at.port} ({error.strerror}). "
            f"Choose another port under [{name}] in config/fanbot.toml, or end what uses this one."
        ) from error
    listening.setblocking(False)  # noqa: FBT003 - the standard library asks for it so
    return listening


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
