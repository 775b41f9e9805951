"""Sign in, sign out, and sign out everywhere."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import RedirectResponse

from fanbot.console.fittings import Fittings
from fanbot.console.origin import inside
from fanbot.console.words import seconds

_WRONG = "That name and password do not fit together. Nothing was changed; please try again."
_UNSET = (
    "No password is set yet, so nobody can sign in. Whoever runs fanbot sets one with `fanbot password`"
    " and starts fanbot again."
)


def signing(shared: Fittings) -> APIRouter:
    """Route what happens at the door."""
    router = APIRouter()
    visitors, pages = shared.visitors, shared.pages

    def door(request: Request, onward: str, *, status: int = 200, told: str = "", name: str = "") -> Response:
        unset = "" if shared.passwords.set else _UNSET
        return pages.plain(
            request,
            "sign_in.html",
            status=status,
            names=shared.room.names,
            onward=inside(onward),
            told=told or unset,
            name=name,
        )

    @router.get("/sign-in")
    async def ask(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
        if await visitors.who(request):
            return _on(request, inside(next))
        return door(request, next)

    @router.post("/sign-in")
    async def sign_in(
        request: Request,
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "/",  # noqa: A002 - the name in the form
    ) -> Response:
        known = name if name in shared.room.names else ""
        address = request.client.host if request.client else ""
        wait = shared.tries.wait(address=address, name=known)
        if wait:
            told = f"There were many tries. The next one can be made in {seconds(wait)}. Nothing was changed."
            answer = door(request, next, status=429, told=told, name=known)
            answer.headers["Retry-After"] = str(wait)
            return answer
        right = await shared.passwords.right(password)
        if not (right and known):
            shared.tries.failed(name=known)
            told = _WRONG if shared.passwords.set else ""
            return door(request, next, status=403, told=told, name=known)
        response = _on(request, inside(next))
        await visitors.begin(request, response, who=known)
        return response

    @router.post("/sign-out", dependencies=[Depends(visitors.required)])
    async def sign_out(request: Request) -> Response:
        await visitors.end(request)
        return _left(request)

    @router.post("/sign-out-everywhere", dependencies=[Depends(visitors.required)])
    async def sign_out_everywhere(request: Request) -> Response:
        await shared.room.sessions.end_all(who=request.state.me)
        return _left(request)

    def _left(request: Request) -> Response:
        response = _on(request, "/sign-in")
        visitors.forget(response)
        # Drafts that the browser kept belong to whoever just left.
        response.headers["Clear-Site-Data"] = '"storage"'
        return response

    return router


def _on(request: Request, path: str) -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}{path}", 303)
