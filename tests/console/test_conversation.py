"""A conversation as the artist reads it: changes, files, the team's notes, replies that have not left."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import httpx
import pytest

from fanbot.console.attached import sized
from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Attachment, Kind
from fanbot.ports.platform import Resend
from fanbot.services.desk import Desk
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.stores import answered, confirm, decide, handed_over, hear
from tests.console.visiting import Waits


class Reader(HTMLParser):
    """Read the lines of a conversation as text, with the classes they stand under."""

    def __init__(self, page: str) -> None:
        """Read a page."""
        super().__init__()
        self.lines: list[tuple[str, str]] = []
        self.inside = False
        self.feed(page[page.index('<ol class="talk"') : page.index("</ol>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line."""
        told = dict(attrs).get("class") or ""
        if tag == "li" and told.startswith("line"):
            self.lines.append((told, ""))

    def handle_data(self, data: str) -> None:
        """Read on."""
        if self.lines:
            told, text = self.lines[-1]
            self.lines[-1] = (told, " ".join(f"{text} {data}".split()))


async def lines(client: httpx.AsyncClient, item: int) -> list[tuple[str, str]]:
    """Read an item's conversation, which its live part tells in the same words."""
    page = (await client.get(f"/items/{item}")).text
    found = Reader(page).lines
    assert found == Reader((await client.get(f"/items/{item}/talk")).text).lines
    return found


async def change(store: SqlStore, kind: Kind, words: str, revision: str) -> None:
    """Let Ada change her first message, or take it back."""
    (pending,) = await hear(store, inbound(words, message="1", kind=kind, revision=revision))
    await decide(store, answered(pending))


async def test_an_edit_shows_what_it_said_before(
    juno: httpx.AsyncClient, waits: Waits, store: SqlStore
) -> None:
    """The new words stand there, and the old ones below, marked as old."""
    item = await waits("my dog died")
    await change(store, Kind.EDIT, "my cat died", "2")
    (_, first), (_, second) = await lines(juno, item)
    assert "my dog died changed later" in first
    assert "my cat died It said before: my dog died" in second
    assert "<del>my dog died</del>" in (await juno.get(f"/items/{item}")).text


async def test_what_was_taken_back_is_opened_on_purpose(
    juno: httpx.AsyncClient, waits: Waits, store: SqlStore
) -> None:
    """The fan took the words back: they are kept, and shown to whoever asks for them."""
    item = await waits("my dog died")
    await change(store, Kind.DELETION, "", "2")
    page = (await juno.get(f"/items/{item}")).text
    (_, first), (_, second) = await lines(juno, item)
    assert "Taken back by the fan. Show it all the same my dog died" in first
    assert "took a message back" in second
    assert page.count("my dog died") == 1
    covered = page[page.index('<details class="gone">') :]
    assert "my dog died" in covered[: covered.index("</details>")]


async def test_the_teams_moves_stand_between_the_messages(
    juno: httpx.AsyncClient, waits: Waits, desk: Desk, clock: ManualClock, store: SqlStore
) -> None:
    """Who did what, when, and in which words, in the order in which it happened."""
    item = await waits("my dog died")
    clock.move(timedelta(minutes=1))
    await desk.claim(item, who="Sam")
    await desk.pass_on(item, to="Juno", note="you know her", who="Sam")
    await desk.release(item, who="Juno")
    await desk.escalate(item, who="Sam")
    await desk.snooze(item, until=clock.now() + timedelta(hours=20), who="Juno")
    clock.move(timedelta(hours=20))
    await store.desk.tend(now=clock.now())
    await desk.claim(item, who="Kim")
    clock.move(timedelta(minutes=31))
    await store.desk.tend(now=clock.now())
    await waits("are you there?")
    await desk.close(item, who="Juno")
    notes = [text.rpartition(" under")[0] or text for told, text in await lines(juno, item) if "note" in told]
    for note, words in zip(
        notes,
        (
            "Sam claimed this", "Sam passed this on to you", "Juno put this back into the queue",
            "Sam escalated this to the creator", "Juno snoozed this until 2 May 2026, 08:01",
            "fanbot brought this back: its snooze is over", "Kim claimed this",
            "fanbot put this back into the queue: the claim was idle", "Juno read this: no reply needed",
        ),
        strict=True,
    ):  # fmt: skip
        assert note.startswith(words)
    whole = [text for _, text in await lines(juno, item)]
    assert "you know her" in whole[2]
    assert ["are you there?" in text for text in whole].index(True) == len(whole) - 3


async def test_a_note_on_another_item_names_it(juno: httpx.AsyncClient, waits: Waits, desk: Desk) -> None:
    """A conversation with two items says of which one a note speaks."""
    item = await waits("my dog died")
    parcel = await waits("my parcel came broken", lane=Lane.ORDER)
    await desk.claim(parcel, who="Sam")
    found = [text for told, text in await lines(juno, item) if "note" in told]
    assert found[0].startswith("Sam claimed this (A problem with an order)")
    found = [text for told, text in await lines(juno, parcel) if "note" in told]
    assert "(A problem" not in found[0]


async def test_a_reply_is_there_at_once_and_says_how_it_stands(
    juno: httpx.AsyncClient, sam: httpx.AsyncClient, waits: Waits, store: SqlStore, clock: ManualClock
) -> None:
    """While it lingers, waits, goes and has left, its words stand in the conversation."""
    store.outbox.serve({"memory/main": Resend.SAME_KEY})
    item = await waits("my dog died")
    await juno.post(f"/items/{item}/reply", data={"text": "I am so sorry."})
    told, text = (await lines(juno, item))[-1]
    assert told == "line us held"
    assert text.startswith("Your reply")
    assert text.endswith("leaves in a moment")
    assert "I am so sorry." in text
    assert (await lines(sam, item))[-1][1].startswith("Juno's reply")
    clock.move(timedelta(seconds=11))
    assert (await lines(juno, item))[-1][1].endswith("waits to leave")
    claims = await store.outbox.claim(limit=5, now=clock.now())
    assert (await lines(juno, item))[-1][1].endswith("on its way")
    await confirm(store, claims, at=clock.now())
    told, text = (await lines(juno, item))[-1]
    assert told == "line us"
    assert "waits" not in text


async def test_a_reply_that_was_taken_back_is_not_shown_as_sent(
    juno: httpx.AsyncClient, waits: Waits
) -> None:
    """It stands apart, as not sent, with who took it back."""
    item = await waits("my dog died")
    await juno.post(f"/items/{item}/reply", data={"text": "Too hasty."})
    await juno.post(f"/items/{item}/recall")
    (told, text), (_, note) = (await lines(juno, item))[-2:]
    assert told == "line us held"
    assert text.endswith("not sent: taken back before it left")
    assert note.startswith("Juno took the reply back before it left")


async def test_files_are_links_and_pictures_are_small_and_late(
    juno: httpx.AsyncClient, waits: Waits, store: SqlStore
) -> None:
    """Each file has its name and size; only a kept picture of a known kind is shown, when it is seen."""
    files = (
        Attachment("file:a", "\u202egnp.a", "image/png", 2048),
        Attachment("https://elsewhere/b.png", "b.png", "image/png", 10),
        Attachment("file:c", "c.svg", "image/svg+xml", 10),
        Attachment("file:d", "", "audio/ogg", 0),
    )
    item = await waits(letter=replace(inbound(""), attachments=files))
    page = (await juno.get(f"/items/{item}")).text
    conversation = (await store.desk.entry(item)).handoff.conversation_id
    ((event, *_),) = [
        [file["event"] for file in line.detail["attachments"]]  # type: ignore[index, attr-defined]
        for line in await store.desk.history(conversation)
    ]
    for number in range(4):
        assert f'<a href="/items/{item}/files/{event}/{number}">' in page
    assert page.count("<img ") == 1
    assert f'<img src="/items/{item}/files/{event}/0" alt="" loading="lazy"' in page
    assert '<bdi dir="auto">\u202egnp.a</bdi></a> <span class="at">2 KB</span>' in page
    assert '<bdi dir="auto">a recording</bdi></a></li>' in page
    assert "elsewhere" not in page
    assert "No words." not in page


async def test_a_long_conversation_is_read_page_by_page(
    juno: httpx.AsyncClient, waits: Waits, store: SqlStore
) -> None:
    """A page holds a hundred lines and a link to what stands above, until the first of them."""
    item = await waits("the first of all")
    for start in range(0, 230, 115):
        letters = [inbound(f"story {start + n}", message=f"s{start + n}", channel="ada") for n in range(115)]
        await decide(store, *(handed_over(each) for each in await hear(store, *letters)))
    page = (await juno.get(f"/items/{item}")).text
    seen: list[str] = []
    while True:
        found = [text for _, text in Reader(page).lines]
        assert len(found) <= 100
        seen = [*found, *seen]
        if "Older messages" not in page:
            break
        start = page.index(f'href="/items/{item}/older?before=') + 6
        page = (await juno.get(page[start : page.index('"', start)])).text
        assert f'href="/items/{item}">The newest messages</a>' in page
    assert len(seen) == 231
    assert "the first of all" in seen[0]
    assert [n for n, text in enumerate(seen[1:]) if f"story {n} " not in f"{text} "] == []


@pytest.mark.parametrize("before", ["x", "1-2", "9" * 40, "-", "1-2-3-4-5"])
async def test_a_place_that_is_none_is_no_page(juno: httpx.AsyncClient, waits: Waits, before: str) -> None:
    """An address that somebody made up is answered in plain words."""
    item = await waits()
    page = await juno.get(f"/items/{item}/older", params={"before": before})
    assert page.status_code == 404
    assert "There is no such page" in page.text


def test_sizes_are_said_as_people_do() -> None:
    """Small, large, unknown and absurd."""
    assert [sized(n) for n in (-5, 0, 1, 1023, 1024, 10**9, 10**13)] == [
        "", "", "1 byte", "1023 bytes", "1 KB", "953.7 MB", "9313.2 GB",
    ]  # fmt: skip
