"""What the web chat answers: what it keeps, for whom, and what it refuses."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest

from fanbot.domain.messages import Choice, Kind
from fanbot.errors import StoreError, StoreUnavailableError
from fanbot_webchat.settings import Settings, read
from tests.adapters.webchat_support import Store, Visitor, client_of, listening, mounted, served, webchat

HUMAN = Choice("human", "A person, please", "/human")


@asynccontextmanager
async def opened(
    store: Store, *, settings: Settings | None = None, patience: float = 10.0
) -> AsyncIterator[httpx.AsyncClient]:
    """Open a chat that listens, and ask it without a network."""
    chat = webchat(store, settings=settings, patience=patience)
    async with client_of(mounted(chat)) as client, listening(chat, store):
        yield client
    await chat.close()


def refused(answer: httpx.Response, status: int) -> str:
    """Check that a refusal is one plain sentence, and return it."""
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    sentence = answer.json()["error"]
    assert isinstance(sentence, str)
    assert sentence.endswith((".", "}."))
    assert "busy" not in sentence.casefold()
    assert "soon" not in sentence.casefold()
    return sentence


async def test_confirms_a_message_once_it_is_durable() -> None:
    """The answer waits for the store (P9)."""
    store = Store()
    async with opened(store) as client:
        ada = await Visitor(client).arrive()
        store.intake.hold()
        answer = asyncio.create_task(ada.write("hello"))
        await store.intake.brought(1)
        await asyncio.sleep(0.05)
        assert not answer.done()
        store.intake.release()
        assert (await answer).status_code == 200
        assert len(store.intake.events) == 1


async def test_a_repeated_message_is_kept_once() -> None:
    """The same id after a lost answer is confirmed again and is not new."""
    store = Store()
    async with opened(store) as client:
        ada = await Visitor(client).arrive()
        name = str(uuid4())
        assert (await ada.write("hello", id=name)).status_code == 200
        assert (await ada.write("hello", id=name)).status_code == 200
        assert [bubble["key"] for bubble in await ada.sees()] == [name]


async def test_a_press_of_a_button_that_was_shown_is_kept() -> None:
    """A press is an event of its own kind with the id of the choice."""
    store = Store()
    async with opened(store) as client:
        ada = await Visitor(client).arrive()
        store.says(ada.id, "Which?", choices=[HUMAN])
        assert (await ada.press("human")).status_code == 200
        assert [(event.kind, event.text) for event in store.intake.events] == [(Kind.PRESS, "human")]
        assert (await ada.sees())[-1]["text"] == "A person, please"


async def test_a_press_of_a_button_that_was_never_shown_is_refused() -> None:
    """Another visitor's buttons are not one's own."""
    store = Store()
    async with opened(store) as client:
        ada, bob = await Visitor(client).arrive(), await Visitor(client).arrive()
        store.says(bob.id, "Which?", choices=[HUMAN])
        refused(await ada.press("human"), 400)
        assert not store.intake.events


async def test_says_so_while_nobody_listens() -> None:
    """Nothing is accepted that cannot be stored; a reload works all the same."""
    store = Store()
    async with client_of(mounted(webchat(store))) as client:
        ada = await Visitor(client).arrive()
        answer = await ada.write("hello")
        assert "not kept" in refused(answer, 503)
        assert answer.headers["retry-after"] == "5"
        assert await ada.sees() == []


async def test_a_store_that_takes_nothing_is_told_to_both_sides() -> None:
    """The visitor is refused, and the listener ends with the reason, to be started again."""
    store = Store()
    chat = webchat(store)
    async with client_of(mounted(chat)) as client:
        ada = await Visitor(client).arrive()
        listener = asyncio.create_task(chat.listen(store))
        await asyncio.sleep(0)
        store.intake.refuse(StoreUnavailableError("The disk is full."))
        refused(await ada.write("hello"), 503)
        with pytest.raises(StoreUnavailableError):
            await listener


async def test_an_event_that_no_store_takes_stops_nobody_else() -> None:
    """One message that cannot be stored is refused alone (G7)."""
    store = Store()
    async with opened(store) as client:
        ada = await Visitor(client).arrive()
        store.intake.refuse(StoreError("This event cannot be stored."))
        refused(await ada.write("hello"), 500)
        assert (await ada.write("hello again")).status_code == 200


async def test_does_not_claim_to_know_while_the_store_has_no_room() -> None:
    """After a while the browser is told that nothing is certain, and the same id is safe to repeat."""
    store = Store()
    async with opened(store, patience=0.05) as client:
        ada = await Visitor(client).arrive()
        store.intake.hold()
        assert "not certain" in refused(await ada.write("hello"), 503)
        store.intake.release()


@pytest.mark.parametrize("path", ["bubbles", "stream", "export"])
async def test_shows_nothing_without_a_good_key(path: str) -> None:
    """No key, a made-up one and a changed one open nothing, on every path that shows something."""
    async with opened(Store()) as client:
        ada = await Visitor(client).arrive()
        changed = ada.key[:-1] + ("0" if ada.key[-1] != "0" else "1")
        for given in ("", f"Visitor {changed}", f"Bearer {ada.key}", f"Visitor {ada.id}", "Visitor", "é"):
            answer = await client.get(path, headers={"Authorization": given.encode()} if given else {})
            refused(answer, 401)
            assert answer.headers["www-authenticate"] == "Visitor"


@pytest.mark.parametrize("path", ["messages", "presses", "erase"])
async def test_does_nothing_without_a_good_key(path: str) -> None:
    """The same on every path that does something."""
    store = Store()
    async with opened(store) as client:
        ada = await Visitor(client).arrive()
        body = {"id": str(uuid4()), "text": "hello", "choice": "human"}
        for headers in ({}, {"Authorization": f"Visitor {'0' * 32}{ada.key[32:]}"}):
            refused(await client.post(path, json=body, headers=headers), 401)
        assert not store.intake.asked


async def test_a_visitor_sees_nothing_of_another() -> None:
    """Conversations, copies and erasures stay with their key."""
    store = Store()
    async with opened(store) as client:
        ada, bob = await Visitor(client).arrive(), await Visitor(client).arrive()
        await ada.write("my secret")
        assert await bob.sees() == []
        assert (await client.get("export", headers=bob.headers)).text == ""
        assert (await client.post("erase", headers=bob.headers)).json() == {"erased": False}
        assert [bubble["text"] for bubble in await ada.sees()] == ["my secret"]


async def test_a_key_never_works_in_an_address() -> None:
    """Addresses end up in logs and histories."""
    async with opened(Store()) as client:
        ada = await Visitor(client).arrive()
        for name in ("key", "visitor", "authorization"):
            refused(await client.get("bubbles", params={name: ada.key}), 401)


async def test_gives_a_copy_and_erases() -> None:
    """A fan can have what is kept, and have it gone (P28)."""
    store = Store()
    async with opened(store) as client:
        ada = await Visitor(client).arrive()
        await ada.write("hello")
        store.says(ada.id, "half \ud83d a pair")
        copy = await client.get("export", headers=ada.headers)
        assert copy.headers["content-type"].startswith("application/x-ndjson")
        assert "attachment" in copy.headers["content-disposition"]
        texts = [json.loads(line)["text"] for line in copy.text.splitlines()]
        assert texts == ["hello", "half \ud83d a pair"]
        assert (await client.post("erase", headers=ada.headers)).json() == {"erased": True}
        assert await ada.sees() == []


async def test_says_plainly_that_the_store_cannot_be_reached() -> None:
    """Looking, copying and erasing fail in a sentence."""
    store = Store()
    async with opened(store) as client:
        ada = await Visitor(client).arrive()
        store.correspondence.trouble = StoreUnavailableError("locked")
        for method, path in (("GET", "bubbles"), ("GET", "export"), ("POST", "erase")):
            refused(await client.request(method, path, headers=ada.headers), 503)


async def test_a_visitor_who_writes_too_fast_waits_and_others_do_not() -> None:
    """The limit says how long, and nothing over it is kept."""
    store = Store()
    async with opened(store, settings=read({"rate": "3/minute"})) as client:
        ada, bob = await Visitor(client).arrive(), await Visitor(client).arrive()
        for _ in range(3):
            assert (await ada.write("hello")).status_code == 200
        answer = await ada.write("hello")
        seconds = int(answer.headers["retry-after"])
        assert 1 <= seconds <= 61
        assert f"{seconds} seconds" in refused(answer, 429)
        assert len(store.intake.events) == 3
        assert (await bob.write("hello")).status_code == 200
        assert len(await ada.sees()) == 3


async def test_one_address_does_not_take_everything() -> None:
    """New keys, and wrong ones, count for the address that they come from."""
    chat = webchat(Store(), settings=read({"rate_per_address": "3/minute"}))
    app = mounted(chat)
    async with client_of(app, host="2001:db8::1") as one, client_of(app, host="2001:db8::ffff:2") as same:
        for _ in range(2):
            await Visitor(one).arrive()
        refused(await one.post("messages", headers={"Authorization": "Visitor x"}), 401)
        refused(await same.post("visitors"), 429)
    async with client_of(app, host="2001:db8:0:1::1") as other:
        assert (await other.post("visitors")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://chat.test"},
        {"Origin": "http://evil.test"},
        {"Origin": "http://chat.test.evil.test"},
        {"Origin": "http://[bad"},
        {"Origin": "null"},
        {"Origin": ""},
    ],
)
@pytest.mark.parametrize("path", ["visitors", "messages", "presses", "erase"])
async def test_another_site_can_do_nothing_here(path: str, headers: dict[str, str]) -> None:
    """Only our own page posts, whatever key comes along."""
    store = Store()
    async with opened(store) as client:
        ada = await Visitor(client).arrive()
        body = {"id": str(uuid4()), "text": "hello", "choice": "human"}
        refused(await client.post(path, json=body, headers={**ada.headers, **headers}), 403)
        assert not store.intake.asked


async def test_our_own_page_can() -> None:
    """Both ways in which a browser says that a request is ours."""
    async with opened(Store()) as client:
        for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://chat.test"}):
            assert (await client.post("visitors", headers=headers)).status_code == 200


async def test_refuses_what_is_too_large_while_reading_it() -> None:
    """No more than the limit is ever held, whatever length was announced."""
    store = Store()
    read_so_far = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read_so_far
        while True:
            read_so_far += 4096
            yield b" " * 4096

    async with opened(store) as client:
        ada = await Visitor(client).arrive()
        headers = {**ada.headers, "Content-Type": "application/json"}
        refused(await client.post("messages", content=endless(), headers=headers), 413)
        assert read_so_far <= 128 * 1024
        refused(await client.post("messages", content=b" " * 65_537, headers=headers), 413)
        assert not store.intake.asked


async def test_does_not_wait_for_a_body_that_never_comes() -> None:
    """A slow sender is let go, and others are served meanwhile."""
    store = Store()
    chat = webchat(store, patience=0.3)
    async with served(mounted(chat)) as address, listening(chat, store):
        async with httpx.AsyncClient(base_url=f"{address}/chat/") as client:
            ada = await Visitor(client).arrive()
            host, port = address.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            head = (
                f"POST /chat/messages HTTP/1.1\r\nHost: {host}\r\nAuthorization: Visitor {ada.key}\r\n"
                "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
            )
            writer.write(head.encode())
            assert (await ada.write("hello")).status_code == 200
            async with asyncio.timeout(10):
                answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 408")
            writer.close()
            await writer.wait_closed()
        await chat.close()


async def test_takes_json_alone() -> None:
    """What a plain form of another site could send is refused by its type."""
    async with opened(Store()) as client:
        ada = await Visitor(client).arrive()
        for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
            headers = {**ada.headers, "Content-Type": kind}
            refused(await client.post("messages", content=b"{}", headers=headers), 415)
        headers = {**ada.headers, "Content-Type": "application/json; charset=utf-8"}
        refused(await client.post("messages", content=b"{", headers=headers), 400)


async def test_what_is_not_there_is_not_there() -> None:
    """Other paths and other methods get a sentence too, and no file outside of the page is served."""
    async with opened(Store()) as client:
        for path in ("nothing", "..%2fplatform.py", "page/chat.html", "chat.js/..", "visitors/"):
            assert (await client.get(path)).status_code in {404, 307}
        refused(await client.get("messages"), 405)
        refused(await client.delete("bubbles"), 405)


PARTS = ("", "chat.css", "chat.js", "adding.js", "reading.js", "words.js", "embed.js")


async def test_every_answer_is_careful() -> None:
    """No sniffing, no referrer, no powers; personal things are kept by no cache."""
    async with opened(Store()) as client:
        ada = await Visitor(client).arrive()
        for path in (*PARTS, "bubbles", "export", "nothing"):
            headers = (await client.get(path, headers=ada.headers)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert "geolocation=()" in headers["permissions-policy"]
            assert "default-src 'none'" in headers["content-security-policy"]
            assert headers["cache-control"] == ("no-cache" if path in PARTS else "no-store")
            assert "access-control-allow-origin" not in headers
            assert "set-cookie" not in headers


async def test_the_page_allows_itself_alone_and_named_sites_to_frame_it() -> None:
    """The policy is exactly this one."""
    settings = read({"origins": ["https://www.example.org", "http://127.0.0.1:8080"]})
    async with opened(Store(), settings=settings) as client:
        assert (await client.get("")).headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            "img-src 'self' data: blob:; form-action 'none'; base-uri 'none'; "
            "frame-ancestors 'self' https://www.example.org http://127.0.0.1:8080"
        )
    async with opened(Store()) as client:
        assert (await client.get("")).headers["content-security-policy"].endswith("frame-ancestors 'self'")


async def test_the_title_is_text() -> None:
    """What a creator writes is no markup either."""
    async with opened(Store(), settings=read({"title": "</title><script>alert(1)</script>"})) as client:
        page = (await client.get("")).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


async def test_the_page_is_small_and_fetched_once() -> None:
    """Everything together weighs under 44 KB, and an unchanged part is not sent again."""
    async with opened(Store()) as client:
        parts = [await client.get(path) for path in PARTS]
        assert all(part.status_code == 200 for part in parts)
        assert sum(len(part.content) for part in parts) < 44 * 1024
        for path, part in zip(PARTS, parts, strict=True):
            again = await client.get(path, headers={"If-None-Match": part.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")


async def test_the_page_asks_for_nothing_of_anybody_else() -> None:
    """No address of another site stands in it, and nothing runs that stands in the page itself."""
    async with opened(Store()) as client:
        for path in PARTS:
            part = (await client.get(path)).text
            assert "//" not in part.replace("https://…", "").replace("https?:\\/\\/", "").replace(
                "// ", ""
            ), path
            assert "innerHTML" not in part
            assert "eval(" not in part
        page = (await client.get("")).text
        assert " style=" not in page
        assert " on" not in page.replace(" one", "").replace(" only", "").split("<main>")[0]
