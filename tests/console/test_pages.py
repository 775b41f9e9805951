"""The other pages, and what fans write into all of them."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from fanbot.console.app import console
from fanbot.console.room import Room
from fanbot.domain.decisions import Decision, Route
from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Attachment, Author, Kind
from fanbot.ports.platform import Resend
from fanbot.ports.store import Move, Outcome, Parked, Pending
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import answer, answered, decide, handed_over, hear
from tests.console.visiting import ADDRESS, OWN, PASSWORD, Browse, Waits

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea><script>alert(1)</script>",
    "</title><svg onload=alert(1)>",
    "<hx-partial hx-target='body'><b>mine</b></hx-partial>",
    '<div hx-get="/items/1" hx-trigger="load" hx-swap-oob="true" id="standing">x</div>',
    "{{ 7*7 }}{% include 'layout.html' %}${7*7}",
    "javascript:alert(1)",
    "\u202eevil\u202c \u2066x\u2069 \x00\x08\x1b[31m",
    "<!--", "]]>", "&lt;script&gt;", "<iframe srcdoc='<script>alert(1)</script>'>",
    "<base href=//evil.example>", "<meta http-equiv=refresh content=0>", "<style>*{display:none}</style>",
    "data: changed\n\nevent: changed\r\n",
    "a" * 5000,
)  # fmt: skip


class Markup(HTMLParser):
    """Collect what a browser would act on."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))


def harmless(page: str) -> None:
    """See that nothing in a page came from a fan as markup."""
    markup = Markup()
    markup.feed(page)
    for tag, attributes in markup.found:
        if tag == "img":
            assert re.fullmatch(r"/items/\d+/files/\d+/\d+", attributes.get("src") or ""), attributes
        assert tag not in ("svg", "iframe", "base", "style", "object", "embed", "b"), tag
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        if tag == "script":
            assert (attributes.get("src") or "").startswith("/static/")
        if tag == "meta":
            assert "http-equiv" not in attributes
        for name in ("href", "src", "action"):
            assert (attributes.get(name) or "/").startswith(("/", "#")), attributes
    titles = [tag for tag, _ in markup.found if tag == "title"]
    assert len(titles) <= 1
    assert sum(attributes.get("id") == "standing" for _, attributes in markup.found) <= 1


@pytest.mark.parametrize("attack", ATTACKS)
async def test_shows_what_a_fan_wrote_as_words(
    juno: httpx.AsyncClient, waits: Waits, store: SqlStore, problems: list[str], attack: str
) -> None:
    """In every field and on every page, what looks like markup is text."""

    def evil(pending: Pending) -> Outcome:
        made = handed_over(pending, Lane.PERSONAL, answer(pending.inbound, attack), at=NOON, error=attack)
        return replace(made, decision=replace(made.decision, reasons=(attack, attack)))

    letter = replace(
        inbound(attack, channel=attack, author=Author(attack, attack)),
        reply_to=attack,
        direct=False,
        attachments=(
            Attachment("file:" + attack, attack, "image/png", 5),
            Attachment(attack, attack, attack, -1),
        ),
    )
    item = await waits(letter=letter, outcome=evil)
    for number, kind in enumerate((Kind.EDIT, Kind.REACTION, Kind.PRESS, Kind.DELETION)):
        event = replace(letter.event, kind=kind, revision=str(number))
        (pending,) = await hear(store, replace(letter, event=event, kind=kind, text=attack + kind))
        await decide(store, answered(pending))
    for detail in ({"to": attack, "note": attack}, {"until": attack}, {"what": attack, "lane": attack}):
        await store.desk.move(
            item, who=attack, change=lambda entry, detail=detail: Move(entry.handoff, attack, detail)
        )
    (pending,) = await hear(store, inbound(attack, channel="spam", author=Author("s", attack), message="9"))
    spam = Decision(Route.QUARANTINE, (attack,))
    await decide(store, Outcome(pending, spam, NOON))
    problems.append(attack)
    await juno.post(f"/items/{item}/claim")
    await juno.post(f"/items/{item}/draft", data={"text": attack})
    (*_, last) = await store.desk.history((await store.desk.entry(item)).handoff.conversation_id)
    pages = ["/", "/queue", f"/items/{item}", f"/items/{item}/talk", "/set-aside", "/troubles", "/help"]
    pages.append(f"/items/{item}/older?before={last.place}")
    for path in pages:
        page = await juno.get(path)
        assert page.status_code == 200, path
        harmless(page.text)
    harmless((await juno.post(f"/items/{item}/advice", data={"text": f"as soon as {attack} possible"})).text)
    harmless((await juno.post(f"/items/{item}/pass-on", data={"to": attack, "note": attack})).text)
    harmless((await juno.get("/sign-in", params={"next": attack})).text)
    harmless((await juno.get(f"/items/{item}/talk", params={"seen": attack})).text)
    harmless((await juno.get(f"/items/{item}/older", params={"before": attack})).text)
    await juno.post(f"/items/{item}/reply", data={"text": attack})
    lingering = (await juno.get(f"/items/{item}")).text
    assert 'class="line us held"' in lingering
    harmless(lingering)


async def test_isolates_a_name_that_turns_the_line_around(juno: httpx.AsyncClient, waits: Waits) -> None:
    """A name written from right to left leaves the words around it alone."""
    await waits(name="\u202eada")
    assert "<bdi>\u202eada</bdi>" in (await juno.get("/")).text


async def test_reviews_what_was_set_aside(juno: httpx.AsyncClient, store: SqlStore) -> None:
    """What looked like spam is read by a person, and becomes an item or rests."""
    events = [inbound(f"buy followers {n}", message=str(n), channel=f"c{n}") for n in range(2)]
    for pending in await hear(store, *events):
        await decide(store, Outcome(pending, Decision(Route.QUARANTINE, ("it sells",)), NOON))
    newest, oldest = await store.desk.set_aside()
    page = (await juno.get("/set-aside")).text
    assert "buy followers 1" in page
    assert "it sells" in page
    await juno.post(f"/set-aside/{newest.event_id}", data={"verdict": "person"})
    assert "It is in the queue now." in (await juno.get("/set-aside")).text
    assert "buy followers 1" in (await juno.get("/")).text
    await juno.post(f"/set-aside/{oldest.event_id}", data={"verdict": "rest"})
    assert "Nothing is set aside." in (await juno.get("/set-aside")).text
    await juno.post(f"/set-aside/{oldest.event_id}", data={"verdict": "rest"})
    assert "looked at that message already" in (await juno.get("/set-aside")).text


async def test_says_what_went_wrong_and_what_to_do(
    juno: httpx.AsyncClient, store: SqlStore, problems: list[str], waits: Waits, clock: ManualClock
) -> None:
    """A message that may not have arrived and a broken template, in plain words."""
    assert "Nothing is wrong." in (await juno.get("/troubles")).text
    item = await waits()
    await juno.post(f"/items/{item}/reply", data={"text": "Thank you."})
    clock.move(timedelta(seconds=11))
    store.outbox.serve({"memory/main": Resend.SAME_KEY})
    (claim,) = await store.outbox.claim(limit=5, now=clock.now())
    await store.outbox.settle([Parked(claim, clock.now(), "the platform said no", arrived=False)])
    problems.append("templates/tour.md, line 3: a brace is missing")
    page = (await juno.get("/troubles")).text
    for words in ("Thank you.", "the platform said no", f"/items/{item}", "a brace is missing"):
        assert words in page
    assert '<span class="count">2</span>' in page
    assert "not delivered: the platform said no" in (await juno.get(f"/items/{item}")).text


async def test_names_a_gap_until_somebody_has_seen_it(juno: httpx.AsyncClient, store: SqlStore) -> None:
    """Where, since when, what to do; and who has seen it makes it go for all."""
    adapter = store.recollection(platform="discord", account="main")
    await adapter.note_gap("The bot may no longer read <b>this</b> channel.", place="#lobby", since=NOON)
    page = (await juno.get("/troubles")).text
    for words in ("Discord, #lobby", "no longer read &lt;b&gt;this&lt;/b&gt;", "The last message was read"):
        assert words in page
    assert '<span class="count">1</span>' in page
    [gap] = await store.desk.gaps()
    await juno.post(f"/troubles/gaps/{gap.id}")
    assert "Noted that you have seen it." in (page := (await juno.get("/troubles")).text)
    assert "Nothing is wrong." in page
    await juno.post(f"/troubles/gaps/{gap.id}")
    assert "Somebody has seen that gap already" in (await juno.get("/troubles")).text


async def test_tells_edits_and_deletions(juno: httpx.AsyncClient, waits: Waits, store: SqlStore) -> None:
    """A conversation says what a fan changed, took back and reacted with."""
    item = await waits("my dog died")
    for number, (kind, words) in enumerate(((Kind.EDIT, "my cat died"), (Kind.DELETION, ""))):
        event = inbound(words, message="1", kind=kind, revision=str(number + 2))
        (pending,) = await hear(store, event)
        await decide(store, answered(pending))
    page = (await juno.get(f"/items/{item}")).text
    assert "changed what they wrote" in page
    assert "took a message back" in page
    assert "the words are those of an example" in page


async def test_serves_its_files_and_no_others(browse: Browse) -> None:
    """Files come packed, under names that change with their content; nothing else is reached."""
    async with browse(None) as client:
        page = (await client.get("/sign-in")).text
        start = page.index("/static/console.css")
        style = await client.get(page[start : page.index('"', start)])
        assert style.headers["content-encoding"] == "gzip"
        assert "immutable" in style.headers["cache-control"]
        for name in ("../app.py", "..%2Fapp.py", "vendor/README", "nothing.css", "%2e%2e/room.py"):
            assert (await client.get(f"/static/{name}")).status_code == 404


async def test_weighs_less_than_150_kb(juno: httpx.AsyncClient, waits: Waits) -> None:
    """A page with a full queue and everything that it needs comes in under 150 KB."""
    for number in range(40):
        await waits(f"story {number} " + "and so it went on " * 20, fan=f"fan-{number}")
    markup = Markup()
    async with juno.stream("GET", "/") as page:
        weight = sum([len(part) async for part in page.aiter_raw()])
    markup.feed((await juno.get("/")).text)
    for tag, attributes in markup.found:
        source = (
            attributes.get("src") if tag == "script" else attributes.get("href") if tag == "link" else None
        )
        if source:
            async with juno.stream("GET", source) as file:
                weight += sum([len(part) async for part in file.aiter_raw()])
    assert weight < 150 * 1024


async def test_stands_below_a_path_of_another_page(room: Room, waits: Waits) -> None:
    """Mounted beside something else, every link, form and redirect stays below its path."""
    item = await waits()
    whole = Starlette(routes=[Mount("/console", console(room))])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=whole), base_url=ADDRESS, headers=OWN
    ) as client:
        door = await client.get(f"/console/items/{item}")
        assert door.headers["location"] == f"/console/sign-in?next=/items/{item}"
        form = {"name": "Juno", "password": PASSWORD, "next": f"/items/{item}"}
        assert (
            (await client.post("/console/sign-in", data=form)).headers["location"].endswith(f"/items/{item}")
        )
        for path in ("/console/", f"/console/items/{item}", "/console/help", "/console/set-aside"):
            page = await client.get(path)
            assert page.status_code == 200
            markup = Markup()
            markup.feed(page.text)
            for _, attributes in markup.found:
                for name in ("href", "src", "action", "hx-get", "hx-post", "hx-sse:connect"):
                    assert (attributes.get(name) or "/console/").startswith(("/console/", "#"))
        assert '<a href="/console/help" aria-current="page">' in (await client.get("/console/help")).text
        claimed = await client.post(f"/console/items/{item}/claim")
        assert claimed.headers["location"] == f"/console/items/{item}#reply"
        paused = await client.post("/console/pause", data={"paused": "yes", "back": "/help"})
        assert paused.headers["location"] == "/console/help"
