"""Several applications behind one listener, each below a path of its own."""

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from fanbot.ports.web import App


def mounted(apps: Mapping[str, App]) -> App:
    """Put each application below its path, for example ``/chat``; elsewhere there is nothing."""
    starlette = Starlette(
        routes=[
            *(Route(path, _one_further) for path in apps),
            *(Mount(path, app) for path, app in apps.items()),
        ],
        exception_handlers={404: _nothing_here},
    )
    starlette.router.redirect_slashes = False
    return starlette


async def _one_further(request: Request) -> Response:
    """Lead to the application, without repeating by which name or scheme it was reached."""
    return RedirectResponse(f"{request.url.path}/", 307, {"X-Content-Type-Options": "nosniff"})


async def _nothing_here(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse(
        "There is no page at this address.\n", 404, {"X-Content-Type-Options": "nosniff"}
    )
