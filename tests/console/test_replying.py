"""A reply: hints, the draft, sending once, and ten seconds to take it back."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import httpx

from fanbot.console.app import console
from fanbot.console.room import Room
from fanbot.domain.handoffs import State
from fanbot.errors import StoreUnavailableError
from fanbot.ports.platform import Resend
from fanbot.ports.store import Line, QueueEntry
from fanbot.services.desk import Desk
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.stores import confirm
from tests.console.visiting import ADDRESS, OWN, Browse, Waits


async def leave(store: SqlStore, clock: ManualClock) -> list[str]:
    """Send what is due; return the words that left."""
    store.outbox.serve({"memory/main": Resend.SAME_KEY})
    claims = await store.outbox.claim(limit=50, now=clock.now())
    await confirm(store, claims, at=clock.now())
    return [claim.dispatch.text for claim in claims]


async def test_lingers_for_ten_seconds(
    juno: httpx.AsyncClient, waits: Waits, store: SqlStore, clock: ManualClock
) -> None:
    """A reply stands still while it can be taken back, and leaves by itself after that."""
    item = await waits()
    await juno.post(f"/items/{item}/reply", data={"text": "Thank you."})
    page = (await juno.get(f"/items/{item}")).text
    assert 'data-undo="10"' in page
    assert "Undo</button>" in page
    assert await leave(store, clock) == []
    clock.move(timedelta(seconds=10))
    (words,) = await leave(store, clock)
    assert words.startswith("Thank you.")
    page = (await juno.get(f"/items/{item}")).text
    assert "Undo</button>" not in page
    assert "Thank you." in page


async def test_takes_a_reply_back(
    juno: httpx.AsyncClient, waits: Waits, store: SqlStore, clock: ManualClock, desk: Desk
) -> None:
    """What was taken back never leaves, and its words stand in the field again."""
    item = await waits()
    await juno.post(f"/items/{item}/reply", data={"text": "Too hasty."})
    clock.move(timedelta(seconds=8))
    answer = await juno.post(f"/items/{item}/recall")
    assert answer.headers["location"] == f"/items/{item}#reply"
    page = (await juno.get(f"/items/{item}")).text
    assert "taken back before it left" in page
    assert "Too hasty.</textarea>" in page
    assert (await desk.store.entry(item)).handoff.state is State.CLAIMED
    clock.move(timedelta(hours=1))
    assert await leave(store, clock) == []


async def test_says_when_it_is_too_late_to_take_back(
    juno: httpx.AsyncClient, sam: httpx.AsyncClient, waits: Waits, store: SqlStore, clock: ManualClock
) -> None:
    """After ten seconds, or for somebody else, nothing is taken back and that is said."""
    item = await waits()
    await juno.post(f"/items/{item}/reply", data={"text": "Thank you."})
    assert (await sam.post(f"/items/{item}/recall")).status_code == 409
    clock.move(timedelta(seconds=11))
    late = await juno.post(f"/items/{item}/recall")
    assert late.status_code == 409
    assert "The ten seconds are over" in late.text
    assert len(await leave(store, clock)) == 1


async def test_sends_once_however_often_the_form_comes(
    juno: httpx.AsyncClient, waits: Waits, store: SqlStore, clock: ManualClock
) -> None:
    """Two presses, a reload, a cut connection: one reply."""
    item = await waits()
    form: Mapping[str, str] = {"text": "Thank you.", "once": "the-mark-of-the-form"}
    answers = await asyncio.gather(*(juno.post(f"/items/{item}/reply", data=form) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {303}
    clock.move(timedelta(seconds=10))
    assert len(await leave(store, clock)) == 1
    await juno.post(f"/items/{item}/reply", data=form)
    clock.move(timedelta(seconds=10))
    assert await leave(store, clock) == []


async def test_sends_once_across_a_restart_of_the_console(
    browse: Browse, waits: Waits, store: SqlStore, clock: ManualClock
) -> None:
    """A form from before whose mark nobody remembers is known by its words."""
    item = await waits()
    async with browse("Juno") as juno:
        await juno.post(f"/items/{item}/reply", data={"text": "Thank you.", "once": "a"})
        soon = await juno.post(f"/items/{item}/reply", data={"text": "Thank you.", "once": "b"})
        assert soon.status_code == 409
        assert "your words are kept" in soon.text
        clock.move(timedelta(seconds=10))
        assert len(await leave(store, clock)) == 1
        await juno.post(f"/items/{item}/reply", data={"text": "Thank you.", "once": "c"})
        clock.move(timedelta(seconds=10))
        assert await leave(store, clock) == []
        await juno.post(f"/items/{item}/reply", data={"text": "And one more thing.", "once": "d"})
        clock.move(timedelta(seconds=10))
        assert len(await leave(store, clock)) == 1


async def test_sends_once_across_a_restart_though_the_fan_wrote_again(
    room: Room, juno: httpx.AsyncClient, waits: Waits, store: SqlStore, clock: ManualClock
) -> None:
    """A form from before a restart is known also when the item waits again; a new one may say the same."""
    item = await waits()
    form = {"text": "Thank you.", "once": "from-before-the-restart"}
    await juno.post(f"/items/{item}/reply", data=form)
    await waits("and my mother too")
    transport = httpx.ASGITransport(app=console(room))
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=OWN) as after:
        after.cookies = juno.cookies
        assert (await after.post(f"/items/{item}/reply", data=form)).status_code == 303
        clock.move(timedelta(seconds=10))
        assert len(await leave(store, clock)) == 1
        page = (await after.get(f"/items/{item}")).text
        mark = page.partition('name="once" value="')[2].partition('"')[0]
        await after.post(f"/items/{item}/reply", data={"text": "Thank you.", "once": mark})
    clock.move(timedelta(seconds=10))
    assert len(await leave(store, clock)) == 1


async def test_takes_a_reply_back_once_however_often_the_form_comes(
    juno: httpx.AsyncClient, waits: Waits, store: SqlStore, clock: ManualClock
) -> None:
    """Whoever asks twice is told that it was taken back, not that it has left."""
    item = await waits()
    await juno.post(f"/items/{item}/reply", data={"text": "Too hasty."})
    for _ in range(2):
        assert (await juno.post(f"/items/{item}/recall")).status_code == 303
        assert "taken back before it left" in (await juno.get(f"/items/{item}")).text
    clock.move(timedelta(seconds=10))
    assert await leave(store, clock) == []


async def test_says_that_a_reply_stays_when_the_fan_wrote_meanwhile(
    juno: httpx.AsyncClient, waits: Waits
) -> None:
    """Nobody reads that a reply has left which leaves only in some seconds."""
    item = await waits()
    await juno.post(f"/items/{item}/reply", data={"text": "Thank you."})
    await waits("and my mother too")
    late = await juno.post(f"/items/{item}/recall")
    assert late.status_code == 409
    assert "cannot be taken back" in late.text
    assert "has left" not in late.text


async def test_sends_nothing_empty(juno: httpx.AsyncClient, waits: Waits) -> None:
    """A reply without words is no reply, and the same form may be used again."""
    item = await waits()
    empty = await juno.post(f"/items/{item}/reply", data={"text": "  ", "once": "m"})
    assert empty.status_code == 409
    assert "The reply is empty; nothing was sent." in empty.text
    assert (await juno.post(f"/items/{item}/reply", data={"text": "x", "once": "m"})).status_code == 303


async def test_keeps_a_draft_for_whoever_has_the_item(
    juno: httpx.AsyncClient, sam: httpx.AsyncClient, waits: Waits, desk: Desk
) -> None:
    """What is written so far stays with the claim, and nobody else writes over it."""
    item = await waits()
    assert (await juno.post(f"/items/{item}/draft", data={"text": "not mine"})).status_code == 409
    await juno.post(f"/items/{item}/claim")
    assert (await juno.post(f"/items/{item}/draft", data={"text": "Dear\r\nAda"})).status_code == 204
    assert (await sam.post(f"/items/{item}/draft", data={"text": "mine"})).status_code == 409
    assert (await desk.store.entry(item)).handoff.draft == "Dear\nAda"
    assert "Dear\nAda</textarea>" in (await juno.get(f"/items/{item}")).text
    assert "your draft is kept" in (await juno.get("/")).text


async def test_hints_and_never_bars(juno: httpx.AsyncClient, waits: Waits) -> None:
    """What a fan would mishear is said while typing, and can be sent all the same."""
    item = await waits()
    text = "I am too busy, I will answer as soon as possible"
    hint = await juno.post(f"/items/{item}/advice", data={"text": text})
    assert "as soon as possible" in hint.text
    assert "You can send it all the same." in hint.text
    assert (await juno.post(f"/items/{item}/advice", data={"text": "Thank you, Ada."})).text.strip() == ""
    assert (await juno.post(f"/items/{item}/reply", data={"text": text})).status_code == 303


class OutOfReach(Desk):
    """A queue whose store takes nothing now."""

    async def shown(
        self, item: int, *, limit: int = 100, before: str = ""
    ) -> tuple[QueueEntry, Sequence[Line]]:
        raise StoreUnavailableError("disk full")

    async def waiting(self, *, everything: bool = False, limit: int = 500) -> Sequence[QueueEntry]:
        raise StoreUnavailableError("disk full")


async def test_keeps_the_words_when_the_store_is_out_of_reach(room: Room, desk: Desk) -> None:
    """A full disk says that nothing was sent, and gives the words back."""
    stuck = OutOfReach(desk.store, desk.phrasebook, desk.team, desk.clock, desk.capabilities)
    app = console(replace(room, desk=lambda: stuck, open_as="Juno"))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=OWN) as juno:
        answer = await juno.post("/items/5/reply", data={"text": "An hour's work"})
        assert answer.status_code == 503
        assert "Nothing was changed and nothing was sent." in answer.text
        assert "An hour&#39;s work</textarea>" in answer.text
        assert (await juno.get("/")).status_code == 503
