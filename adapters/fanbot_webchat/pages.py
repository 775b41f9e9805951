"""The page, its parts and the script for other sites: a few small files, each with its own tag."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from html import escape
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from fanbot_webchat.headers import page_policy
from fanbot_webchat.settings import FileSettings, Settings

Page = Callable[[Request], Response]

_PARTS = {
    "chat.css": "text/css",
    "chat.js": "text/javascript",
    "adding.js": "text/javascript",
    "reading.js": "text/javascript",
    "words.js": "text/javascript",
    "embed.js": "text/javascript",
}
_FOR_OTHERS = {"Cross-Origin-Resource-Policy": "cross-origin"}


def pages(settings: Settings) -> Mapping[str, Page]:
    """Read the files; return for each path what answers it."""
    folder = files("fanbot_webchat") / "page"
    title = escape(settings.title or "Chat")
    html = (folder / "chat.html").read_text("utf-8")
    for name, value in _file_limits(settings.files).items():
        html = html.replace(f"${name}", escape(value))
    html = html.replace("$title", title)
    policy = {"Content-Security-Policy": page_policy(settings.origins)}
    found = {"/": _page(html.encode(), "text/html", {**policy, **_FOR_OTHERS})}
    for name, media_type in _PARTS.items():
        more = _FOR_OTHERS if name == "embed.js" else {}
        found[f"/{name}"] = _page((folder / name).read_bytes(), media_type, more)
    return found


def _file_limits(files: FileSettings) -> Mapping[str, str]:
    """Return what the page says of files before any is sent; the chat itself judges what comes."""
    return {
        "accept": ",".join([*files.kinds, *(f".{ending}" for ending in files.endings)]),
        "kinds": ", ".join(files.names),
        "largest": str(files.largest),
        "most": str(files.most),
    }


def _page(body: bytes, media_type: str, more: Mapping[str, str]) -> Page:
    tag = f'"{sha256(body).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", **more}

    def answer(request: Request) -> Response:
        """Send the file, or say that the browser's copy is still the same."""
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=media_type, headers=headers)

    return answer
