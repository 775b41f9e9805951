"""Whom a request comes from, when trusted proxies stand between."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from fanbot.domain.settings import Network
from fanbot.ports.web import App, Receive, Scope, Send

_FOR, _PROTO = b"x-forwarded-for", b"x-forwarded-proto"
_SCHEMES = ("http", "https")


def origin_of(peer: str, forwarded: Sequence[str], *, proxies: Sequence[Network]) -> str:
    """Return the address of the client: the right-most in ``forwarded`` that is no trusted proxy.

    ``forwarded`` holds the values of ``X-Forwarded-For`` as they came. What a peer that is no proxy
    says counts for nothing. Where a trusted proxy names nothing that is an address, or proxies alone,
    the farthest proxy that is certain stands for all behind it.

    >>> from ipaddress import ip_network
    >>> here = [ip_network("127.0.0.1")]
    >>> origin_of("127.0.0.1", ["198.51.100.9, 203.0.113.7"], proxies=here)
    '203.0.113.7'
    >>> origin_of("203.0.113.7", ["198.51.100.9"], proxies=here)
    '203.0.113.7'
    """
    certain = peer
    named = [part for value in forwarded for part in value.split(",")]
    while _trusted(certain, proxies) and named:
        address = _address(named.pop())
        if address is None:
            break
        certain = str(address)
    return certain


class Forwarded:
    """Stand before an application, so that it sees the client and the scheme that a trusted proxy names."""

    def __init__(self, app: App, *, proxies: Sequence[Network]) -> None:
        """Believe these ``proxies`` and nobody else."""
        self._app = app
        self._proxies = tuple(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with ``client`` and ``scheme`` as they are for the client."""
        await self._app(self._seen(scope), receive, send)

    def _seen(self, scope: Scope) -> Scope:
        peer, port = scope.get("client") or ("", 0)
        if not _trusted(peer, self._proxies):
            return scope
        client = origin_of(peer, _values(scope, _FOR), proxies=self._proxies)
        schemes = [part.strip().lower() for value in _values(scope, _PROTO) for part in value.split(",")]
        scheme = schemes[-1] if schemes and schemes[-1] in _SCHEMES else scope["scheme"]
        return {**scope, "client": (client, port if client == peer else 0), "scheme": scheme}


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def _trusted(host: str, proxies: Sequence[Network]) -> bool:
    address = _address(host)
    return address is not None and any(address in network for network in proxies)


def _address(written: str) -> IPv4Address | IPv6Address | None:
    """Read an address as proxies write it, perhaps with a port; None for anything else."""
    written = written.strip()
    if written.startswith("["):
        written = written[1:].partition("]")[0]
    elif written.count(":") == 1:
        written = written.partition(":")[0]
    try:
        found = ip_address(written.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
