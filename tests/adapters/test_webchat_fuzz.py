"""Whatever is sent to the web chat, it answers in its own words, and never with a fault."""

import json
import re
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanbot.ports.web import App
from fanbot_webchat.platform import WebchatPlatform
from fanbot_webchat.settings import read
from fanbot_webchat.streams import Streams
from fanbot_webchat.visitors import Visitors
from tests.adapters.webchat_support import SECRET, Store, listening, webchat
from tests.serving.asking import Request, ask, check, methods, queries, raw_paths, values

ALWAYS = {
    "content-security-policy": "default-src 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=()",
    "cross-origin-resource-policy": "",
    "cache-control": "no-",
}
KEY = Visitors(SECRET, account="main").welcome()
PIECES = ("0", "-1", "9" * 30, "%00", "%2e%2e", "%ff", "x", "")
KNOWN = {
    "host": ("chat.test", ""),
    "sec-fetch-site": ("same-origin", "none", "cross-site"),
    "origin": ("http://chat.test", "http://[bad", "null", ""),
    "authorization": (f"Visitor {KEY}", "Visitor", "Visitor x.y", "Basic eDp5", f"visitor  {KEY} "),
    "content-type": ("application/json", "application/json;", "image/png", "multipart/form-data", ""),
    "content-length": ("0", "-1", "²", "9" * 30),
    "if-none-match": ('"x"', "*"),
    "range": ("bytes=0-", "bytes=9-1,x"),
    "content-disposition": ('attachment; filename="a\\"b"', "x"),
}
FIELDS = ("id", "text", "name", "choice", "attachments", "files")

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
things = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner))
wholes = st.fixed_dictionaries({}, optional={name: things | st.uuids().map(str) for name in FIELDS}).map(
    lambda made: (json.dumps(made).encode(),)
)
bodies = wholes | st.lists(st.binary(max_size=60), min_size=1, max_size=3).map(tuple)
known = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(some) | values for name, some in KNOWN.items()}
)
reaching = {"host": "chat.test", "authorization": f"Visitor {KEY}", "content-type": "application/json"}
headers = st.tuples(st.sampled_from([reaching, reaching, {}]), known).map(
    lambda drawn: tuple((drawn[1] | drawn[0] if drawn[0] else drawn[1]).items())
)


@pytest.fixture
async def chat() -> AsyncIterator[WebchatPlatform]:
    """Open a chat that listens; a reader of its streams is gone at once."""
    store = Store()
    made = webchat(store, settings=read({"rate": "100000/minute"}), streams=Streams(heartbeat=0.01))
    async with listening(made, store):
        yield made
    await made.close()


@pytest.fixture
def asked(chat: WebchatPlatform) -> st.SearchStrategy[Request]:
    """Draw from requests to every route that the chat has, and to anywhere."""
    app: App = chat.app
    routes = sorted({route.path for route in app._app.routes})  # type: ignore[attr-defined]
    assert len(routes) > 10
    piece = st.sampled_from(PIECES) | raw_paths.map(lambda path: path[1:])

    @st.composite
    def with_places(draw: st.DrawFn) -> str:
        return re.sub(r"\{[^}]*\}", lambda _: draw(piece), draw(st.sampled_from(routes)))

    return st.builds(Request, methods, with_places() | with_places() | raw_paths, queries, headers, bodies)


@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_answers_anything_in_its_own_words(
    chat: WebchatPlatform, asked: st.SearchStrategy[Request], data: st.DataObject
) -> None:
    """No fault, no trace of the code, and the careful headers on everything."""
    check(await ask(chat.app, data.draw(asked)), always=ALWAYS)
