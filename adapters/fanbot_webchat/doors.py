"""Who and what is let in: from our own page alone, in small pieces, in good time."""

import asyncio
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request

from fanbot_webchat.refusals import RefusedError
from fanbot_webchat.visitors import Visitors

LARGEST_BODY = 64 * 1024
"""Bytes of one request."""
_PATIENCE = 10.0
"""Seconds in which a whole body must have come."""


def from_our_page(request: Request) -> None:
    """Let a request pass that our own page makes; raises RefusedError for another site's.

    Browsers say where a request comes from and no page can change that. What says nothing at all is
    no browser, so no other site stands behind it.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        ours = site == "same-origin"
    else:
        ours = origin is None or _netloc(origin) == request.headers.get("host", "")
    if not ours:
        raise RefusedError(403, "Another site asked for this, so it was not done.")


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def visitor(request: Request, visitors: Visitors) -> str:
    """Return the id of the visitor who asks; raises RefusedError without a key of ours."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    known = visitors.recognise(key.strip()) if scheme.lower() == "visitor" else None
    if known is None:
        raise RefusedError(401, "This key opens no conversation here.")
    return known


def host(request: Request) -> str:
    """Name the address that the request came from."""
    return request.client.host if request.client else ""


async def json_body(request: Request, *, patience: float = _PATIENCE) -> bytes:
    """Read a JSON body; raises RefusedError when it is too large, too slow or something else."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RefusedError(415, "Expected a body of the type application/json; nothing was kept.")
    return await whole_body(
        request,
        largest=LARGEST_BODY,
        too_large=f"This has more than {LARGEST_BODY:,} bytes; nothing of it was kept.",
        patience=patience,
        in_all=patience,
    )


async def whole_body(
    request: Request, *, largest: int, too_large: str, patience: float, in_all: float
) -> bytes:
    """Read a body of at most ``largest`` bytes; raises RefusedError, with ``too_large`` beyond them.

    Each piece may take ``patience`` seconds, the whole ``in_all``. What announces too much is not read.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > largest:
        raise RefusedError(413, too_large)
    body = bytearray()
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(in_all), asyncio.timeout(patience) as piece:
            async for chunk in request.stream():
                piece.reschedule(loop.time() + patience)
                body += chunk
                if len(body) > largest:
                    raise RefusedError(413, too_large)
    except TimeoutError as error:
        raise RefusedError(408, "This did not come whole in time; nothing of it was kept.") from error
    except ClientDisconnect as error:
        raise RefusedError(400, "This did not come whole; nothing of it was kept.") from error
    return bytes(body)
