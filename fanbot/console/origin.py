"""Where a request may come from: the hosts that are served, and the console's own pages."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit


def served(host: str, hosts: Collection[str]) -> bool:
    """Tell whether this value of the Host header is one of ours, against DNS rebinding.

    >>> served("127.0.0.1:8080", {"127.0.0.1"}), served("evil.example", {"127.0.0.1"})
    (True, False)
    """
    host = host.lower()
    name, _, port = host.rpartition(":")
    return host in hosts or (port.isdigit() and name in hosts)


def own(headers: Mapping[str, str]) -> bool:
    """Tell whether a request that changes something comes from one of the console's own pages.

    Browsers say so in Sec-Fetch-Site; where they do not, the Origin must be the host itself.

    >>> own({"sec-fetch-site": "cross-site", "host": "a", "origin": "http://a"})
    False
    >>> own({"host": "a:8080", "origin": "http://a:8080"}), own({"host": "a"})
    (True, False)
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    try:
        origin = urlsplit(headers.get("origin", "")).netloc
    except ValueError:
        return False
    return bool(origin) and origin.lower() == headers.get("host", "").lower()


def inside(path: str) -> str:
    """Return a path of the console to go on to; anything that may lead elsewhere becomes ``/``.

    >>> inside("/items/5?x=1"), inside("//evil.example"), inside("https://evil.example")
    ('/items/5?x=1', '/', '/')
    """
    plain = path.isascii() and path.isprintable() and " " not in path and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"
