"""Every route that an application has, however it was put together."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from starlette.routing import BaseRoute

from fanbot.console.app import console
from fanbot.console.room import Room


def all_routes(room: Room) -> Sequence[tuple[str, str]]:
    """List the console's routes: method and path, with names for its places; HEAD stands with GET."""
    found = sorted(set(_walk(console(room).routes)))
    assert len(found) > 20
    return found


def filled(path: str, *, item: int = 5) -> str:
    """Put numbers into a path's places, so that it reaches its route."""
    return re.sub(r"\{[^}]*\}", "0", path.replace("{item}", str(item)))


def _walk(routes: Sequence[BaseRoute]) -> Iterator[tuple[str, str]]:
    for route in routes:
        inner: Any = getattr(route, "original_router", None)
        if inner is not None:
            yield from _walk(inner.routes)
            continue
        path, methods = getattr(route, "path", None), getattr(route, "methods", None)
        assert path is not None, route
        assert methods, route
        yield from ((method, path) for method in methods if method != "HEAD")
