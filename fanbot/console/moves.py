"""What a person does with an item besides answering it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from fanbot.console.acting import act
from fanbot.console.fittings import Fittings
from fanbot.console.numbers import Item
from fanbot.errors import MoveError
from fanbot.policy.snoozing import returns


@dataclass(frozen=True, slots=True)
class Moves:
    """The moves; each is asked for by a form, so that it works without JavaScript."""

    shared: Fittings

    async def claim(self, request: Request, item: Item) -> Response:
        """Take an item."""
        return await act(
            self.shared,
            request,
            item,
            lambda me: self.shared.room.desk().claim(item, who=me),
            onward=f"/items/{item}#reply",
            saying="You have this now; the assistant keeps out of the conversation.",
        )

    async def release(self, request: Request, item: Item) -> Response:
        """Put an item back."""
        return await act(
            self.shared,
            request,
            item,
            lambda me: self.shared.room.desk().release(item, who=me),
            onward="/",
            saying="It is back in the queue, where everybody sees it. Your draft is kept with it.",
        )

    async def snooze(self, request: Request, item: Item, until: Annotated[str, Form()] = "") -> Response:
        """Set an item aside until one of the moments on offer."""
        room = self.shared.room
        choice = returns(room.clock.now(), room.timezone()).get(until)

        async def work(me: str) -> None:
            if choice is None:
                raise MoveError("That time to come back is not on offer any more; nothing was changed.")
            await room.desk().snooze(item, until=choice[1], who=me)

        said = f"It is snoozed and comes back by itself: {choice[0]}." if choice else ""
        return await act(self.shared, request, item, work, onward="/", saying=said)

    async def pass_on(
        self, request: Request, item: Item, to: Annotated[str, Form()] = "", note: Annotated[str, Form()] = ""
    ) -> Response:
        """Hand an item to somebody else of the team."""
        room = self.shared.room

        async def work(me: str) -> None:
            if to not in room.names:
                raise MoveError("Choose who gets it from the team; nothing was changed.")
            await room.desk().pass_on(item, to=to, note=note, who=me)

        said = f"{to} has it now, with your note."
        return await act(self.shared, request, item, work, onward="/", saying=said, kept="")

    async def escalate(self, request: Request, item: Item) -> Response:
        """Bring an item before the creator."""
        room = self.shared.room
        return await act(
            self.shared,
            request,
            item,
            lambda me: room.desk().escalate(item, who=me),
            onward="/",
            saying=f"It waits for {room.team().creator} now.",
        )

    async def close(self, request: Request, item: Item) -> Response:
        """End an item as read."""
        return await act(
            self.shared,
            request,
            item,
            lambda me: self.shared.room.desk().close(item, who=me),
            onward="/",
            saying="Noted as read, no reply needed.",
        )


def moves(shared: Fittings) -> APIRouter:
    """Route them."""
    router = APIRouter(dependencies=[Depends(shared.visitors.required)])
    made = Moves(shared)
    for name, move in (
        ("claim", made.claim),
        ("release", made.release),
        ("snooze", made.snooze),
        ("pass-on", made.pass_on),
        ("escalate", made.escalate),
        ("close", made.close),
    ):
        router.add_api_route(f"/items/{{item}}/{name}", move, methods=["POST"])
    return router
