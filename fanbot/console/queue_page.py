"""The queue: what waits for a person, most urgent first, live."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request, Response
from markupsafe import Markup
from sse_starlette import EventSourceResponse, ServerSentEvent

from fanbot.console.board import SHOWN, Drawn
from fanbot.console.cards import Group, grouped
from fanbot.console.fittings import Fittings
from fanbot.console.parts import leaving

_PING = 15


@dataclass(frozen=True, slots=True)
class Listed:
    """The list: what waits by fan, how much in all, and how much is shown, past its goal and not shown."""

    groups: tuple[Group, ...]
    waiting: int
    shown: int
    late: int
    more: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The list, as a page and as the part of it that changes, and the stream that says when.

    ``ping``: seconds after which a stream says that it is alive, and looks whether it still may be.
    """

    shared: Fittings
    ping: float = _PING

    async def page(self, request: Request) -> Response:
        """Answer with the whole page."""
        part = await self._drawn(request)
        told = self.shared.told(request)
        # The list went through a page of its own, so that what stands in it is escaped already.
        return await self.shared.pages.show(
            request,
            "queue.html",
            told=told,
            part=Markup(part.inner),  # noqa: S704
            tag=part.tag,
        )

    async def part(self, request: Request) -> Response:
        """Answer with the list, or with nothing where the browser has it already."""
        part = await self._drawn(request)
        return leaving(part, request)

    async def events(self, request: Request) -> Response:
        """Answer with a stream that says ``changed``, and nothing else."""
        return EventSourceResponse(self._stream(request), ping=4 * _PING)

    async def _drawn(self, request: Request) -> Drawn:
        shared = self.shared

        async def draw() -> tuple[str, str]:
            listed = await self._listed(request)
            part = await shared.pages.text(request, "queue_list.html", listed=listed)
            return part, await shared.pages.text(request, "queue_added.html")

        problems = len(shared.room.problems())
        return await shared.board.drawn(
            (request.state.me, request.scope.get("root_path", ""), problems), draw
        )

    async def _listed(self, request: Request) -> Listed:
        cards, waiting = await self.shared.board.cards(self.shared.eyes(request))
        return Listed(
            groups=tuple(grouped(cards)),
            waiting=waiting,
            shown=len(cards),
            late=sum(1 for card in cards if card.late),
            more=max(0, waiting - len(cards)) if len(cards) == SHOWN else 0,
        )

    async def _stream(self, request: Request) -> AsyncIterator[ServerSentEvent]:
        loop = asyncio.get_running_loop()
        looked = loop.time()
        async with aclosing(self.shared.watch.changes(patience=self.ping)) as changes:
            async for changed in changes:
                if loop.time() - looked >= self.ping:
                    if not await self.shared.visitors.who(request):
                        return
                    looked = loop.time()
                yield ServerSentEvent("", event="changed") if changed else ServerSentEvent(comment="here")


def queue_page(shared: Fittings) -> APIRouter:
    """Route the queue."""
    router = APIRouter()
    page, part = Depends(shared.visitors.required), Depends(shared.visitors.required_in_part)
    made = QueuePage(shared)
    router.add_api_route("/", made.page, methods=["GET"], dependencies=[page])
    router.add_api_route("/queue", made.part, methods=["GET"], dependencies=[part])
    router.add_api_route("/events", made.events, methods=["GET"], dependencies=[part])
    return router
