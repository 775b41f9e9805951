"""One item: the conversation over time, how it stands, and what can be done with it."""

from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request, Response

from fanbot.console.cards import Card, Eyes, card
from fanbot.console.fittings import Fittings
from fanbot.console.lines import Said, conversation
from fanbot.console.numbers import Item
from fanbot.console.parts import leaving
from fanbot.console.undoing import UNDO, left_to_undo
from fanbot.domain.handoffs import Handoff
from fanbot.policy.snoozing import returns
from fanbot.services.desk import Desk
from fanbot.services.suggesting import Suggestion

LINES = 100
"""Lines of a conversation on one page."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An item as its page shows it. ``seen`` changes when what can be done with it does.

    ``older`` is the place from which the lines above go on, empty at the beginning of the conversation.
    """

    card: Card
    item: Handoff
    lines: tuple[Said, ...]
    older: str
    reasons: tuple[str, ...]
    suggestion: Suggestion | None
    seen: str
    undo: int


async def opened(desk: Desk, number: int, *, eyes: Eyes, before: str = "") -> Opened:
    """Open an item, at the newest lines or above a place; raises UnknownItemError."""
    entry, lines = await desk.shown(number, limit=LINES + 1, before=before)
    item, shown = entry.handoff, lines[-LINES:]
    return Opened(
        card=card(entry, due=desk.due(item), eyes=eyes),
        item=item,
        lines=tuple(conversation(shown, eyes=eyes, item=item.id)),
        older=shown[0].place if len(lines) > LINES else "",
        reasons=entry.reasons,
        suggestion=desk.suggestion(entry),
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
    """Route the page, its live part, and the pages of what was said earlier."""
    router = APIRouter()
    visitors = shared.visitors

    @router.get("/items/{item}", dependencies=[Depends(visitors.required)])
    async def item_shown(request: Request, item: Item) -> Response:
        return await item_view(shared, request, item)

    @router.get("/items/{item}/older", dependencies=[Depends(visitors.required)])
    async def older(request: Request, item: Item, before: str = "") -> Response:
        eyes = shared.eyes(request)
        shown = await opened(shared.room.desk(), item, eyes=eyes, before=before)
        return await shared.pages.show(request, "older.html", shown=shown)

    @router.get("/items/{item}/talk", dependencies=[Depends(visitors.required_in_part)])
    async def talk(request: Request, item: Item, seen: str = "") -> Response:
        eyes = shared.eyes(request)

        async def draw() -> tuple[str, str]:
            shown = await opened(shared.room.desk(), item, eyes=eyes)
            return await shared.pages.text(request, "talk.html", shown=shown, seen=seen), ""

        lingers = int(eyes.now.timestamp() // UNDO.total_seconds())
        key = (item, seen, eyes.me, request.scope.get("root_path", ""), lingers)
        part = await shared.board.drawn(key, draw, item=item)
        return leaving(part, request)

    return router
