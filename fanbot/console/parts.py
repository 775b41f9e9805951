"""Answer with a part of a page, or with nothing where the browser has it already."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from fanbot.console.board import Drawn


def leaving(part: Drawn, request: Request) -> Response:
    """Answer with a part that was drawn, packed where the browser can unpack it."""
    headers = {"ETag": part.tag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == part.tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return HTMLResponse(part.packed, headers={**headers, "Content-Encoding": "gzip"})
    return HTMLResponse(part.text, headers=headers)
