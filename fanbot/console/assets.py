"""The files that every page needs, read once, under names that change with their content."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. ``mark`` changes when its content does."""

    media_type: str
    content: bytes
    packed: bytes
    mark: str


class Assets:
    """Serve the files below ``static/``; nothing else can be reached through here."""

    def __init__(self) -> None:
        """Read all of them."""
        self._found: Mapping[str, Asset] = dict(_read(files("fanbot.console").joinpath("static"), ""))

    def address(self, name: str) -> str:
        """Return the path of a file, below the root of the console.

        >>> Assets().address("console.css").startswith("/static/console.css?v=")
        True
        """
        return f"/static/{name}?v={self._found[name].mark}"

    async def serve(self, request: Request) -> Response:
        """Answer with a file, packed where the browser can unpack it."""
        asset = self._found.get(request.path_params["name"])
        if asset is None:
            return PlainTextResponse("There is no such file.\n", 404)
        current = request.query_params.get("v") == asset.mark
        headers = {"Cache-Control": _FOREVER if current else "no-cache", "Vary": "Accept-Encoding"}
        packed = "gzip" in request.headers.get("accept-encoding", "")
        if packed:
            headers["Content-Encoding"] = "gzip"
        content = asset.packed if packed else asset.content
        return Response(content, media_type=asset.media_type, headers=headers)


def _read(folder: Traversable, above: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for each in folder.iterdir():
        name = f"{above}{each.name}"
        if each.is_dir():
            found += _read(each, f"{name}/")
            continue
        ending = name[name.rfind(".") :] if "." in name else ""
        if ending in _TYPES:
            content = each.read_bytes()
            mark = hashlib.sha256(content).hexdigest()[:12]
            found.append((name, Asset(_TYPES[ending], content, gzip.compress(content, 9, mtime=0), mark)))
    return found
