"""The console in a browser: live, by keyboard alone, for every eye and every width."""

import asyncio
import os
import struct
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fanbot.console.room import Room
from fanbot.domain.decisions import Decision, Route
from fanbot.domain.handoffs import Lane, State
from fanbot.domain.messages import Attachment, Author, Kind
from fanbot.ports.files import Allowance, Upload
from fanbot.ports.platform import Resend
from fanbot.ports.store import Line, Outcome, Parked
from fanbot.services.desk import Desk
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import answer, decide, handed_over, hear
from tests.browsing import DESKTOP, PATIENCE, PHONE, browsing, expect, needs_chromium
from tests.console.serving import Served, serving
from tests.console.visiting import PASSWORD, Waits

pytestmark = needs_chromium

NARROW = {"width": 320, "height": 640}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SHOTS = os.environ.get("FANBOT_SHOTS", "")
"""A folder for pictures of every page; none are taken without it."""


class Window:
    """A browser before a console; what it complains about is kept."""

    def __init__(self, browser: Any, at: Served) -> None:
        """Look at ``at``."""
        self.browser = browser
        self.at = at
        self.complaints: list[str] = []

    async def visit(self, path: str = "/", *, who: str = "Juno", **options: Any) -> Any:
        """Open a page in a browser of its own, with somebody signed in; ``""`` for nobody."""
        context = await self.browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options})
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda told: self.complaints.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        await page.goto(self.at.address + "/sign-in")
        if who:
            await page.get_by_label("Who you are").select_option(who)
            await page.get_by_label("The team's password").fill(PASSWORD)
            await page.get_by_role("button", name="Sign in").click()
            await page.wait_for_url(self.at.address + "/")
            if path != "/":
                await page.goto(self.at.address + path)
        return page


@asynccontextmanager
async def window(room: Room) -> AsyncIterator[Window]:
    """Serve the console and open a browser before it."""
    async with serving(room) as at, browsing() as browser:
        opened = Window(browser, at)
        yield opened
        assert opened.complaints == []


async def live(page: Any) -> None:
    """Wait until the page hears of changes."""
    await expect(page.locator("#live[data-heard]")).to_be_attached()


async def test_the_queue_changes_without_a_reload(room: Room, waits: Waits) -> None:
    """What a fan writes appears by itself, is announced, and leaves the focus where it was."""
    await waits("my gran loved the show")
    async with window(room) as open_:
        page = await open_.visit()
        await live(page)
        await page.evaluate("window.same = true")
        await page.keyboard.press("j")
        focused = await page.evaluate("document.activeElement.id")
        assert focused.startswith("open-")
        await waits("i do not want to live", lane=Lane.CRISIS, fan="zed")
        await expect(page.get_by_role("link", name="Somebody in a crisis")).to_be_visible()
        await expect(page.locator("#news")).to_have_text("1 new message waits")
        assert await page.evaluate("document.activeElement.id") == focused
        assert await page.evaluate("window.same") is True
        assert await page.locator("article.card").count() == 2
        await room.switches.pause(who="Sam", now=room.clock.now(), paused=True)
        await waits("my dog died", fan="bob")
        await expect(page.get_by_text("Paused: only people")).to_be_visible()
        assert await page.locator("#standing").count() == 1


async def test_claims_and_replies_by_keyboard_alone(
    room: Room, waits: Waits, desk: Desk, clock: ManualClock
) -> None:
    """j, c, the words, Control and Enter; and the reply can be taken back with Enter."""
    item = await waits("my gran loved the show")
    async with window(room) as open_:
        page = await open_.visit()
        await page.keyboard.press("j")
        await page.keyboard.press("c")
        await page.wait_for_url(f"**/items/{item}#reply")
        await expect(page.locator("#reply")).to_be_focused()
        await page.keyboard.type("I answer as soon as possible")
        await expect(page.locator("#advice")).to_contain_text("A fan may mishear this")
        await expect(page.locator("#kept")).to_have_text("Draft kept.")
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_role("button", name="Undo")).to_be_focused()
        assert (await desk.store.entry(item)).handoff.state is State.ANSWERED
        await page.keyboard.press("Enter")
        await expect(page.locator("#reply")).to_have_value("I answer as soon as possible")
        assert (await desk.store.entry(item)).handoff.state is State.CLAIMED
        await page.locator("#reply").fill("Thank you for telling me. c r e s ?")
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_role("button", name="Undo")).to_be_visible()
        clock.move(timedelta(seconds=11))
        await page.goto(open_.at.address + "/")
        await expect(page.get_by_text("Nothing waits for a person.")).to_be_visible()
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_keys_can_be_turned_off(room: Room, waits: Waits) -> None:
    """Whoever speaks to their computer can turn the keys off."""
    await waits()
    async with window(room) as open_:
        page = await open_.visit("/help")
        await page.get_by_label("Use these keys").uncheck()
        await page.goto(open_.at.address + "/")
        await page.keyboard.press("?")
        await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_shows_an_open_item_what_others_do(room: Room, waits: Waits, desk: Desk) -> None:
    """While somebody writes, another claims: it is said at once, and no word is lost."""
    item = await waits()
    async with window(room) as open_:
        page = await open_.visit(f"/items/{item}")
        await live(page)
        await page.locator("#reply").fill("half a thought")
        await desk.claim(item, who="Sam")
        await expect(page.get_by_text("This changed while you had it open.")).to_be_visible()
        await expect(page.locator("#state")).to_contain_text("Sam has this")
        await expect(page.locator("#reply")).to_have_value("half a thought")
        await page.get_by_role("button", name="Send the reply").click()
        await expect(page.get_by_role("alert")).to_contain_text("Sam has this item already")
        await expect(page.locator("#reply")).to_have_value("half a thought")
        await page.reload()
        await expect(page.locator("#reply")).to_have_value("half a thought")
        open_.complaints[:] = [each for each in open_.complaints if "409" not in each]


async def test_a_cut_connection_loses_no_word_and_sends_once(
    room: Room, waits: Waits, store: SqlStore, clock: ManualClock
) -> None:
    """Cut in the middle of a reply: the words stay, the reply leaves once."""
    item = await waits()
    async with window(room) as open_:
        page = await open_.visit(f"/items/{item}")
        await page.locator("#reply").fill("Thank you for telling me.")
        await page.context.set_offline(True)
        await page.get_by_role("button", name="Send the reply").click()
        await expect(page.locator("#kept")).to_contain_text(
            "The connection is cut. Your words are kept here."
        )
        await page.context.set_offline(False)
        await page.get_by_role("button", name="Send the reply").dblclick()
        await expect(page.get_by_role("button", name="Undo")).to_be_visible()
        open_.complaints.clear()
    clock.move(timedelta(seconds=11))
    store.outbox.serve({"memory/main": Resend.SAME_KEY})
    assert len(await store.outbox.claim(limit=9, now=clock.now())) == 1


async def test_a_restart_under_an_open_page(room: Room, waits: Waits) -> None:
    """The server stops and comes back: the page goes on and is up to date again."""
    async with browsing() as browser:
        async with serving(room) as at:
            page = await Window(browser, at).visit()
            await live(page)
        await waits("written while it was down")
        async with serving(room, port=at.port):
            await expect(page.get_by_text("written while it was down")).to_be_visible()


@pytest.mark.parametrize(
    ("scheme", "viewport"),
    [
        ("light", PHONE),
        ("dark", DESKTOP),
        pytest.param("dark", PHONE, marks=pytest.mark.slow),
        pytest.param("light", DESKTOP, marks=pytest.mark.slow),
    ],
    ids=["light-phone", "dark-desktop", "dark-phone", "light-desktop"],
)
async def test_every_page_is_for_everybody(
    room: Room, full: dict[str, str], viewport: dict[str, int], scheme: str
) -> None:
    """Axe finds nothing against WCAG 2.2 AA on any page, and nothing scrolls sideways at 320 px."""
    axe = pytest.importorskip("axe_playwright_python.async_playwright", reason="axe is not installed").Axe()
    size = "phone" if viewport is PHONE else "desktop"
    found: list[str] = []
    async with window(room) as open_:
        page = await open_.visit(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
        for name, path in full.items():
            if name == "door":
                await page.context.clear_cookies()
            await page.goto(open_.at.address + path)
            for opened in await page.locator(".other > details").all():
                await opened.evaluate("each => { each.removeAttribute('name'); each.open = true }")
            if SHOTS:
                await asyncio.to_thread(Path(SHOTS).mkdir, parents=True, exist_ok=True)
                await page.screenshot(path=f"{SHOTS}/{name}-{size}-{scheme}.png", full_page=True)
            options = {"runOnly": {"type": "tag", "values": [*TAGS, "best-practice"]}}
            results = await axe.run(page, options=options)
            found += [
                f"{name}: {each['id']} {[node['html'] for node in each['nodes']]}"
                for each in results.response["violations"]
            ]
            await page.set_viewport_size(NARROW)
            wide = await page.evaluate("document.documentElement.scrollWidth")
            found += [f"{name}: {wide} px wide"] if wide > 320 else []
            if SHOTS and viewport is PHONE and scheme == "light":
                await page.screenshot(path=f"{SHOTS}/{name}-narrow.png", full_page=True)
            await page.set_viewport_size(viewport)
        open_.complaints[:] = [each for each in open_.complaints if "404" not in each]
    assert found == []


@pytest.fixture
async def full(
    room: Room, desk: Desk, store: SqlStore, clock: ManualClock, waits: Waits, problems: list[str]
) -> dict[str, str]:
    """Fill the queue with everything a page can show; name the pages."""
    store.outbox.serve({"memory/main": Resend.SAME_KEY})
    parcel = await waits(
        "My parcel came broken, order 4471. " * 3, lane=Lane.ORDER, fan="mo", name="Mo Adeyemi"
    )
    await desk.claim(parcel, who="Sam")
    await desk.reply(parcel, "I send you a new one today.", who="Sam")
    for claim in await store.outbox.claim(limit=5, now=clock.now()):
        await store.outbox.settle([Parked(claim, clock.now(), "the platform answered 403", arrived=False)])
    await store.recollection(platform="discord", account="main").note_gap(
        "The bot may no longer read this channel. Give its role back the right to read message history.",
        place="#backstage",
        since=clock.now() - timedelta(hours=9),
    )
    clock.move(timedelta(hours=30))
    await waits("I do not want to go on", lane=Lane.CRISIS, fan="kit", name="Kit")
    gran = await waits(
        "My gran loved the show, it was our last evening together. " * 4,
        fan="ada",
        name="Ada Lindqvist",
        outcome=lambda pending: handed_over(
            pending,
            Lane.PERSONAL,
            answer(pending.inbound, "Thank you. A person reads this; this note is automatic."),
            at=clock.now(),
        ),
    )
    clock.move(timedelta(hours=2))
    await waits("Also the poster arrived torn", lane=Lane.ORDER, fan="ada", name="Ada Lindqvist")
    await waits("مرحبا، أحببت الحفل كثيرا", fan="nour", name="نور")
    taken = await waits(
        "Can you play at our festival in June?", lane=Lane.BUSINESS, fan="fest", name="x" * 70
    )
    await desk.claim(taken, who="Sam")
    await desk.claim(gran, who="Juno")
    await desk.keep_draft(gran, "Dear Ada, I answer as soon as possible", who="Juno")
    undo = await _talked_about(store, desk, clock, waits)
    (spam,) = await hear(store, inbound("Buy 10k followers http://x.example", message="77", channel="spam"))
    await decide(store, Outcome(spam, Decision(Route.QUARANTINE, ("it sells followers",)), NOON))
    problems.append("templates/tour.md, line 3: a brace is missing. Add one, for example {{ facts.tour }}.")
    return {
        "queue": "/",
        "item": f"/items/{gran}",
        "taken": f"/items/{taken}",
        "undo": f"/items/{undo}",
        "older": f"/items/{undo}/older?before={(await _lines(desk, undo))[-3].place}",
        "set-aside": "/set-aside",
        "troubles": "/troubles",
        "help": "/help",
        "missing": "/nothing",
        "door": "/sign-in",
    }


async def _lines(desk: Desk, item: int) -> Sequence[Line]:
    return (await desk.shown(item))[1]


def _night() -> bytes:
    """Paint a small PNG: a dark sky over darker roofs (https://www.w3.org/TR/png-3/)."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    sky = (
        b"\x00" + bytes(value for x in range(96) for value in (40 + x // 3, 40 + y, 110)) for y in range(56)
    )
    roofs = (b"\x00" + b"\x16\x14\x22" * 96 for _ in range(16))
    header = struct.pack(">IIBBBBB", 96, 72, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"".join((*sky, *roofs)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def _talked_about(store: SqlStore, desk: Desk, clock: ManualClock, waits: Waits) -> int:
    """Let a conversation have everything: files, changes, the team's notes, and a reply that lingers."""
    upload = Upload("memory/rui", "1", "lisbon by night.png", "image/png", _night())
    picture = await store.files.keep(upload, allowance=Allowance(10**6, 10**6))
    song = Attachment("stdio:7", "أغنية.ogg", "audio/ogg", 1_310_720)
    letter = inbound("hello from Lisbon", message="r1", channel="rui", author=Author("rui", "Rui"))
    item = await waits(letter=replace(letter, attachments=(picture, song), received_at=clock.now()))
    for number, (kind, message, words) in enumerate(
        (
            (Kind.EDIT, "r1", "hello from Lisbon, I sing your song to my daughter"),
            (Kind.MESSAGE, "r2", "sorry, that was silly"),
            (Kind.DELETION, "r2", ""),
            (Kind.REACTION, "r1", "💜"),
        )
    ):
        clock.move(timedelta(minutes=3))
        event = replace(letter.event, message=message, kind=kind, revision=str(number))
        (pending,) = await hear(
            store,
            replace(letter, event=event, message=message, kind=kind, text=words, received_at=clock.now()),
        )
        await decide(store, handed_over(pending, at=clock.now()))
    await desk.claim(item, who="Sam")
    clock.move(timedelta(minutes=4))
    await desk.pass_on(item, to="Juno", note="He was at the front in Porto, you talked to him.", who="Sam")
    clock.move(timedelta(minutes=9))
    await desk.reply(item, "Too hasty.", who="Juno", linger=timedelta(seconds=10))
    await desk.recall(item, who="Juno")
    await desk.reply(item, "Hello Rui, I remember you.", who="Juno", linger=timedelta(seconds=10))
    return item


async def test_an_empty_console_is_for_everybody_too(room: Room) -> None:
    """The empty pages are as kind to every eye, and the pause says itself."""
    axe = pytest.importorskip("axe_playwright_python.async_playwright", reason="axe is not installed").Axe()
    async with window(replace(room, open_as="Juno")) as open_:
        page = await open_.visit(who="", viewport=PHONE)
        for path in ("/", "/set-aside", "/troubles"):
            await page.goto(open_.at.address + path)
            if SHOTS:
                await page.screenshot(path=f"{SHOTS}/empty{path.replace('/', '-')}.png", full_page=True)
            results = await axe.run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
            assert results.response["violations"] == []
        await page.get_by_role("button", name="Pause").click()
        await expect(page.get_by_role("button", name="Resume")).to_be_visible()
        results = await axe.run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
        assert results.response["violations"] == []
