"""Whom a request comes from is what a trusted proxy says, and nobody else can say it."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import pairwise
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.domain.settings import ListenSettings, Network
from fanbot.ports.web import Receive, Scope, Send
from fanbot.serving.listener import served
from fanbot.serving.mounts import mounted
from fanbot.serving.proxies import Forwarded, origin_of

PROXIES: Sequence[Network] = (
    ip_network("127.0.0.1"),
    ip_network("10.0.0.0/8"),
    ip_network("2001:db8:1::/48"),
)

anybody = st.ip_addresses()
proxy = st.one_of(
    st.just(ip_address("127.0.0.1")),
    st.ip_addresses(network="10.0.0.0/8"),
    st.ip_addresses(network="2001:db8:1::/48"),
)
stranger = anybody.filter(lambda each: not any(each in network for network in PROXIES)).filter(
    lambda each: not (isinstance(each, IPv6Address) and each.ipv4_mapped)
)
noise = st.text(st.characters(max_codepoint=255), max_size=30)


def written(address: IPv4Address | IPv6Address, form: int) -> str:
    """Write an address in one of the ways in which proxies do."""
    port = f"[{address}]:4711" if address.version == 6 else f"{address}:4711"
    return (str(address), f" {address} ", port)[form % 3]


@given(stranger, st.lists(noise))
def test_what_a_stranger_says_counts_for_nothing(peer: IPv4Address, forwarded: list[str]) -> None:
    """Whoever is no trusted proxy is who they are, whatever they write."""
    assert origin_of(str(peer), forwarded, proxies=PROXIES) == str(peer)
    assert origin_of(str(peer), forwarded, proxies=()) == str(peer)


@given(
    proxy,
    st.lists(noise.map(lambda text: text.replace(",", ""))),
    stranger,
    st.lists(proxy),
    st.integers(0, 2),
    st.data(),
)
def test_the_right_most_that_is_no_proxy_is_the_client(
    peer: IPv4Address,
    spoofed: list[str],
    client: IPv4Address,
    between: list[IPv4Address],
    form: int,
    data: st.DataObject,
) -> None:
    """What a client wrote itself stands left of what the proxies added, in one header or in several."""
    parts = [*spoofed, written(client, form), *(written(each, form) for each in between)]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(parts)), max_size=3)) | {0, len(parts)})
    headers = [",".join(parts[start:end]) for start, end in pairwise(cuts)]
    assert origin_of(str(peer), headers, proxies=PROXIES) == str(client)


@given(noise, st.lists(noise), st.lists(anybody.map(str) | noise))
def test_any_header_is_read_without_a_fault(peer: str, forwarded: list[str], mixed: list[str]) -> None:
    """Nothing that anybody can write raises, and what comes out is the peer or an address."""
    for each in (peer, "127.0.0.1"):
        found = origin_of(each, [*forwarded, ",".join(mixed)], proxies=PROXIES)
        assert found == each or ip_address(found)


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["unknown"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.7, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.7, nonsense, 10.0.0.2"], "10.0.0.2"),
        ("127.0.0.1", ["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
        ("::ffff:127.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("127.0.0.1", ["::ffff:203.0.113.7"], "203.0.113.7"),
        ("127.0.0.1", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("127.0.0.1", ["fe80::1%eth0"], "fe80::1"),
        ("", ["203.0.113.7"], ""),
    ],
)
def test_a_proxy_that_names_nobody_stands_for_all_behind_it(
    peer: str, forwarded: list[str], client: str
) -> None:
    """Where the chain breaks, the farthest that is certain is taken, never what a client wrote."""
    assert origin_of(peer, forwarded, proxies=PROXIES) == client


async def seen_by_an_app(headers: list[tuple[bytes, bytes]], **more: Any) -> Scope:
    """Return the scope with which an application is reached through a proxy on this computer."""
    seen: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    async def nothing(*_: object) -> Any:
        return {}

    scope = {"type": "http", "client": ("127.0.0.1", 5), "scheme": "http", "headers": headers, **more}
    await Forwarded(app, proxies=PROXIES)(scope, nothing, nothing)
    return seen[0]


@pytest.mark.parametrize(
    ("value", "scheme"),
    [(b"https", "https"), (b"http, HTTPS ", "https"), (b"gopher", "http"), (b"\xff", "http")],
)
async def test_a_proxy_says_what_is_https(value: bytes, scheme: str) -> None:
    """The word of the nearest proxy counts, if it is one of the two that there are."""
    headers = [(b"x-forwarded-proto", value)]
    assert (await seen_by_an_app(headers))["scheme"] == scheme
    assert (await seen_by_an_app(headers, client=("203.0.113.7", 5)))["scheme"] == "http"
    assert (await seen_by_an_app(headers, client=None))["scheme"] == "http"


async def who(scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer with whom the application sees."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": orjson.dumps([scope["client"][0], scope["scheme"]])})


async def test_every_mounted_application_sees_the_client() -> None:
    """It is settled at the listener: with a proxy named, and not without one."""
    spoofed = [
        ("X-Forwarded-For", "198.51.100.9"),
        ("X-Forwarded-For", "203.0.113.7"),
        ("X-Forwarded-Proto", "https"),
    ]
    for proxies, expected in ((PROXIES[:1], ["203.0.113.7", "https"]), ((), ["127.0.0.1", "http"])):
        at = ListenSettings("127.0.0.1", 0, tuple(proxies))
        async with served(mounted({"/chat": who}), at, name="web") as address, httpx.AsyncClient() as client:
            assert (await client.get(f"{address}/chat/", headers=spoofed)).json() == expected
