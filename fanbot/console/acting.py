"""Make a move for somebody, and lead on; what cannot be done is said on the page it was asked on."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from fanbot.console.fittings import Fittings
from fanbot.console.item_page import item_view
from fanbot.errors import MoveError, StoreUnavailableError


async def act(
    shared: Fittings,
    request: Request,
    item: int,
    work: Callable[[str], Awaitable[object]],
    *,
    onward: str,
    saying: str = "",
    kept: str = "",
) -> Response:
    """Do ``work`` in this person's name and lead on to ``onward``.

    ``kept`` are the words that stay when it cannot be done.
    """
    try:
        await work(request.state.me)
    except MoveError as error:
        return await item_view(shared, request, item, status=409, wrong=str(error), kept=kept)
    except StoreUnavailableError:
        return shared.pages.plain(request, "not_now.html", status=503, kept=kept)
    return shared.on_to(request, onward, saying=saying)
