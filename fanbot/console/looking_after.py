"""The other pages: what was set aside, the pause, and the keys."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from fanbot.console import words
from fanbot.console.cards import where
from fanbot.console.fittings import Fittings
from fanbot.console.numbers import Item
from fanbot.console.origin import inside
from fanbot.errors import UnknownItemError


def looking_after(shared: Fittings) -> APIRouter:
    """Route them."""
    router = APIRouter(dependencies=[Depends(shared.visitors.required)])
    room, pages = shared.room, shared.pages

    @router.get("/set-aside")
    async def set_aside(request: Request) -> Response:
        eyes = shared.eyes(request)
        found = [
            {
                "id": each.event_id,
                "fan": words.fan(each.inbound),
                "where": where(each.inbound),
                "when": eyes.when(each.inbound.received_at),
                "text": each.inbound.text,
                "reasons": each.reasons,
            }
            for each in await room.store.set_aside()
        ]
        return await pages.show(request, "set_aside.html", found=found, told=shared.told(request))

    @router.post("/set-aside/{item}")
    async def review(request: Request, item: Item, verdict: Annotated[str, Form()] = "") -> Response:
        for_person = verdict == "person"
        if verdict not in ("person", "rest"):
            return shared.on_to(request, "/set-aside", saying="Choose one of the two; nothing was changed.")
        try:
            await room.store.review(item, who=request.state.me, for_person=for_person)
        except UnknownItemError:
            said = "Somebody has looked at that message already; nothing was changed."
        else:
            said = "It is in the queue now." if for_person else "It rests. It is kept, and nobody is told."
        return shared.on_to(request, "/set-aside", saying=said)

    @router.post("/pause")
    async def pause(
        request: Request, paused: Annotated[str, Form()] = "", back: Annotated[str, Form()] = "/"
    ) -> Response:
        if paused not in ("yes", "no"):
            return shared.on_to(request, inside(back))
        await room.switches.pause(who=request.state.me, now=room.clock.now(), paused=paused == "yes")
        return shared.on_to(request, inside(back))

    @router.get("/help")
    async def keys(request: Request) -> Response:
        return await pages.show(request, "help.html", told=shared.told(request))

    return router
