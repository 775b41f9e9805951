"""One page on which a newcomer plays a fan beside the queue that the artist sees; on loopback alone."""

from collections.abc import Awaitable, Callable
from importlib.resources import files

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from fanbot.ports.web import App

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGES = {"/": ("demo.html", "text/html"), "/demo.css": ("demo.css", "text/css"),
          "/demo.js": ("demo.js", "text/javascript")}  # fmt: skip


def demo(*, chat: App, console: App) -> App:
    """Serve the page at ``/``, the chat below ``/chat`` and the console below ``/console``."""
    return Starlette(
        routes=[
            *(Route(path, _page(name, media_type)) for path, (name, media_type) in _PAGES.items()),
            Mount("/chat", chat),
            Mount("/console", console),
        ]
    )


def _page(name: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    content = files("fanbot.serving").joinpath("pages", name).read_bytes()

    async def page(_request: Request) -> Response:
        return Response(content, media_type=f"{media_type}; charset=utf-8", headers=_HEADERS)

    return page
