"""Answer a fan: hints while typing, a draft that is kept, one reply, ten seconds to take it back."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from fanbot.console.acting import act
from fanbot.console.fittings import Fittings
from fanbot.console.numbers import Item
from fanbot.console.undoing import UNDO, left_to_undo, said_before, taken_back
from fanbot.domain.handoffs import State
from fanbot.errors import MoveError

Text = Annotated[str, Form()]
_LEAVING = (
    "Your last reply leaves in these seconds, so nothing more was sent."
    " Take that one back, or send this when it has left; your words are kept."
)
_MOVED_ON = (
    "The fan has written since, or somebody moved this, so your reply cannot be taken back;"
    " nothing was changed."
)


@dataclass(frozen=True, slots=True)
class Replying:
    """What the form of a reply asks for."""

    shared: Fittings

    async def reply(self, request: Request, item: Item, text: Text = "", once: Text = "") -> Response:
        """Send a reply, once however often the form comes."""
        words, page = _plain(text), f"/items/{item}"
        old = bool(once) and not self.shared.once.knows(once)
        if not self.shared.once.take(once):
            return self.shared.on_to(request, page)

        async def send(me: str) -> None:
            desk = self.shared.room.desk()
            entry, lines = await desk.shown(item)
            if left_to_undo(entry.handoff, me=me, now=self.shared.room.clock.now()):
                raise MoveError(_LEAVING)
            if not said_before(entry.handoff, lines, words, me=me, old=old):
                await desk.reply(item, words, who=me, linger=UNDO)

        answer = await act(self.shared, request, item, send, onward=page, kept=words)
        if answer.status_code >= 400:
            self.shared.once.give_back(once)
        return answer

    async def recall(self, request: Request, item: Item) -> Response:
        """Take a reply back before it leaves."""
        room = self.shared.room

        async def take_back(me: str) -> None:
            entry, lines = await room.desk().shown(item)
            if taken_back(entry.handoff, lines, me=me):
                return
            if entry.handoff.state is not State.ANSWERED:
                raise MoveError(_MOVED_ON)
            if not left_to_undo(entry.handoff, me=me, now=room.clock.now()):
                raise MoveError("The ten seconds are over and your reply has left; nothing was changed.")
            await room.desk().recall(item, who=me)

        said = "Your reply was taken back before it left. Your words are below."
        onward = f"/items/{item}#reply"
        return await act(self.shared, request, item, take_back, onward=onward, saying=said)

    async def draft(self, request: Request, item: Item, text: Text = "") -> Response:
        """Keep what is written so far, for whoever has the item; 409 for anybody else."""
        kept = await self.shared.room.desk().keep_draft(item, _plain(text), who=request.state.me)
        return Response(status_code=204 if kept else 409)

    async def advice(self, request: Request, item: Item, text: Text = "") -> Response:
        """Say what a fan would mishear; a hint, never a bar (P1, P16, P18)."""
        del item
        advice = self.shared.room.desk().advice(_plain(text))
        return self.shared.pages.plain(request, "advice.html", advice=advice)


def replying(shared: Fittings) -> APIRouter:
    """Route everything around a reply."""
    router = APIRouter()
    page, part = Depends(shared.visitors.required), Depends(shared.visitors.required_in_part)
    made = Replying(shared)
    for name, answer, whose in (
        ("reply", made.reply, page),
        ("recall", made.recall, page),
        ("draft", made.draft, part),
        ("advice", made.advice, part),
    ):
        router.add_api_route(f"/items/{{item}}/{name}", answer, methods=["POST"], dependencies=[whose])
    return router


def _plain(text: str) -> str:
    """Undo what forms do to the ends of lines."""
    return text.replace("\r\n", "\n")
