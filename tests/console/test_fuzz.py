"""Whatever is sent to the console, it answers in its own words, and never with a fault."""

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanbot.console.app import console
from fanbot.console.headers import safe_headers
from fanbot.console.room import Room
from fanbot.ports.web import App
from tests.console.routing import all_routes
from tests.console.visiting import HOST, Waits
from tests.serving.asking import Request, ask, check, methods, queries, raw_paths, values

ALWAYS = safe_headers(secure=False, frame=False) | {"Cache-Control": ""}
FIELDS = ("name", "password", "next", "text", "note", "to", "until", "back", "paused", "verdict", "mark", "x")
PIECES = ("1", "0", "-1", "9" * 30, "%00", "%2e%2e", "%ff", "x", "")
KNOWN = {
    "host": (HOST, f"{HOST}:8080", "evil.example", ""),
    "sec-fetch-site": ("same-origin", "none", "cross-site", ""),
    "origin": (f"http://{HOST}", "http://[bad", "null"),
    "cookie": ("fanbot=" + "a" * 43, "fanbot=x; fanbot", ";;=;", "__Host-fanbot=1"),
    "content-type": (
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "multipart/form-data",
        "application/json", "text/plain; charset=nonsense",
    ),
    "content-length": ("0", "5", "-1", "²", "9" * 30),
    "hx-request": ("true", ""),
    "hx-current-url": (f"http://{HOST}/items/5", "http://[bad", "//evil.example/x", "/\\evil"),
    "if-none-match": ('"x"', "W/x"),
    "last-event-id": ("1", "x"),
    "accept-encoding": ("gzip", "*", "br;q=x"),
    "range": ("bytes=0-", "bytes=9-1,x", "lines=1"),
}  # fmt: skip


def headers() -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    """Draw headers: mostly such as reach the pages, now and then anything."""
    known = st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(some) | values for name, some in KNOWN.items()}
    )
    reaching = {"host": HOST, "sec-fetch-site": "same-origin"}
    return st.tuples(st.sampled_from([reaching, reaching, {}]), known).map(
        lambda drawn: tuple((drawn[1] | drawn[0]).items())
    )


def bodies() -> st.SearchStrategy[tuple[bytes, ...]]:
    """Draw a body: a form of known fields, or any bytes in pieces."""
    fields = st.dictionaries(
        st.sampled_from(FIELDS), st.text(max_size=40) | st.sampled_from(PIECES), max_size=5
    )
    form = fields.map(lambda made: (urlencode(made, errors="replace").encode(),))
    return form | st.lists(st.binary(max_size=60), min_size=1, max_size=3).map(tuple)


def requests_of(routes: Sequence[str]) -> st.SearchStrategy[Request]:
    """Draw a request to one of these routes with anything in its places, or to anywhere."""
    piece = st.sampled_from(PIECES) | raw_paths.map(lambda path: path[1:])

    @st.composite
    def with_places(draw: st.DrawFn) -> str:
        return re.sub(r"\{[^}]*\}", lambda _: draw(piece), draw(st.sampled_from(routes)))

    return st.builds(
        Request, methods, with_places() | with_places() | raw_paths, queries, headers(), bodies()
    )


@pytest.fixture(params=["", "Juno"], ids=["nobody", "the artist"])
async def app(request: pytest.FixtureRequest, room: Room, waits: Waits) -> App:
    """Open a console with something in it; its streams end at once."""
    await waits()
    opened = console(replace(room, open_as=request.param))
    opened.state.hush()
    return opened


@pytest.fixture
def asked(room: Room) -> st.SearchStrategy[Request]:
    """Draw from requests to every route that the console has."""
    return requests_of(sorted({path for _, path in all_routes(room)}))


@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_answers_anything_in_its_own_words(
    app: App, asked: st.SearchStrategy[Request], data: st.DataObject
) -> None:
    """No fault, no trace of the code, nothing that leads away, and the safe headers on everything."""
    check(await ask(app, data.draw(asked)), always=ALWAYS)
