"""The queue and one item, as an artist works them."""

from dataclasses import replace
from datetime import timedelta

import httpx

from fanbot.domain.handoffs import Lane, State
from fanbot.domain.reach import Barrier
from fanbot.ports.store import Outcome, Pending
from fanbot.services.desk import Desk
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.stores import handed_over
from tests.console.visiting import Waits


async def test_says_kindly_that_nothing_waits(juno: httpx.AsyncClient) -> None:
    """An empty queue is said in a sentence that is true."""
    page = await juno.get("/")
    assert page.status_code == 200
    assert "Nothing waits for a person." in page.text


async def test_shows_what_waits_with_its_reason(juno: httpx.AsyncClient, waits: Waits) -> None:
    """Who, where, since when, why, and in which lane."""
    item = await waits("my gran loved the show")
    page = (await juno.get("/")).text
    for words in ("Ada", "Personal", "my gran loved the show", "it is personal", "in a direct chat"):
        assert words in page
    assert f'href="/items/{item}"' in page
    assert '<time datetime="2026-05-01T12:00:00+00:00"' in page


async def test_covers_what_frightens_until_it_is_opened(juno: httpx.AsyncClient, waits: Waits) -> None:
    """A list is read over shoulders: a safety item shows neither its words nor the words that told."""
    item = await waits("i do not want to live", lane=Lane.CRISIS)
    page = (await juno.get("/")).text
    assert "do not want" not in page
    assert "shown when you open it" in page
    assert "i do not want to live" in (await juno.get(f"/items/{item}")).text


async def test_puts_safety_first_and_one_fans_items_together(juno: httpx.AsyncClient, waits: Waits) -> None:
    """The most urgent stands first; what waits of one fan stands under one name."""
    await waits("my parcel came broken", lane=Lane.ORDER, fan="ada")
    await waits("i will find you", lane=Lane.THREAT, fan="zed")
    await waits("my dog died", lane=Lane.PERSONAL, fan="ada")
    page = (await juno.get("/")).text
    assert page.index("A threat") < page.index("A problem with an order")
    assert page.count('<h2 id="name-') == 2
    assert "2 items" in page


async def test_says_what_is_past_its_goal(juno: httpx.AsyncClient, waits: Waits, clock: ManualClock) -> None:
    """A goal that was missed is seen without counting hours."""
    await waits()
    clock.move(timedelta(days=2))
    page = (await juno.get("/")).text
    assert "1 past its goal" in page
    assert "1 day past its goal" in page


async def test_sends_the_list_again_only_when_it_changed(juno: httpx.AsyncClient, waits: Waits) -> None:
    """A page that asks with the mark of what it has gets nothing new."""
    await waits()
    first = await juno.get("/queue")
    again = await juno.get("/queue", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await waits("my dog died", fan="bob")
    changed = await juno.get("/queue", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert "my dog died" in changed.text


async def test_shows_the_most_urgent_and_counts_the_others(juno: httpx.AsyncClient, waits: Waits) -> None:
    """However many wait, the page holds the first fifty of them and says how many stand behind."""
    for number in range(53):
        await waits(f"story {number}", fan=f"fan-{number}")
    page = (await juno.get("/")).text
    assert page.count("<article") == 50
    assert "53 items wait" in page
    assert "3 more wait behind these 50." in page


async def test_draws_a_conversation_again_only_when_it_changed(
    juno: httpx.AsyncClient, waits: Waits, desk: Desk
) -> None:
    """What happens to another fan leaves an open conversation as it is; a move on it does not."""
    item, other = await waits("my gran"), await waits("my dog", fan="bob")
    first = await juno.get(f"/items/{item}/talk")
    await desk.claim(other, who="Sam")
    mark = {"If-None-Match": first.headers["etag"]}
    assert (await juno.get(f"/items/{item}/talk", headers=mark)).status_code == 304
    await desk.claim(item, who="Sam")
    again = await juno.get(f"/items/{item}/talk", headers=mark)
    assert again.status_code == 200
    assert "Sam claimed this" in again.text.replace("</bdi> <bdi>", " ")


async def test_claims_and_answers(juno: httpx.AsyncClient, waits: Waits, desk: Desk) -> None:
    """A claim leads to the item, a reply leaves under the artist's name."""
    item = await waits()
    claimed = await juno.post(f"/items/{item}/claim")
    assert claimed.headers["location"] == f"/items/{item}#reply"
    assert "You have this" in (await juno.get(f"/items/{item}")).text
    await juno.post(f"/items/{item}/reply", data={"text": "Thank you for telling me.", "once": "x"})
    entry = await desk.store.entry(item)
    assert (entry.handoff.state, entry.handoff.owner) == (State.ANSWERED, "Juno")
    assert "Nothing waits for a person." in (await juno.get("/")).text


async def test_tells_clearly_who_was_faster(
    juno: httpx.AsyncClient, sam: httpx.AsyncClient, waits: Waits, desk: Desk
) -> None:
    """Of two who claim one item, one has it, and the other reads who."""
    item = await waits()
    await sam.post(f"/items/{item}/claim")
    lost = await juno.post(f"/items/{item}/claim")
    assert lost.status_code == 409
    assert "Sam has this item already; nothing was changed." in lost.text
    assert (await desk.store.entry(item)).handoff.owner == "Sam"


async def test_keeps_the_words_of_a_reply_that_came_too_late(
    juno: httpx.AsyncClient, sam: httpx.AsyncClient, waits: Waits
) -> None:
    """Whoever writes while somebody else claims loses the item and not the words."""
    item = await waits()
    await sam.post(f"/items/{item}/claim")
    lost = await juno.post(f"/items/{item}/reply", data={"text": "What I wrote for an hour"})
    assert lost.status_code == 409
    assert "What I wrote for an hour</textarea>" in lost.text


async def test_ends_an_item_as_read(juno: httpx.AsyncClient, waits: Waits, desk: Desk) -> None:
    """Read, no reply needed, ends an item and says so once."""
    item = await waits()
    await juno.post(f"/items/{item}/close")
    assert (await desk.store.entry(item)).handoff.state is State.CLOSED
    assert "Noted as read, no reply needed." in (await juno.get("/")).text
    assert "Noted as read, no reply needed." not in (await juno.get("/")).text


async def test_releases_escalates_and_snoozes(
    juno: httpx.AsyncClient, waits: Waits, desk: Desk, clock: ManualClock
) -> None:
    """The other moves lead back to the queue and say what became of the item."""
    item = await waits()
    await juno.post(f"/items/{item}/claim")
    await juno.post(f"/items/{item}/release")
    assert "It is back in the queue" in (await juno.get("/")).text
    await juno.post(f"/items/{item}/escalate")
    assert (await desk.store.entry(item)).handoff.state is State.ESCALATED
    await juno.post(f"/items/{item}/snooze", data={"until": "tomorrow"})
    assert "comes back by itself: Tomorrow, 9:00" in (await juno.get("/")).text
    until = (await desk.store.entry(item)).handoff.snoozed_until
    assert until is not None
    assert until - clock.now() == timedelta(hours=21)


async def test_passes_on_with_a_note(juno: httpx.AsyncClient, waits: Waits, desk: Desk) -> None:
    """Passing on takes somebody of the team and a note."""
    item = await waits()
    nobody = await juno.post(f"/items/{item}/pass-on", data={"to": "Mallory", "note": "yours"})
    assert nobody.status_code == 409
    empty = await juno.post(f"/items/{item}/pass-on", data={"to": "Sam", "note": " "})
    assert "takes a note" in empty.text
    await juno.post(f"/items/{item}/pass-on", data={"to": "Sam", "note": "you know her"})
    assert (await desk.store.entry(item)).handoff.owner == "Sam"


async def test_knows_no_item_of_that_number(juno: httpx.AsyncClient) -> None:
    """A number that is no item is said in plain words, however large."""
    for number in ("1", "x", "-4", str(2**70)):
        page = await juno.get(f"/items/{number}")
        assert page.status_code == 404
        assert "There is no such page" in page.text
        assert (await juno.post(f"/items/{number}/claim")).status_code == 404


async def test_pauses_and_resumes(juno: httpx.AsyncClient, waits: Waits) -> None:
    """The pause is one press away and stands on every page."""
    await waits()
    answer = await juno.post("/pause", data={"paused": "yes", "back": "/troubles"})
    assert answer.headers["location"] == "/troubles"
    for page in ("/", "/queue", "/troubles", "/set-aside", "/help"):
        assert "Paused: only people" in (await juno.get(page)).text
    await juno.post("/pause", data={"paused": "no", "back": "//evil.example"})
    assert "Paused: only people" not in (await juno.get("/")).text


async def test_says_that_a_fan_cannot_be_reached(
    juno: httpx.AsyncClient, waits: Waits, store: SqlStore
) -> None:
    """In the list and in the conversation, live, until they write again; a reply may be tried."""
    item = await waits(name="Ada <b>")
    said = "Ada &lt;b&gt; has blocked the bot on Memory, known since 1 May 2026, 12:00."
    adapter = store.recollection(platform="memory", account="main")
    pages = ("/queue", f"/items/{item}/talk", f"/items/{item}")
    for path in pages:
        assert said not in (await juno.get(path)).text
    await adapter.note_reach("ada", Barrier.BLOCKED)
    for path in pages:
        assert said in (await juno.get(path)).text
    assert "Send the reply" in (await juno.get(f"/items/{item}")).text
    await adapter.note_reach("ada", None)
    for path in pages:
        assert said not in (await juno.get(path)).text


async def test_shows_what_a_template_would_have_said(juno: httpx.AsyncClient, waits: Waits) -> None:
    """Where the item is opened, as a suggestion and nothing more; nothing where it is private."""

    def sure(pending: Pending) -> Outcome:
        outcome = handed_over(pending, Lane.ORDER)
        return replace(outcome, decision=replace(outcome.decision, suggestions=("sizes",)))

    item = await waits("large?", lane=Lane.ORDER, outcome=sure)
    page = (await juno.get(f"/items/{item}")).text
    assert "Template sizes would have said:" in page
    assert "“About sizes. [signal:sizes]”" in page
    assert "Nothing of it was sent." in page
    private = await waits("my dog died", fan="bob")
    assert "would have said" not in (await juno.get(f"/items/{private}")).text
