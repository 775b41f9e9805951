"""Files over the web chat: what is taken, from whom, for whom, and what is refused."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from fanbot.errors import AdapterError, StoreUnavailableError
from fanbot_webchat.gate import Gate
from fanbot_webchat.kinds import KINDS, USUAL, called, kind_of
from fanbot_webchat.refusals import RefusedError
from fanbot_webchat.settings import as_size, read
from tests.adapters.test_webchat_requests import opened, refused
from tests.adapters.webchat_support import Store, Visitor, listening, mounted, served, webchat

PNG = b"\x89PNG\r\n\x1a\n and the rest"
RATES = {"rate": "1000/minute", "rate_per_address": "10000/minute"}
SAMPLES = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "image/gif": b"GIF89a....",
    "image/webp": b"RIFF\0\0\0\0WEBPVP8 ",
    "application/pdf": b"%PDF-1.7\n",
    "audio/mpeg": b"\xff\xfb\x90\x64\0\0",
    "audio/mp4": b"\0\0\0\x18ftypmp42\0\0\0\0....hdlr\0\0\0\0\0\0\0\0soun",
    "audio/ogg": b"OggS" + b"\0" * 24 + b"OpusHead",
    "audio/webm": b"\x1a\x45\xdf\xa3....webm........A_OPUS",
    "audio/wav": b"RIFF\0\0\0\0WAVEfmt ",
    "video/webm": b"\x1a\x45\xdf\xa3....webm....V_VP9....A_OPUS",
    "video/mp4": b"\0\0\0\x18ftypisom....hdlr\0\0\0\0\0\0\0\0videhdlr\0\0\0\0\0\0\0\0soun",
}
NONE_OF_THEM = (
    b"",
    b"<!doctype html><script>alert(1)</script>",
    b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    b"\xef\xbb\xbf<svg/>",
    b"PK\x03\x04 a document with macros",
    b"MZ\x90\0 a program",
    b"\x7fELF",
    b"#!/bin/sh\n",
    b"GIF",
    b"RIFF\0\0\0\0AVI ",
    b"\0\0\0\x18ftypheic",
    b" " + PNG,
    b"\xff\xff\xff\xff",
    b"just words",
)


def test_a_file_is_what_its_bytes_say() -> None:
    """Each kind is known by its mark, and every kind has a sample here."""
    assert set(SAMPLES) == {kind.media_type for kind in KINDS}
    for media_type, content in SAMPLES.items():
        kind = kind_of(content)
        assert kind is not None, media_type
        assert kind.media_type == media_type
    assert not any(kind_of(content) for content in NONE_OF_THEM)
    tagged = kind_of(b"ID3\x04\0\0")
    assert tagged is not None
    assert tagged.media_type == "audio/mpeg"
    assert "video/mp4" not in USUAL


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("cat.PNG", "cat.PNG"),
        ("/etc/passwd", "passwd.png"),
        ("C:\\Users\\ada\\cat.png", "cat.png"),
        ("cat.png.exe", "cat.png.exe.png"),
        ("a\u202egnp.exe", "agnp.exe.png"),
        ("a\r\nSet-Cookie: x.png", "aSet-Cookie: x.png"),
        ("", "file.png"),
        ("...", "file.png"),
        (".png", "png.png"),
        ("n" * 300 + ".png", "n" * 100 + ".png"),
    ],
)
def test_a_name_says_what_a_file_is_and_leads_nowhere(name: str, kept: str) -> None:
    """No folder, no hidden character, and an ending that fits the bytes."""
    kind = kind_of(PNG)
    assert kind is not None
    assert called(name, kind) == kept


async def test_a_file_is_kept_named_and_given_back_to_its_owner() -> None:
    """First the file, then the message that names it; both are told truly."""
    store = Store()
    async with opened(store) as client:
        ada = await Visitor(client).arrive()
        told = (await ada.send(PNG, name="my cät.png")).json()
        assert (told["name"], told["media_type"], told["size"]) == ("my cät.png", "image/png", len(PNG))
        assert told["reference"] == f"file:{told['id']}"
        assert (await ada.write("", files=[told["reference"]])).status_code == 200
        [event] = store.intake.events
        [file] = event.attachments
        assert (event.text, file.reference, file.media_type, file.size) == (
            "",
            told["reference"],
            "image/png",
            len(PNG),
        )
        [bubble] = await ada.sees()
        assert bubble["files"] == [told]
        given = await client.get(f"files/{told['id']}", headers=ada.headers)
        assert given.content == PNG
        assert given.headers["content-type"] == "image/png"
        assert given.headers["content-disposition"] == "attachment; filename*=UTF-8''my%20c%C3%A4t.png"
        assert given.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert given.headers["x-content-type-options"] == "nosniff"
        assert given.headers["cache-control"] == "no-store"


async def test_what_a_browser_claims_counts_for_nothing() -> None:
    """A page that calls itself a picture is refused, in a sentence that says what is taken."""
    store = Store()
    async with opened(store) as client:
        ada = await Visitor(client).arrive()
        for content in NONE_OF_THEM:
            headers = {**ada.headers, "Content-Type": "image/png", "File-Name": "cat.png"}
            answer = await client.put(f"files/{uuid4()}", content=content, headers=headers)
            assert "PNG, JPEG, GIF, WebP, PDF, MP3, M4A, Ogg, WebM, WAV" in refused(answer, 415)
        refused(await ada.send(SAMPLES["video/mp4"]), 415)
        assert not store.files.kept


async def test_a_creator_chooses_what_is_taken() -> None:
    """Kinds, sizes and numbers come from the settings."""
    store = Store()
    settings = read({**RATES, "file_types": ["video/mp4"], "max_file": "1 KB", "max_files": 1})
    async with opened(store, settings=settings) as client:
        ada = await Visitor(client).arrive()
        refused(await ada.send(PNG), 415)
        first = (await ada.send(SAMPLES["video/mp4"])).json()["reference"]
        second = (await ada.send(SAMPLES["video/mp4"])).json()["reference"]
        sentence = refused(await ada.write("look", files=[first, second]), 400)
        assert "2 files, and one message takes 1" in sentence
        assert (await ada.write("look", files=[first, first])).status_code == 200
        page = (await client.get("")).text
        assert 'accept="video/mp4,.mp4,.m4v,.mov"' in page
        assert 'data-largest="1024" data-most="1"' in page


@pytest.mark.parametrize("section", [{"max_files": 0}, {"file_types": []}])
async def test_takes_no_files_where_none_are_wanted(section: dict[str, object]) -> None:
    """Nothing in, nothing out, and words go on."""
    async with opened(Store(), settings=read({**RATES, **section})) as client:
        ada = await Visitor(client).arrive()
        refused(await ada.send(PNG), 404)
        refused(await client.get(f"files/{'0' * 32}", headers=ada.headers), 404)
        refused(await ada.write("look", files=[f"file:{'0' * 32}"]), 404)
        assert (await ada.write("look")).status_code == 200
        assert 'data-most="0"' in (await client.get("")).text


async def test_the_same_upload_is_one_file_and_another_is_refused() -> None:
    """After a lost answer the same id gives the same reference; other bytes do not take its place."""
    store = Store()
    async with opened(store) as client:
        ada = await Visitor(client).arrive()
        name = str(uuid4())
        first, again = await ada.send(PNG, id=name), await ada.send(PNG, id=name.upper())
        assert first.json() == again.json()
        assert len(store.files.kept) == 1
        refused(await ada.send(PNG + b"!", id=name), 409)
        refused(await ada.send(PNG, id="1"), 400)
        message = str(uuid4())
        for _ in range(2):
            assert (await ada.write("", id=message, files=[first.json()["reference"]])).status_code == 200
        assert len({event.event for event in store.intake.events}) == 1
        assert [bubble["key"] for bubble in await ada.sees()] == [message]


async def test_a_file_is_its_visitors_alone() -> None:
    """Nobody else can see it, name it, or learn that it is there."""
    store = Store()
    async with opened(store) as client:
        ada, bob = await Visitor(client).arrive(), await Visitor(client).arrive()
        told = (await ada.send(PNG)).json()
        unknown = f"file:{'f' * 32}"
        sentences = {
            refused(await bob.write("look", files=[reference]), 409)
            for reference in (told["reference"], unknown)
        }
        assert len(sentences) == 1
        seen = {
            refused(await client.get(f"files/{name}", headers=bob.headers), 404)
            for name in (told["id"], "f" * 32, "0", "%2e%2e%2fetc%2fpasswd")
        }
        assert "There is no such file in this conversation." in seen
        refused(await client.get(f"files/{told['id']}"), 401)
        refused(await client.put(f"files/{uuid4()}", content=PNG), 401)
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.test"}):
            given = {**ada.headers, **headers}
            refused(await client.put(f"files/{uuid4()}", content=PNG, headers=given), 403)
        assert not store.intake.asked
        assert len(store.files.kept) == 1


@pytest.mark.parametrize(
    "named",
    ["file:x", [1], ["https://example.org/cat.png"], ["file:../../etc/passwd"], [None], ["file:"], {}],
)
async def test_a_reference_is_ours_or_nothing(named: object) -> None:
    """What does not look like a reference is refused before anything is asked."""
    store = Store()
    async with opened(store) as client:
        ada = await Visitor(client).arrive()
        assert "not kept" in refused(await ada.write("look", files=named), 400)
        refused(await ada.write("", files=[]), 400)
        assert not store.intake.asked


async def test_what_is_too_large_is_cut_off_while_it_comes() -> None:
    """No more than the limit is ever held, announced or not."""
    store = Store()
    read_so_far = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read_so_far
        while True:
            read_so_far += 4096
            yield PNG.ljust(4096)

    async with opened(store, settings=read({**RATES, "max_file": "64 KB"})) as client:
        ada = await Visitor(client).arrive()
        assert "more than 64 KB" in refused(await ada.send(endless()), 413)
        assert read_so_far <= 128 * 1024
        refused(await ada.send(PNG.ljust(64 * 1024 + 1)), 413)
        assert (await ada.send(PNG.ljust(64 * 1024))).status_code == 200
        assert len(store.files.kept) == 1


async def test_does_not_wait_for_a_file_that_stops_coming() -> None:
    """A file may take its time piece by piece, but not stand still; others are served meanwhile."""
    store = Store()
    chat = webchat(store, patience=0.5)
    async with served(mounted(chat)) as address, listening(chat, store):
        async with httpx.AsyncClient(base_url=f"{address}/chat/") as client:
            ada = await Visitor(client).arrive()
            host, port = address.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            head = (
                f"PUT /chat/files/{uuid4()} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Visitor {ada.key}\r\n"
                "Content-Length: 1000\r\n\r\n"
            )
            writer.write(head.encode() + PNG)
            assert (await ada.write("hello")).status_code == 200
            async with asyncio.timeout(20):
                answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 408")
            writer.close()
            await writer.wait_closed()
        await chat.close()
    assert not store.files.kept


async def test_a_visitor_sends_so_much_in_a_day_and_words_go_on() -> None:
    """Disks are not filled by one, nor by all together."""
    store = Store()
    settings = read({**RATES, "files_per_day": "1 KB", "files_per_day_in_all": "1.5 KB"})
    async with opened(store, settings=settings) as client:
        ada, bob = await Visitor(client).arrive(), await Visitor(client).arrive()
        assert (await ada.send(PNG.ljust(1000))).status_code == 200
        answer = await ada.send(PNG.ljust(1000))
        assert "1 KB of files are taken from one visitor in 24 hours" in refused(answer, 429)
        assert int(answer.headers["retry-after"]) >= 3600
        assert "24 hours" in refused(await bob.send(PNG.ljust(1000)), 503)
        assert (await bob.send(PNG.ljust(100))).status_code == 200
        assert (await ada.write("hello")).status_code == 200


async def test_files_count_like_messages() -> None:
    """The same rate holds for both."""
    store = Store()
    async with opened(store, settings=read({"rate": "3/minute"})) as client:
        ada = await Visitor(client).arrive()
        for _ in range(3):
            assert (await ada.send(PNG)).status_code == 200
        refused(await ada.send(PNG), 429)
        refused(await ada.write("hello"), 429)


async def test_says_so_when_the_disk_is_full() -> None:
    """Nothing is confirmed that is not kept."""
    store = Store()
    async with opened(store) as client:
        ada = await Visitor(client).arrive()
        store.files.trouble = StoreUnavailableError("The disk is full.")
        answer = await ada.send(PNG)
        assert "not kept" in refused(answer, 503)
        assert answer.headers["retry-after"]


def test_only_so_many_files_are_on_their_way_at_once() -> None:
    """A place that ends frees one; another address has its own."""
    gate = Gate(each=1, most=2)
    with gate.passing("a"):
        with pytest.raises(RefusedError, match="not kept"), gate.passing("a"):
            pass
        with gate.passing("b"), pytest.raises(RefusedError), gate.passing("c"):
            pass
    with gate.passing("a"), gate.passing("c"):
        pass


@pytest.mark.parametrize(
    "section",
    [
        {"file_types": ["image/svg+xml"]},
        {"file_types": "image/png"},
        {"file_types": [7]},
        {"max_files": 11},
        {"max_files": -1},
        {"max_files": True},
        {"max_file": "26 MB"},
        {"max_file": "much"},
        {"max_file": 5},
        {"max_file": "0 MB"},
        {"files_per_day": "5"},
        {"files_per_day_in_all": "-1 GB"},
    ],
)
def test_a_wrong_setting_is_told_with_an_example(section: dict[str, object]) -> None:
    """It names the setting and shows one that works."""
    [name] = section
    with pytest.raises(AdapterError, match=rf"{name} .*\. For example: {name} = "):
        read(section)


def test_sizes_read_as_people_write_them() -> None:
    """With or without a space, in any case."""
    files = read({"max_file": "2mb", "files_per_day": "1.5 GB"}).files
    assert (files.largest, files.per_visitor) == (2 * 1024**2, 1536 * 1024**2)
    assert as_size(files.per_visitor) == "1.5 GB"
