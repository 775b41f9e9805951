"""Any request at all, put to an application as a server puts it, and what must be true of every answer."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from hypothesis import strategies as st

from fanbot.ports.web import App

Headers = Sequence[tuple[bytes, bytes]]
PATIENCE = 30.0
"""Seconds in which an answer must have come."""

TARGET = "".join(map(chr, range(0x21, 0x7F))).replace("?", "").replace("#", "")
"""The characters that a server lets through in a path."""
VALUE = "".join(map(chr, [9, *range(0x20, 0x7F), *range(0x80, 0x100)]))
"""The characters that a server lets through in a header, apart from spaces around them."""

raw_paths = st.text(TARGET, max_size=40).map("/".__add__)
queries = st.text(TARGET + "?", max_size=60)
values = st.text(VALUE, max_size=60).map(str.strip)
methods = st.sampled_from(["GET", "POST"]) | st.sampled_from(
    ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "get", "X-!"]
)


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sends, as the server understood it."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: tuple[bytes, ...] = (b"",)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """Return a header's value."""
        found = [value for key, value in self.headers if key.lower() == name.lower().encode()]
        return found[0].decode("latin-1") if found else None


async def ask(app: App, request: Request, *, client: str = "203.0.113.7") -> Answer:
    """Put a request to an application; raises what the application raises."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 80),
        "client": (client, 4711),
        "scheme": "http",
        "method": request.method,
        "root_path": "",
        "path": unquote(request.path),
        "raw_path": request.path.encode("ascii"),
        "query_string": request.query.encode("ascii"),
        "headers": [(name.encode("ascii"), value.encode("latin-1")) for name, value in request.headers],
        "state": {},
    }
    pieces = list(request.body)
    said: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not pieces:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: Mapping[str, Any]) -> None:
        said.append(message)

    async with asyncio.timeout(PATIENCE):
        await app(scope, receive, send)
    start, *rest = said
    return Answer(start["status"], list(start["headers"]), b"".join(part.get("body", b"") for part in rest))


def check(answer: Answer, *, always: Mapping[str, str]) -> None:
    """Hold an answer against what is true of all of them; ``always``: headers and what they begin with."""
    assert answer.status < 500 or answer.status == 503, answer
    for sign in (b"Traceback", b'File "'):
        assert sign not in answer.body, answer
    for name, value in answer.headers:
        assert not set(b"\r\n\0") & {*name, *value}, answer
    for header, beginning in always.items():
        assert (answer.header(header) or "").startswith(beginning), (header, answer)
    onward = answer.header("location") or answer.header("hx-redirect") or "/"
    assert onward.startswith("/"), onward
    assert not onward.startswith(("//", "/\\")), onward
