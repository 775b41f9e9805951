"""One item: the conversation over time, how it stands, and what can be done with it."""

from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request, Response

from fanbot.console.cards import Card, Eyes, card
from fanbot.console.fittings import Fittings
from fanbot.console.lines import Said, conversation
from fanbot.console.numbers import Item
from fanbot.console.snoozing import returns
from fanbot.console.undoing import left_to_undo
from fanbot.domain.handoffs import Handoff
from fanbot.services.desk import Desk


@dataclass(frozen=True, slots=True)
class Opened:
    """An item as its page shows it. ``seen`` changes when what can be done with it does."""

    card: Card
    item: Handoff
    lines: tuple[Said, ...]
    reasons: tuple[str, ...]
    seen: str
    undo: int


async def opened(desk: Desk, number: int, *, eyes: Eyes) -> Opened:
    """Open an item; raises UnknownItemError."""
    entry, lines = await desk.shown(number)
    item = entry.handoff
    return Opened(
        card=card(entry, due=desk.due(item), eyes=eyes),
        item=item,
        lines=tuple(conversation(lines, eyes=eyes)),
        reasons=entry.reasons,
        seen=f"{item.state.value}.{item.owner}",
        undo=left_to_undo(item, me=eyes.me, now=eyes.now),
    )


async def item_view(
    shared: Fittings, request: Request, number: int, *, status: int = 200, wrong: str = "", kept: str = ""
) -> Response:
    """Answer with the page of an item. ``kept`` are words of a reply that did not leave."""
    eyes = shared.eyes(request)
    shown = await opened(shared.room.desk(), number, eyes=eyes)
    advice = shared.room.desk().advice(kept or shown.item.draft)
    return await shared.pages.show(
        request,
        "item.html",
        status=status,
        shown=shown,
        advice=advice,
        text=kept or shown.item.draft,
        kept=bool(kept),
        wrong=wrong,
        told=shared.told(request),
        once=shared.once.mark(),
        others=[name for name in shared.room.names if name != eyes.me],
        returns=[(name, said) for name, (said, _) in returns(eyes.now, eyes.zone).items()],
    )


def item_page(shared: Fittings) -> APIRouter:
    """Route the page and its live part."""
    router = APIRouter()
    visitors = shared.visitors

    @router.get("/items/{item}", dependencies=[Depends(visitors.required)])
    async def item_shown(request: Request, item: Item) -> Response:
        return await item_view(shared, request, item)

    @router.get("/items/{item}/talk", dependencies=[Depends(visitors.required_in_part)])
    async def talk(request: Request, item: Item, seen: str = "") -> Response:
        eyes = shared.eyes(request)

        async def draw() -> tuple[str, str]:
            shown = await opened(shared.room.desk(), item, eyes=eyes)
            return await shared.pages.text(request, "talk.html", shown=shown, seen=seen), ""

        part = await shared.board.drawn((item, seen, eyes.me, request.scope.get("root_path", "")), draw)
        if request.headers.get("if-none-match") == part.tag:
            return Response(status_code=304, headers={"ETag": part.tag})
        return Response(part.text, media_type="text/html", headers={"ETag": part.tag})

    return router
