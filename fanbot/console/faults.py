"""What a visitor reads when something cannot be done."""

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse

from fanbot.console.fittings import Fittings
from fanbot.console.origin import inside
from fanbot.console.visitors import NotSignedInError
from fanbot.errors import FanbotError, StoreUnavailableError, UnknownItemError

_NOWHERE = "There is no such page, or what it showed is gone. Nothing was changed."
_UNFORESEEN = "Something went wrong here. Whoever runs fanbot finds the reason in its log."
_WRONG_WAY = "This address does not work that way. Nothing was changed."


def say_faults(app: FastAPI, shared: Fittings, *, headers: Mapping[str, str]) -> None:
    """Teach an application to say what went wrong, what was kept and what to do.

    ``headers`` leave with the answer to what nobody foresaw, which is given outside of the guard.
    """
    pages = shared.pages

    @app.exception_handler(NotSignedInError)
    async def not_signed_in(request: Request, error: Exception) -> Response:
        root = request.scope.get("root_path", "")
        here = _path(request.headers.get("hx-current-url", "")) or request.url.path
        here = here.removeprefix(root)
        if request.method != "GET":
            here = here.rsplit("/", 1)[0] if here.startswith("/items/") else "/"
        door = f"{root}/sign-in?next={quote(inside(here), safe='/')}"
        if isinstance(error, NotSignedInError) and error.part:
            return PlainTextResponse("Please sign in again.\n", 401, {"HX-Redirect": door})
        return RedirectResponse(door, 303)

    @app.exception_handler(StoreUnavailableError)
    async def unavailable(request: Request, _error: Exception) -> Response:
        return pages.plain(request, "not_now.html", status=503, kept="")

    @app.exception_handler(UnknownItemError)
    async def unknown(request: Request, _error: Exception) -> Response:
        return pages.plain(request, "fault.html", status=404, title="Nothing is here", told=_NOWHERE)

    @app.exception_handler(FanbotError)
    async def other(request: Request, error: Exception) -> Response:
        return pages.plain(request, "fault.html", status=500, title="That did not work", told=str(error))

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, _error: Exception) -> Response:
        return pages.plain(request, "fault.html", status=404, title="Nothing is here", told=_NOWHERE)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        told = _NOWHERE if status == 404 else _WRONG_WAY
        return pages.plain(request, "fault.html", status=status, title="Nothing is here", told=told)

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, _error: Exception) -> Response:
        answer = pages.plain(request, "fault.html", status=500, title="That did not work", told=_UNFORESEEN)
        answer.headers.update(headers)
        return answer


def _path(address: str) -> str:
    """Return the path of an address, empty when it is none."""
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
