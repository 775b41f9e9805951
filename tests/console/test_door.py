"""Who gets in: the sign-in, its sessions, and every way around it that must be shut."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.routing import Route

from fanbot.console.app import console
from fanbot.console.fittings import fitted
from fanbot.console.guard import Guard
from fanbot.console.queue_page import QueuePage
from fanbot.console.room import Room
from fanbot.domain.people import Person, Team
from fanbot.domain.settings import ListenSettings
from fanbot.serving.listener import served
from fanbot.testing.clock import ManualClock
from tests.console.routing import all_routes, filled
from tests.console.visiting import ADDRESS, HOST, OWN, PASSWORD, Browse, Waits
from tests.serving.asking import Request, ask

PARTS = ("/queue", "/events", "/talk", "/draft", "/advice")
OPEN = ("/sign-in", "/static/{name:path}")


def routes(room: Room) -> list[tuple[str, str]]:
    """List every route that needs somebody, a new one as well: its method and a path."""
    return [(method, filled(path)) for method, path in all_routes(room) if path not in OPEN]


def client_of(room: Room, *, cookie: str = "", **headers: str) -> httpx.AsyncClient:
    """Open a browser that brings this cookie."""
    cookies = {"fanbot": cookie} if cookie else {}
    transport = httpx.ASGITransport(app=console(room))
    return httpx.AsyncClient(
        transport=transport, base_url=ADDRESS, headers={**OWN, **headers}, cookies=cookies
    )


async def refused_everywhere(client: httpx.AsyncClient, room: Room) -> None:
    """Try every route; each page leads to the door and each part says 401, and nothing is shown."""
    for method, path in routes(room):
        answer = await client.request(method, path, data={"text": "x"} if method == "POST" else None)
        if path.endswith(PARTS):
            assert answer.status_code == 401, path
            assert answer.headers["hx-redirect"].startswith("/sign-in?next=/")
        else:
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/sign-in?next=/")
        assert "gran" not in answer.text


async def test_shows_nothing_to_whoever_is_not_signed_in(room: Room, waits: Waits) -> None:
    """Every route asks for a session, in words that its caller can follow."""
    await waits()
    async with client_of(room) as client:
        await refused_everywhere(client, room)


@pytest.mark.parametrize("cookie", ["x", "a" * 43, "../../etc", "' OR 1=1 --", "a" * 5000])
async def test_shows_nothing_to_a_made_up_session(room: Room, waits: Waits, cookie: str) -> None:
    """A key that no sign-in made opens nothing, whatever it looks like."""
    await waits()
    async with client_of(room, cookie=cookie) as client:
        await refused_everywhere(client, room)


async def test_shows_nothing_to_another_consoles_session(
    room: Room, browse: Browse, waits: Waits, clock: ManualClock
) -> None:
    """A session that ended, here or elsewhere, is nobody's."""
    await waits()
    async with browse("Sam") as sam:
        key = sam.cookies["fanbot"]
        await room.sessions.end_all(who="Sam")
    async with client_of(room, cookie=key) as client:
        await refused_everywhere(client, room)


async def test_shows_nothing_after_thirty_days(
    room: Room, browse: Browse, waits: Waits, clock: ManualClock
) -> None:
    """A session has an end that no use of it moves."""
    await waits()
    async with browse("Juno") as juno:
        key = juno.cookies["fanbot"]
        clock.move(timedelta(days=29))
        assert (await juno.get("/")).status_code == 200
    clock.move(timedelta(days=1, seconds=1))
    async with client_of(room, cookie=key) as client:
        await refused_everywhere(client, room)


async def test_shows_nothing_to_somebody_who_left_the_team(room: Room, browse: Browse, waits: Waits) -> None:
    """Whoever is taken off the team is out at once, session or not."""
    await waits()
    async with browse("Sam") as sam:
        key = sam.cookies["fanbot"]
    smaller = replace(room, team=lambda: Team("Juno", (Person("Juno", role="artist"),)))
    async with client_of(smaller, cookie=key) as client:
        await refused_everywhere(client, smaller)


async def test_signs_in_under_a_key_that_only_the_browser_knows(browse: Browse, room: Room) -> None:
    """The cookie holds a random key, out of reach of scripts and of other sites."""
    async with browse(None) as client:
        answer = await client.post("/sign-in", data={"name": "Juno", "password": PASSWORD, "next": "/help"})
        assert answer.headers["location"] == "/help"
        cookie = answer.headers["set-cookie"]
        assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
        assert len(client.cookies["fanbot"]) == 43


async def test_binds_the_cookie_to_a_safe_host(room: Room) -> None:
    """Behind HTTPS nobody else can set or read it, and the browser is told to stay with HTTPS."""
    app = console(replace(room, secure=True))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url=f"https://{HOST}", headers=OWN
    ) as client:
        answer = await client.post("/sign-in", data={"name": "Juno", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-fanbot=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
        assert "strict-transport-security" in answer.headers


async def test_never_takes_over_a_key_that_was_there_before(room: Room, browse: Browse) -> None:
    """A key that somebody planted is worth nothing after the sign-in, nor is the one before it."""
    planted = secrets.token_urlsafe(32)
    async with client_of(room, cookie=planted) as client:
        await client.post("/sign-in", data={"name": "Juno", "password": PASSWORD})
        keys = [each.value for each in client.cookies.jar]
    async with client_of(room, cookie=planted) as client:
        assert (await client.get("/")).status_code == 303
    (own,) = [key for key in keys if key != planted]
    async with client_of(room, cookie=str(own)) as client:
        assert (await client.get("/")).status_code == 200
        again = await client.post("/sign-in", data={"name": "Juno", "password": PASSWORD})
        assert again.status_code == 303
    async with client_of(room, cookie=str(own)) as client:
        assert (await client.get("/")).status_code == 303


@pytest.mark.parametrize(
    "away",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/ok\r\nSet-Cookie: a=b",
        "http:evil.example",
        "/\t/evil.example",
        " //evil.example",
        "/%0a\u2028",
        "///evil.example",
        "/\\/evil.example",
        "//evil.example/%2e%2e",
        "\t//evil.example",
        "%2f%2fevil.example",
        "https:%2f%2fevil.example",
    ],
)
async def test_leads_nowhere_else(browse: Browse, away: str) -> None:
    """After the sign-in one is on the console, wherever the link that led there wanted to go."""
    async with browse(None) as client:
        page = await client.get("/sign-in", params={"next": away})
        assert 'name="next" value="/"' in page.text
        answer = await client.post("/sign-in", data={"name": "Juno", "password": PASSWORD, "next": away})
        assert answer.headers["location"] == "/"


async def test_says_the_same_of_a_wrong_name_and_a_wrong_password(browse: Browse) -> None:
    """Nobody learns which of the two was wrong."""
    async with browse(None) as client:
        wrong = await client.post("/sign-in", data={"name": "Juno", "password": "guess"})
        stranger = await client.post("/sign-in", data={"name": "Mallory", "password": PASSWORD})
    for answer in (wrong, stranger):
        assert answer.status_code == 403
        assert "That name and password do not fit together." in answer.text
        assert "set-cookie" not in answer.headers


async def test_lets_nobody_in_without_a_password_on_record(room: Room) -> None:
    """A console without a password says so and stays shut; an unreadable hash opens nothing either."""
    async with client_of(replace(room, password_hash="")) as client:
        page = await client.post("/sign-in", data={"name": "Juno", "password": ""})
        assert page.status_code == 403
        assert "fanbot password" in page.text
    async with client_of(replace(room, password_hash="plain")) as client:
        assert (await client.post("/sign-in", data={"name": "Juno", "password": "plain"})).status_code == 403


async def test_slows_down_whoever_guesses(browse: Browse) -> None:
    """Five tries a minute from one address; then it says when the next may be made, also the right one."""
    async with browse(None) as client:
        for _ in range(5):
            await client.post("/sign-in", data={"name": "Sam", "password": "guess"})
        answer = await client.post("/sign-in", data={"name": "Sam", "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert "The next one can be made in" in answer.text


async def test_slows_down_whoever_guesses_one_name_from_many_places(room: Room) -> None:
    """Twenty wrong tries an hour for one name, from wherever; others can still come in."""
    app = console(room)

    async def attempt(name: str, password: str, *, address: str) -> int:
        transport = httpx.ASGITransport(app=app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=OWN) as client:
            return (await client.post("/sign-in", data={"name": name, "password": password})).status_code

    for number in range(20):
        assert await attempt("Sam", "guess", address=f"10.0.0.{number}") == 403
    assert await attempt("Sam", PASSWORD, address="10.0.1.1") == 429
    assert await attempt("Juno", PASSWORD, address="10.0.1.2") == 303


async def test_signs_out_here_and_everywhere(room: Room, browse: Browse) -> None:
    """Signing out ends this session; everywhere ends all of this person's and nobody else's."""
    async with browse("Juno") as one, browse("Juno") as two, browse("Sam") as sam:
        key = one.cookies["fanbot"]
        left = await one.post("/sign-out")
        assert left.headers["location"] == "/sign-in"
        assert left.headers["clear-site-data"] == '"storage"'
        async with client_of(room, cookie=key) as client:
            assert (await client.get("/")).status_code == 303
        assert (await two.get("/")).status_code == 200
        await two.post("/sign-out-everywhere")
        assert (await two.get("/")).status_code == 303
        assert (await sam.get("/")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": ADDRESS},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": f"{ADDRESS}.evil.example"},
        {"Origin": "http://[bad"},
        {},
    ],
)
async def test_takes_nothing_from_another_site(
    room: Room, browse: Browse, waits: Waits, headers: dict[str, str]
) -> None:
    """A form on another site changes nothing, also with the artist's cookie."""
    item = await waits()
    async with browse("Juno") as juno:
        del juno.headers["Sec-Fetch-Site"]
        for method, path in routes(room):
            if method == "POST":
                answer = await juno.post(path.replace("/5", f"/{item}"), data={"text": "x"}, headers=headers)
                assert answer.status_code == 403, path
        door = await juno.post("/sign-in", data={"name": "Sam", "password": PASSWORD}, headers=headers)
        assert door.status_code == 403
    assert (await room.store.entry(item)).handoff.owner == ""


async def test_takes_a_form_whose_origin_is_its_host(browse: Browse, waits: Waits) -> None:
    """Browsers that do not send Sec-Fetch-Site still name the origin."""
    item = await waits()
    async with browse("Juno") as juno:
        del juno.headers["Sec-Fetch-Site"]
        answer = await juno.post(f"/items/{item}/claim", headers={"Origin": ADDRESS})
    assert answer.status_code == 303


async def test_knows_no_other_method(room: Room) -> None:
    """Each route answers its own methods alone, and says so in a sentence."""
    own: dict[str, set[str]] = {}
    for method, path in all_routes(room):
        own.setdefault(path, set()).add(method)
    async with client_of(replace(room, open_as="Juno")) as client:
        for path, methods in own.items():
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - methods:
                answer = await client.request(method, filled(path))
                assert answer.status_code == 405, (method, path)
                assert "content-security-policy" in answer.headers
        for path in own:
            assert (await client.get(f"{filled(path)}/")).status_code in (200, 404), path


@pytest.mark.parametrize(
    "address", ["http://[bad", "//evil.example/x", "http://evil.example//x", "/\r\nX: y"]
)
async def test_leads_a_part_of_a_page_to_our_own_door(room: Room, address: str) -> None:
    """What a page says it is at leads nowhere else, and no word of it becomes a header."""
    request = Request("GET", "/queue", headers=(("host", HOST), ("hx-current-url", address)))
    answer = await ask(console(room), request)
    onward = answer.header("hx-redirect")
    assert (answer.status, answer.header("x")) == (401, None)
    assert onward is not None
    assert onward.startswith("/sign-in?next=/")
    assert not onward.startswith("/sign-in?next=//")
    assert "evil.example//" not in onward
    assert "\n" not in onward


async def test_ends_the_stream_of_a_session_that_ended(room: Room, browse: Browse) -> None:
    """A page that is open somewhere hears nothing more once its session is gone."""
    page = QueuePage(fitted(room), ping=0.05)

    async def stream(request: StarletteRequest) -> Response:
        request.state.me = "Sam"
        return await page.events(request)

    at = ListenSettings("127.0.0.1", 0)
    async with browse("Sam") as sam:
        cookies = {"fanbot": sam.cookies["fanbot"]}
    app = Starlette(routes=[Route("/events", stream)])
    async with (
        asyncio.timeout(20),
        served(app, at, name="console") as address,
        httpx.AsyncClient(cookies=cookies) as client,
        client.stream("GET", f"{address}/events") as answer,
    ):
        lines = answer.aiter_lines()
        while await anext(lines) != ": here":
            pass
        await room.sessions.end_all(who="Sam")
        assert [line async for line in lines if line.startswith("event")] == []


async def test_an_address_behind_ipv6_is_a_network_of_64_bits(room: Room) -> None:
    """Whoever has a whole network has five tries a minute, like everybody."""
    app = console(room)

    async def attempt(address: str) -> int:
        transport = httpx.ASGITransport(app=app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=OWN) as client:
            return (await client.post("/sign-in", data={"name": "", "password": "x"})).status_code

    tries = [await attempt(f"2001:db8:1:2::{number}") for number in range(6)]
    assert tries == [403] * 5 + [429]
    assert await attempt("2001:db8:1:3::1") == 403


async def test_people_behind_a_proxy_have_tries_of_their_own(room: Room) -> None:
    """Where the proxy is named, who guesses keeps nobody else out; where it is not, nobody is believed."""
    for proxies, expected in (((ip_network("127.0.0.1"),), 303), ((), 429)):
        at = ListenSettings("127.0.0.1", 0, proxies)
        async with served(console(room), at, name="console") as address, httpx.AsyncClient() as client:

            async def attempt(person: str, password: str, to: str = f"{address}/sign-in") -> int:
                headers = {**OWN, "X-Forwarded-For": f"10.9.9.9, {person}"}
                form = {"name": "Juno", "password": password}
                return (await client.post(to, data=form, headers=headers)).status_code

            assert [await attempt("203.0.113.7", "guess") for _ in range(6)] == [403] * 5 + [429]
            assert await attempt("203.0.113.8", PASSWORD) == expected


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "127.0.0.1:8080:9"])
async def test_serves_no_other_host(browse: Browse, host: str) -> None:
    """A name that somebody made point here is not answered."""
    async with browse("Juno") as juno:
        answer = await juno.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.headers["content-type"].startswith("text/plain")
    assert "content-security-policy" in answer.headers


async def test_takes_no_more_than_64_kb(browse: Browse, waits: Waits, room: Room) -> None:
    """A body that is too long is refused before anything reads it, announced or not."""
    item = await waits()

    async def dribble() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b"a" * 1024

    async with browse("Juno") as juno:
        long = await juno.post(f"/items/{item}/reply", data={"text": "a" * 70_000})
        unannounced = await juno.post(f"/items/{item}/reply", content=dribble())
        fits = await juno.post(f"/items/{item}/advice", data={"text": "a" * 60_000})
    assert (long.status_code, unannounced.status_code, fits.status_code) == (413, 413, 200)


async def test_does_not_wait_for_a_body_that_never_ends() -> None:
    """Whoever sends slowly is let go, with a sentence."""
    reached: list[str] = []

    async def app(*_: object) -> None:
        reached.append("app")

    async def never() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    said: list[dict[str, object]] = []

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        said.append(message)

    guard = Guard(app, hosts={HOST}, headers={}, body_time=0.01)
    headers = [(b"host", HOST.encode()), (b"sec-fetch-site", b"same-origin"), (b"content-length", b"10")]
    await guard({"type": "http", "method": "POST", "headers": headers}, never, send)
    assert (said[0]["status"], reached) == (408, [])


async def test_lets_go_of_large_and_slow_bodies_over_the_wire(room: Room) -> None:
    """What is announced as too large is refused unread, and what never comes is waited for so long."""
    guarded = Guard(console(room), hosts={HOST}, headers={}, body_time=0.3)
    said = {}
    async with served(guarded, ListenSettings(HOST, 0), name="console") as address, asyncio.timeout(20):
        for length in (70_000, 10):
            reader, writer = await asyncio.open_connection(HOST, int(address.rpartition(":")[2]))
            writer.write(
                f"POST /sign-in HTTP/1.1\r\nHost: {HOST}\r\nOrigin: http://{HOST}\r\n"
                f"Content-Length: {length}\r\n\r\na".encode()
            )
            said[length] = (await reader.readline()).split()[1]
            writer.close()
            await writer.wait_closed()
    assert said == {70_000: b"413", 10: b"408"}


async def test_never_acts_on_a_body_that_was_cut() -> None:
    """Half a form is no form."""
    reached: list[str] = []

    async def app(*_: object) -> None:
        reached.append("app")

    parts = [
        {"type": "http.request", "body": b"text=hal", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def cut() -> dict[str, object]:
        return parts.pop(0)

    async def send(_: object) -> None:
        return None

    guard = Guard(app, hosts={HOST}, headers={})
    headers = [(b"host", HOST.encode()), (b"sec-fetch-site", b"same-origin")]
    await guard({"type": "http", "method": "POST", "headers": headers}, cut, send)
    assert reached == []


async def test_every_answer_carries_the_safe_headers(browse: Browse, waits: Waits) -> None:
    """Pages, parts, files, refusals and faults alike: nothing inline, nothing from elsewhere, no frame."""
    item = await waits()
    async with browse("Juno") as juno:
        paths = ("/", "/queue", f"/items/{item}", "/nothing", "/items/1", "/help", "/static/console.css")
        answers = [await juno.get(path) for path in paths]
    async with browse(None, own=False) as client:
        answers += [await client.get("/"), await client.get("/sign-in"), await client.post("/sign-in")]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "<script>" not in answer.text
        assert " style=" not in answer.text
        assert "onclick" not in answer.text
    for answer in answers:
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert answer.headers["cache-control"] == "no-store"


async def test_is_open_for_a_demonstration_alone(room: Room, waits: Waits) -> None:
    """Where it is opened as somebody, nobody signs in, pages may frame each other, forms stay guarded."""
    item = await waits()
    async with client_of(replace(room, open_as="Juno", frame=True)) as client:
        page = await client.get("/")
        assert "my gran loved the show" in page.text
        assert "Sign out" not in page.text
        assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
        assert (await client.get("/sign-in")).headers["location"] == "/"
        assert (await client.post("/sign-in", data={})).status_code in (303, 403, 429)
        foreign = await client.post(f"/items/{item}/claim", headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == 403
