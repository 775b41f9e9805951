"""Several applications behind one listener, each below a path of its own."""

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount

from fanbot.ports.web import App


def mounted(apps: Mapping[str, App]) -> App:
    """Put each application below its path, for example ``/chat``; elsewhere there is nothing."""
    return Starlette(
        routes=[Mount(path, app) for path, app in apps.items()],
        exception_handlers={404: _nothing_here},
    )


async def _nothing_here(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse(
        "There is no page at this address.\n", 404, {"X-Content-Type-Options": "nosniff"}
    )
