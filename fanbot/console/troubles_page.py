"""What went wrong, in plain words, and what to do about it."""

from fastapi import APIRouter, Depends, Request, Response

from fanbot.console import words
from fanbot.console.fittings import Fittings
from fanbot.console.numbers import Item
from fanbot.errors import UnknownItemError
from fanbot.ports.store import Gap


def troubles_page(shared: Fittings) -> APIRouter:
    """Route the page and its one button."""
    router = APIRouter(dependencies=[Depends(shared.visitors.required)])
    room, pages = shared.room, shared.pages

    @router.get("/troubles")
    async def troubles(request: Request) -> Response:
        eyes = shared.eyes(request)
        lost = [
            {
                "item": each.item,
                "kind": words.said(each.kind.value),
                "where": f"{words.platform(each.address.platform)}, {each.address.channel}",
                "when": eyes.when(each.at),
                "text": each.text,
                "error": each.error,
            }
            for each in await room.store.undelivered()
        ]
        gaps = [
            {
                "id": each.id,
                "where": _whereabouts(each),
                "when": eyes.when(each.at),
                "since": eyes.when(each.since) if each.since else None,
                "why": each.why,
            }
            for each in await room.store.gaps()
        ]
        return await pages.show(
            request,
            "troubles.html",
            lost=lost,
            gaps=gaps,
            problems=room.problems(),
            told=shared.told(request),
        )

    @router.post("/troubles/gaps/{item}")
    async def see_gap(request: Request, item: Item) -> Response:
        try:
            await room.store.see_gap(item, who=request.state.me)
        except UnknownItemError:
            said = "Somebody has seen that gap already; nothing was changed."
        else:
            said = "Noted that you have seen it."
        return shared.on_to(request, "/troubles", saying=said)

    return router


def _whereabouts(gap: Gap) -> str:
    platform, _, account = gap.destination.partition("/")
    named = words.platform(platform) if account == "main" else f"{words.platform(platform)} ({account})"
    return f"{named}, {gap.place}" if gap.place else named
