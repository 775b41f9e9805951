"""Put the console together."""

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from fanbot.console.faults import say_faults
from fanbot.console.files_page import files_page
from fanbot.console.fittings import fitted
from fanbot.console.guard import Guard
from fanbot.console.headers import safe_headers
from fanbot.console.item_page import item_page
from fanbot.console.looking_after import looking_after
from fanbot.console.moves import moves
from fanbot.console.queue_page import queue_page
from fanbot.console.replying import replying
from fanbot.console.room import Room
from fanbot.console.signing import signing
from fanbot.console.troubles_page import troubles_page


def console(room: Room) -> FastAPI:
    """Make the console as an ASGI application; ``app.state.hush`` ends its streams before a stop."""
    shared = fitted(room)
    headers = safe_headers(secure=room.secure, frame=room.frame)
    app = FastAPI(
        title="fanbot console",
        openapi_url=None,
        redirect_slashes=False,
        middleware=[Middleware(Guard, hosts=room.hosts, headers=headers), Middleware(GZipMiddleware)],
    )
    app.state.hush = shared.watch.close
    app.add_route("/static/{name:path}", shared.assets.serve, include_in_schema=False)
    for routes in (
        *(signing, queue_page, item_page, files_page, replying),
        *(moves, looking_after, troubles_page),
    ):
        app.include_router(routes(shared))
    say_faults(app, shared, headers=headers)
    return app
