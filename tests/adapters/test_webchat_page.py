"""The web chat in a browser: what a fan sees, and that every word stays a word."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fanbot.domain.messages import Address, Choice, OutboundKind
from fanbot.ports.platform import Dispatch
from fanbot.ports.web import App, Voice
from fanbot_webchat.settings import read
from tests.adapters.webchat_support import Store, listening, mounted, served, webchat
from tests.browsing import DESKTOP, PATIENCE, PHONE, browsing, expect, needs_chromium

pytestmark = needs_chromium

NARROW = {"width": 320, "height": 568}

MARKUP = (
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "<svg/onload=window.hacked=1>",
    "</p></article><iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "javascript:window.hacked=1",
    "[click](javascript:window.hacked=1) &lt;b&gt; &amp;amp;",
    "'\"><a href='javascript:window.hacked=1'>x</a>",
    "{{ 7 * 7 }} ${7*7} <%= 7 %> #{7}",
    "turned \u202e around \u2028 broken \u2066",
    "https://example.org/\"onmouseover='window.hacked=1' and http://[ and https://",
    "</script><!-- <template> </textarea><title>",
)


class Chat:
    """A chat on loopback with a browser in front of it."""

    def __init__(self, store: Store, platform: Any, address: str, browser: Any) -> None:
        self.store = store
        self.platform = platform
        self.address = address
        self.browser = browser
        self.refusing = False
        self.losing = False
        self.complaints: list[str] = []
        self.asked: list[str] = []

    async def visit(self, *, path: str = "/chat/", **options: Any) -> Any:
        """Open a page in a browser of its own."""
        context = await self.browser.new_context(**{"viewport": PHONE, "locale": "en-GB", **options})
        return await self.tab(context, path=path)

    async def tab(self, context: Any, *, path: str = "/chat/") -> Any:
        """Open one more page in this browser."""
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda told: self.complaints.append(told.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        await page.goto(self.address + path)
        return page

    @property
    def visitor(self) -> str:
        """Return the id of the only visitor who wrote."""
        [visitor] = {event.author.id for event in self.store.intake.events}
        return visitor

    async def say(self, text: str, *, voice: Voice = Voice.ASSISTANT, choices: Sequence[Choice] = ()) -> None:
        """Answer the only visitor."""
        self.store.says(self.visitor, text, voice=voice, choices=choices)
        place = Address("webchat", "main", self.visitor)
        await self.platform.send(Dispatch("k", place, OutboundKind.ANSWER, text))

    async def restart(self, stack: AsyncExitStack) -> None:
        """End the chat and start it again over the same store, at the same address."""
        await self.platform.close()
        self.platform = webchat(self.store)
        await stack.enter_async_context(listening(self.platform, self.store))
        stack.push_async_callback(self.platform.close)

    def troubled(self) -> App:
        """Put a bad line between the browser and the chat: ``refusing`` before, ``losing`` after the deed."""

        async def line(scope: Any, receive: Any, send: Any) -> None:
            app = mounted(self.platform)
            posted = scope["method"] == "POST" and not scope["path"].endswith("/visitors")
            if posted and self.losing:

                async def lost(_: Any) -> None:
                    pass

                await app(scope, receive, lost)
            if posted and (self.refusing or self.losing):
                await send({"type": "http.response.start", "status": 502, "headers": []})
                await send({"type": "http.response.body", "body": b""})
                return
            await app(scope, receive, send)

        return line


@asynccontextmanager
async def chatting(**section: object) -> AsyncIterator[Chat]:
    """Start a browser, and a chat with these settings."""
    store = Store()
    rates = {"rate": "1000/minute", "rate_per_address": "10000/minute"}
    platform = webchat(store, settings=read({**rates, **section}))
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(browsing())
        chat = Chat(store, platform, "", browser)
        chat.address = await stack.enter_async_context(served(chat.troubled()))
        await stack.enter_async_context(listening(platform, store))
        stack.push_async_callback(platform.close)
        yield chat


async def write(page: Any, text: str) -> None:
    """Write a message and send it."""
    await page.get_by_label("Your message").fill(text)
    await page.get_by_role("button", name="Send").click()


async def state(page: Any, sentence: str) -> None:
    """Wait until the line of state says this."""
    await expect(page.locator("#state")).to_have_text(sentence)


async def bubbles(page: Any, count: int) -> list[str]:
    """Wait for so many bubbles; return their texts."""
    texts = page.locator("#log .bubble .text")
    await expect(texts).to_have_count(count)
    return [text or "" for text in await texts.evaluate_all("nodes => nodes.map((n) => n.textContent)")]


async def test_a_fan_writes_and_reads_the_answer_without_a_reload() -> None:
    """What is saved is said, an answer appears by itself, and each bubble says who speaks."""
    async with chatting(title="Write to Nova") as chat:
        page = await chat.visit()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Write to Nova")
        await write(page, "When is the tour?")
        await state(page, "Your message is saved.")
        assert await page.get_by_label("Your message").input_value() == ""
        await bubbles(page, 1)
        await chat.say("In May. https://example.org/tour.")
        await chat.say("See you there!\n\n— Sam, team", voice=Voice.PERSON)
        assert await bubbles(page, 3) == [
            "When is the tour?",
            "In May. https://example.org/tour.",
            "See you there!\n\n— Sam, team",
        ]
        names = await page.locator(".who").all_inner_texts()
        assert [name.split()[0] for name in names] == ["You", "Assistant", "A"]
        link = page.get_by_role("link")
        assert await link.get_attribute("href") == "https://example.org/tour"
        assert await link.get_attribute("rel") == "noopener noreferrer nofollow"
        assert chat.complaints == []
        assert all(asked.startswith((f"{chat.address}/chat/", "data:")) for asked in chat.asked)
        secret = (
            await page.evaluate("Object.entries(localStorage).find(([name]) => name.endsWith(':key'))")
        )[1]
        assert not any(secret in asked or chat.visitor in asked for asked in chat.asked)


async def test_a_reload_keeps_the_conversation_and_what_was_being_written() -> None:
    """The key stays in the browser, and so does the draft."""
    async with chatting() as chat:
        page = await chat.visit()
        await write(page, "hello")
        await bubbles(page, 1)
        await page.get_by_label("Your message").fill("half a sen")
        await page.reload()
        assert await bubbles(page, 1) == ["hello"]
        assert await page.get_by_label("Your message").input_value() == "half a sen"


async def test_what_is_written_before_the_page_is_ready_stays() -> None:
    """A slow line brings the script late, and it writes over nothing."""
    async with chatting() as chat:
        page = await chat.visit(path="/chat/chat.css")
        arrived = asyncio.Event()

        async def late(route: Any) -> None:
            await arrived.wait()
            await route.continue_()

        await page.route("**/chat.js", late)
        await page.goto(f"{chat.address}/chat/", wait_until="commit")
        await page.get_by_label("Your message").fill("hello")
        await expect(page.get_by_role("button", name="Send")).to_be_disabled()
        arrived.set()
        await page.get_by_role("button", name="Send").click()
        assert await bubbles(page, 1) == ["hello"]


async def test_a_message_that_was_not_sent_stays_and_goes_once() -> None:
    """After a bad line the same words go under the same id, also after a reload."""
    async with chatting() as chat:
        page = await chat.visit()
        tries: list[object] = []
        page.on(
            "request",
            lambda asked: tries.append(asked.post_data_json) if asked.url.endswith("messages") else None,
        )
        chat.refusing = True
        await write(page, "hello")
        await state(page, "Not sent. It stays here; press Send to try again.")
        assert await page.get_by_label("Your message").input_value() == "hello"
        await page.reload()
        chat.refusing, chat.losing = False, True
        await page.get_by_role("button", name="Send").click()
        await state(page, "Your message is saved.")
        chat.losing = False
        assert await bubbles(page, 1) == ["hello"]
        assert len({event.event for event in chat.store.intake.events}) == 1
        assert len(tries) == 2
        assert tries[0] == tries[1]
        assert await page.get_by_label("Your message").input_value() == ""


async def test_a_long_conversation_opens_at_its_end() -> None:
    """The newest words are in view after a reload, and stay so as more come."""
    async with chatting() as chat:
        page = await chat.visit()
        await write(page, "hello")
        await bubbles(page, 1)
        for number in range(30):
            await chat.say(f"answer {number}")
        await bubbles(page, 31)
        await page.reload()
        await bubbles(page, 31)
        await expect(page.get_by_text("answer 29")).to_be_in_viewport()
        await chat.say("one more")
        await expect(page.get_by_text("one more")).to_be_in_viewport()


async def test_a_button_is_pressed() -> None:
    """A choice goes as a press, and reads as its label."""
    async with chatting() as chat:
        page = await chat.visit()
        await write(page, "tickets")
        await bubbles(page, 1)
        await chat.say("Which?", choices=[Choice("template:tickets", "Tickets"), Choice("human", "A person")])
        await page.get_by_role("group", name="Answers to choose from").get_by_text("Tickets").click()
        await state(page, "Your choice is saved.")
        assert (await bubbles(page, 3))[-1] == "Tickets"
        assert chat.store.intake.events[-1].text == "template:tickets"


async def test_no_word_becomes_markup() -> None:
    """A corpus of markup comes back as the very words, whoever said it and wherever (G8)."""
    async with chatting() as chat:
        page = await chat.visit()
        for number, words in enumerate(MARKUP):
            await write(page, words)
            await bubbles(page, number + 1)
        for words in MARKUP:
            await chat.say(words, choices=[Choice(words, words)])
            await chat.say(words, voice=Voice.PERSON)
        assert await bubbles(page, 3 * len(MARKUP)) == [
            *MARKUP,
            *(words for said in MARKUP for words in (said, said)),
        ]
        labels = page.locator(".choices button")
        assert await labels.evaluate_all("nodes => nodes.map((n) => n.textContent)") == list(MARKUP)
        hrefs = await page.locator("#log a").evaluate_all("nodes => nodes.map((n) => n.href)")
        assert all(href.startswith(("https://example.org/",)) for href in hrefs)
        assert await page.locator("#log :is(script, img, svg, iframe, template, textarea)").count() == 0
        await page.get_by_role("button", name="Menu").click()
        await page.get_by_role("button", name="See what is kept").click()
        shown = page.locator("#records dd").filter(has_text="onerror")
        await expect(shown.first).to_be_visible()
        assert await page.locator("#records :is(script, img, svg, iframe)").count() == 0
        assert await page.evaluate("window.hacked") is None
        assert chat.complaints == []


async def test_a_name_goes_along_and_is_text() -> None:
    """What somebody wants to be called is sent with each message, and kept in the browser."""
    async with chatting() as chat:
        page = await chat.visit()
        await page.get_by_role("button", name="Menu").click()
        await page.get_by_label("What may we call you?").fill("<b>Ada</b>")
        await page.get_by_role("button", name="Keep").click()
        await expect(page.locator("#told")).to_have_text("This name goes with your next messages.")
        await page.get_by_role("button", name="Close").click()
        await write(page, "hello")
        await bubbles(page, 1)
        assert chat.store.intake.events[0].author.name == "<b>Ada</b>"


async def test_a_copy_is_downloaded_and_everything_is_erased_after_a_question() -> None:
    """The visitor has their data and can be rid of it; the browser forgets its key (P28)."""
    async with chatting() as chat:
        page = await chat.visit()
        await write(page, "hello")
        await bubbles(page, 1)
        await page.get_by_role("button", name="Menu").click()
        async with page.expect_download() as coming:
            await page.get_by_role("button", name="Download a copy").click()
        place = await (await coming.value).path()
        copy = await asyncio.to_thread(Path(place).read_text, "utf-8")
        assert json.loads(copy)["text"] == "hello"
        await page.get_by_role("button", name="Erase everything here").click()
        await page.get_by_role("button", name="No, keep it").click()
        assert chat.store.correspondence.kept
        await page.get_by_role("button", name="Erase everything here").click()
        await page.get_by_role("button", name="Yes, erase it").click()
        await expect(page.locator("#told")).to_have_text("Everything was erased.")
        await bubbles(page, 0)
        assert not chat.store.correspondence.kept
        assert await page.evaluate("Object.keys(localStorage).length") == 0


async def test_two_pages_of_one_browser_show_the_same_conversation() -> None:
    """A message written in one appears in the other, and an erasure as well."""
    async with chatting() as chat:
        page = await chat.visit()
        other = await chat.tab(page.context)
        await write(page, "hello")
        await bubbles(other, 1)
        await write(other, "again")
        await bubbles(page, 2)
        await page.bring_to_front()
        await page.get_by_role("button", name="Menu").click()
        await page.get_by_role("button", name="Erase everything here").click()
        await page.get_by_role("button", name="Yes, erase it").click()
        await bubbles(other, 0)


async def test_works_by_keyboard_alone() -> None:
    """Tab reaches everything in order, Enter sends, Escape closes, and the focus comes back."""
    async with chatting() as chat:
        page = await chat.visit(viewport=DESKTOP)
        await page.get_by_label("Your message").focus()
        await page.keyboard.type("hello")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("there")
        await page.keyboard.press("Enter")
        assert await bubbles(page, 1) == ["hello\nthere"]
        await page.reload()
        await bubbles(page, 1)
        reached = []
        for _ in range(4):
            await page.keyboard.press("Tab")
            reached.append(await page.evaluate("document.activeElement.id"))
        assert reached == ["menu", "log", "text", "send"]
        await page.get_by_role("button", name="Menu").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        assert await page.evaluate("document.activeElement.id") == "menu"


@pytest.mark.parametrize(
    ("scheme", "viewport"),
    [
        ("light", NARROW),
        ("dark", DESKTOP),
        pytest.param("dark", NARROW, marks=pytest.mark.slow),
        pytest.param("light", DESKTOP, marks=pytest.mark.slow),
    ],
    ids=["light-narrow", "dark-desktop", "dark-narrow", "light-desktop"],
)
async def test_everybody_can_use_it(scheme: str, viewport: dict[str, int]) -> None:
    """axe-core finds nothing against WCAG 2.2 AA, and nothing runs out of a narrow screen."""
    axe = pytest.importorskip("axe_playwright_python.async_playwright", reason="axe is not installed").Axe()
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    async with chatting(title="Write to Nova and the whole band") as chat:
        page = await chat.visit(viewport=viewport, color_scheme=scheme)
        await write(page, "https://example.org/" + "long" * 30)
        await bubbles(page, 1)
        await chat.say("https://example.org/" + "long" * 30, choices=[Choice("human", "A person, please")])
        await chat.say("Hello!\n\n— Sam, team", voice=Voice.PERSON)
        await bubbles(page, 3)
        await choose(page, PICTURE, {**PAPER, "name": "a-name-" + "long" * 20 + ".pdf"})
        await write(page, "two files")
        await bubbles(page, 4)
        await shown_picture(page)
        await choose(page, PICTURE, {**PAPER, "name": "a-name-" + "long" * 20 + ".pdf"})
        await rows(page, 2)
        for opening in (None, "Menu", "See what is kept"):
            if opening:
                await page.get_by_role("button", name=opening).click()
            if opening == "See what is kept":
                await expect(page.locator("#kept")).to_be_visible()
            found = await axe.run(page, options=rules)
            assert found.response["violations"] == []
            assert await page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            )


@pytest.mark.parametrize(
    ("locale", "label"), [("de-AT", "Ihre Nachricht"), ("es-MX", "Tu mensaje"), ("fi", "")]
)
async def test_speaks_the_browsers_language(locale: str, label: str) -> None:
    """The page's own words are there in three languages, and in English for everybody else."""
    async with chatting() as chat:
        page = await chat.visit(locale=locale)
        await expect(page.get_by_label(label or "Your message")).to_be_visible()
        assert await page.locator("html").get_attribute("lang") == (locale[:2] if label else "en")
        assert chat.complaints == []


async def test_a_key_of_another_store_begins_anew_and_says_so() -> None:
    """After a lost store the page does not stay stuck with a key that opens nothing."""
    async with chatting() as chat:
        page = await chat.visit()
        await page.evaluate(
            "localStorage.setItem('fanbot:/chat/:key', '0'.repeat(32) + '.' + '0'.repeat(64))"
        )
        await page.reload()
        await state(
            page, "The key in this browser opens no conversation here. A new message begins a new one."
        )
        await write(page, "hello")
        assert await bubbles(page, 1) == ["hello"]


async def test_an_open_page_finds_its_chat_again_after_a_restart() -> None:
    """A stream that ended is opened again, what was missed is shown, and the key still fits."""
    async with chatting() as chat, AsyncExitStack() as stack:
        page = await chat.visit()
        await write(page, "hello")
        await bubbles(page, 1)
        chat.store.says(chat.visitor, "said while nobody told")
        await chat.restart(stack)
        await bubbles(page, 2)
        await chat.say("said afterwards")
        await bubbles(page, 3)
        await write(page, "written afterwards")
        await bubbles(page, 4)


HOST = """<!doctype html><html lang=en><title>A site</title><h1>A site</h1>
<script src="{chat}/chat/embed.js" data-label="Write to us" async></script>"""


def hosting(chat: str) -> App:
    """Make another site under a strict policy of its own, which embeds the chat."""
    policy = f"default-src 'none'; script-src {chat}; frame-src {chat}"

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/html"), (b"content-security-policy", policy.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": HOST.format(chat=chat).encode()})

    return app


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_site_embeds_it_with_one_tag_if_it_may(allowed: bool) -> None:
    """A named site shows the chat behind a button; in any other the browser refuses the frame."""
    async with AsyncExitStack() as stack:
        address = ""

        async def late(scope: Any, receive: Any, send: Any) -> None:
            await hosting(address)(scope, receive, send)

        host = (await stack.enter_async_context(served(late))).replace("127.0.0.1", "localhost")
        chat = await stack.enter_async_context(chatting(origins=[host] if allowed else []))
        address = chat.address
        page = await (await chat.browser.new_context(locale="en-GB")).new_page()
        page.on("console", lambda told: chat.complaints.append(told.text))
        await page.goto(host)
        button = page.get_by_role("button", name="Write to us")
        await button.click()
        assert await button.get_attribute("aria-expanded") == "true"
        inside = page.frame_locator("iframe[title='Write to us']")
        if allowed:
            await write(inside, "hello")
            await state(inside, "Your message is saved.")
            assert [event.text for event in chat.store.intake.events] == ["hello"]
            await button.click()
            await expect(page.locator("iframe")).to_be_hidden()
        else:
            await expect(inside.get_by_label("Your message")).to_have_count(0)
            await page.wait_for_timeout(300)
            assert any("frame-ancestors" in told for told in chat.complaints)


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PICTURE = {"name": "cat.png", "mimeType": "image/png", "buffer": PIXEL}
PAPER = {"name": "ticket.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 seat 4"}


async def choose(page: Any, *files: dict[str, Any]) -> None:
    """Add files by the button, as a fan does."""
    async with page.expect_file_chooser() as coming:
        await page.get_by_role("button", name="Add a file").click()
    await (await coming.value).set_files(list(files))


async def rows(page: Any, count: int) -> list[str]:
    """Wait for so many files that are to be sent; return how each is told."""
    found = page.locator("#added li span")
    await expect(found).to_have_count(count)
    return [str(text) for text in await found.all_inner_texts()]


async def shown_picture(page: Any) -> None:
    """Wait until the picture in the conversation has come."""
    image = page.get_by_role("img", name="Picture: cat.png")
    await expect(image.first).to_be_visible()
    await expect(image.first).to_have_js_property("naturalWidth", 1)


async def test_a_fan_sends_files_and_sees_them_again() -> None:
    """Added, told with their size, sent with the words, shown as picture and link, also after a reload."""
    async with chatting() as chat:
        page = await chat.visit()
        await choose(page, PICTURE, PAPER)
        assert await rows(page, 2) == [f"cat.png ({len(PIXEL)} byte)", "ticket.pdf (15 byte)"]
        await write(page, "look")
        await state(page, "Your message is saved.")
        await rows(page, 0)
        for _ in range(2):
            assert await bubbles(page, 1) == ["look"]
            await shown_picture(page)
            async with page.expect_download() as coming:
                await page.get_by_role("link", name="ticket.pdf").click()
            saved = await coming.value
            assert saved.suggested_filename == "ticket.pdf"
            assert (await asyncio.to_thread(Path(await saved.path()).read_bytes)) == PAPER["buffer"]
            await page.reload()
        [event] = chat.store.intake.events
        assert [file.media_type for file in event.attachments] == ["image/png", "application/pdf"]
        assert chat.complaints == []
        assert all(asked.startswith((f"{chat.address}/chat/", "data:", "blob:")) for asked in chat.asked)


async def test_a_file_can_go_without_words_and_be_taken_out_before() -> None:
    """What was removed is not sent, the focus goes on, and no words are asked for."""
    async with chatting() as chat:
        page = await chat.visit()
        await page.get_by_role("button", name="Send").click()
        await state(page, "Write something or add a file first, please.")
        await choose(page, PICTURE, PAPER)
        await rows(page, 2)
        await page.get_by_role("button", name="Remove ticket.pdf").click()
        await state(page, "ticket.pdf was taken out.")
        assert await page.evaluate("document.activeElement.id") == "add"
        await page.get_by_role("button", name="Send").click()
        await shown_picture(page)
        assert [len(event.attachments) for event in chat.store.intake.events] == [1]
        assert len(chat.store.files.kept) == 1


async def test_files_are_added_by_keyboard() -> None:
    """Tab goes from Send to the files and to the button that adds more."""
    async with chatting() as chat:
        page = await chat.visit(viewport=DESKTOP)
        page.on("filechooser", lambda _: None)
        await expect(page.get_by_role("button", name="Send")).to_be_enabled()
        await page.get_by_role("button", name="Send").focus()
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.id") == "add"
        async with page.expect_file_chooser() as coming:
            await page.keyboard.press("Enter")
        await (await coming.value).set_files([PICTURE])
        await rows(page, 1)
        await page.get_by_role("button", name="Send").focus()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await rows(page, 0)


async def test_says_in_plain_words_what_cannot_be_added() -> None:
    """Too large, too many, empty, or of another kind; the words that were written stay."""
    async with chatting(max_file="1 KB", max_files=2) as chat:
        page = await chat.visit()
        await expect(page.locator("#limits")).to_contain_text("Up to 2 files of 1 kB each: PNG, JPEG")
        await choose(page, {**PICTURE, "name": "big.png", "buffer": PIXEL + b"\0" * 1024})
        await state(
            page, "big.png is larger than 1 kB, so it was not added. A message without it can be sent."
        )
        await choose(page, {**PICTURE, "buffer": b""})
        await state(page, "cat.png is empty, so it was not added.")
        await rows(page, 0)
        page_of = {"name": "page.png", "mimeType": "image/png", "buffer": b"<script>window.hacked=1</script>"}
        await choose(page, PICTURE, page_of, PAPER)
        await state(
            page, "A message takes 2 files, so ticket.pdf was not added. It can go in another message."
        )
        await write(page, "look")
        await expect(page.locator("#state")).to_contain_text("page.png is none of these: PNG, JPEG")
        assert not chat.store.intake.events
        assert await page.get_by_label("Your message").input_value() == "look"
        await page.get_by_role("button", name="Remove page.png").click()
        await page.get_by_role("button", name="Send").click()
        await state(page, "Your message is saved.")
        assert [len(event.attachments) for event in chat.store.intake.events] == [1]
        assert len(chat.store.files.kept) == 1


async def test_files_that_were_not_sent_stay_and_go_once() -> None:
    """After a bad line, and a reload in between, each file and the message are there once."""
    async with chatting() as chat:
        page = await chat.visit()
        await choose(page, PICTURE)
        await rows(page, 1)
        chat.refusing = True
        await write(page, "look")
        await state(page, "Not sent. It stays here; press Send to try again.")
        assert len(chat.store.files.kept) == 1
        await page.reload()
        await rows(page, 1)
        chat.refusing, chat.losing = False, True
        await page.get_by_role("button", name="Send").click()
        await state(page, "Your message is saved.")
        await rows(page, 0)
        await shown_picture(page)
        assert len({event.event for event in chat.store.intake.events}) == 1
        assert len(chat.store.files.kept) == 1


async def test_says_which_files_a_reload_let_go_of() -> None:
    """A browser keeps no file that was not sent yet, and the page says so."""
    async with chatting() as chat:
        page = await chat.visit()
        await choose(page, PICTURE)
        await rows(page, 1)
        await page.reload()
        await state(page, "A reload lets go of files that were not sent: cat.png. Please add them again.")
        await rows(page, 0)


async def test_sends_files_again_that_the_chat_let_go_of() -> None:
    """What was swept meanwhile is carried anew, where the browser still has it."""
    async with chatting() as chat:
        page = await chat.visit()
        await choose(page, PICTURE)
        await rows(page, 1)
        chat.refusing = True
        await write(page, "look")
        await state(page, "Not sent. It stays here; press Send to try again.")
        chat.refusing = False
        chat.store.files.kept.clear()
        await page.get_by_role("button", name="Send").click()
        await state(
            page,
            "The files are not there any more, and nothing was sent. Press Send to send everything again.",
        )
        await page.get_by_role("button", name="Send").click()
        await state(page, "Your message is saved.")
        assert [len(event.attachments) for event in chat.store.intake.events] == [1]


async def test_a_file_that_is_gone_says_so() -> None:
    """A link to nothing is told in words, and a picture keeps its name."""
    async with chatting() as chat:
        page = await chat.visit()
        await choose(page, PICTURE, PAPER)
        await rows(page, 2)
        await write(page, "look")
        await bubbles(page, 1)
        chat.store.files.kept.clear()
        await page.get_by_role("link", name="ticket.pdf").click()
        await state(page, "This file cannot be shown now.")
        await page.reload()
        await expect(page.locator("#log .files").get_by_text("Picture: cat.png")).to_be_visible()


async def test_offers_no_files_where_none_are_taken() -> None:
    """The button is not there."""
    async with chatting(max_files=0) as chat:
        page = await chat.visit()
        await expect(page.get_by_role("button", name="Send")).to_be_enabled()
        await expect(page.get_by_role("button", name="Add a file")).to_be_hidden()


async def test_a_name_of_a_file_never_becomes_markup() -> None:
    """Names are words, in the list, in the conversation and in the description of a picture."""
    async with chatting() as chat:
        page = await chat.visit()
        named = "<img src=x onerror='window.hacked = 1'>"
        for kind in (PICTURE, PAPER):
            await choose(page, {**kind, "name": named})
        await rows(page, 2)
        await write(page, "look")
        await bubbles(page, 1)
        await expect(page.locator("#log .files")).to_contain_text(f"{named}.pdf")
        assert await page.locator("#log img").count() == 1
        assert await page.evaluate("window.hacked") is None
        assert chat.complaints == []
