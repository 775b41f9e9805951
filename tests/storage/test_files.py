"""What fans send as files: kept once and whole, found by their owner, gone with them."""

import asyncio
import base64
import os
import resource
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fanbot.domain.messages import Attachment
from fanbot.domain.settings import SignalSettings
from fanbot.errors import (
    FileTakenError,
    StoreError,
    StoreUnavailableError,
    TooManyBytesError,
    UnknownFileError,
)
from fanbot.ports.files import Allowance, Upload
from fanbot.storage import SqlStore, open_store
from fanbot.storage.folder import Folder
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import address, inbound
from fanbot.testing.stores import decide, entry_of, handed_over, hear

Look = Callable[[str], list[tuple[object, ...]]]
Opener = Callable[..., Awaitable[SqlStore]]

PLENTY = Allowance(1_000_000, 1_000_000)
CONTENT = b"\x89PNG\r\n\x1a\n of a cat"


def upload(content: bytes = CONTENT, *, key: str = "u1", fan: str = "ada", name: str = "cat.png") -> Upload:
    """Make what a fan sends."""
    return Upload(f"memory/{fan}", key, name, "image/png", content)


async def sent(store: SqlStore, file: Attachment, *, fan: str = "ada", message: str = "1") -> tuple[int, int]:
    """Send a message that names a file and waits for a person; return its item and its event."""
    (pending,) = await hear(
        store, replace(inbound("look", channel=fan, message=message), attachments=(file,))
    )
    await decide(store, handed_over(pending))
    return (await entry_of(store, pending.conversation_id)).handoff.id, pending.event_id


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Name the folder with the files."""
    return tmp_path / "files"


def modes(place: Path) -> tuple[int, ...]:
    """Say who may look into the folder, and into its file."""
    return tuple(each.stat().st_mode & 0o777 for each in (place, *place.iterdir()))


def there(place: Path) -> list[str]:
    """List what is in the folder."""
    return sorted(each.name for each in place.glob("*"))


async def test_a_file_is_kept_once_and_read_again(store: SqlStore, place: Path) -> None:
    """Under a name that nobody guesses, for its owner's eyes, the same however often it is sent."""
    file = await store.files.keep(upload(), allowance=PLENTY)
    again = await store.files.keep(upload(), allowance=PLENTY)
    assert file == again == Attachment(file.reference, "cat.png", "image/png", len(CONTENT))
    assert await store.files.read(file.reference) == CONTENT
    assert there(place) == [file.reference.removeprefix("file:")]
    assert modes(place) == (0o700, 0o600)
    with pytest.raises(FileTakenError):
        await store.files.keep(upload(b"other"), allowance=PLENTY)
    assert await store.files.read(file.reference) == CONTENT


async def test_two_tries_at_once_are_one_file(store: SqlStore, place: Path) -> None:
    """A browser that gave up and tries again meets its first try."""
    files = await asyncio.gather(*(store.files.keep(upload(), allowance=PLENTY) for _ in range(8)))
    assert len(set(files)) == 1
    assert len(there(place)) == 1


async def test_what_a_crash_left_is_finished_by_the_next_try(store: SqlStore, place: Path) -> None:
    """A row without its bytes is nobody's file until they come."""
    file = await store.files.keep(upload(), allowance=PLENTY)
    (place / file.reference.removeprefix("file:")).unlink()
    with pytest.raises(UnknownFileError):
        await store.files.claim([file.reference], owner="memory/ada")
    assert await store.files.keep(upload(), allowance=PLENTY) == file
    assert await store.files.claim([file.reference], owner="memory/ada") == [file]


async def test_a_file_is_its_owners_alone(store: SqlStore) -> None:
    """Another fan's, a made-up one and one that leads elsewhere are all unknown."""
    file = await store.files.keep(upload(), allowance=PLENTY)
    assert await store.files.find(file.reference, owner="memory/ada") == file
    for owner, reference in (
        ("memory/bob", file.reference),
        ("other/ada", file.reference),
        ("", file.reference),
        ("memory/ada", f"file:{'0' * 32}"),
        ("memory/ada", "file:../fanbot.db"),
        ("memory/ada", file.reference.removeprefix("file:")),
    ):
        with pytest.raises(UnknownFileError):
            await store.files.find(reference, owner=owner)
        with pytest.raises(UnknownFileError):
            await store.files.claim([reference], owner=owner)
    for reference in ("file:../fanbot.db", "file:", "", "https://example.org", f"file:{'0' * 32}"):
        with pytest.raises(UnknownFileError):
            await store.files.read(reference)


async def test_a_day_has_room_for_so_much(store: SqlStore, clock: ManualClock, place: Path) -> None:
    """One fan takes no more than their part, all together no more than theirs, and the next day begins."""
    narrow = Allowance(100, 150)
    await store.files.keep(upload(b"a" * 90), allowance=narrow)
    with pytest.raises(TooManyBytesError) as own:
        await store.files.keep(upload(b"b" * 11, key="u2"), allowance=narrow)
    assert not own.value.everybody
    with pytest.raises(TooManyBytesError) as everybody:
        await store.files.keep(upload(b"c" * 61, fan="bob"), allowance=narrow)
    assert everybody.value.everybody
    assert len(there(place)) == 1
    clock.move(timedelta(hours=24, seconds=1))
    await store.files.keep(upload(b"b" * 100, key="u3"), allowance=narrow)


async def test_many_at_once_do_not_get_past_the_limit(store: SqlStore, place: Path) -> None:
    """The room is taken before the bytes are written."""
    tries = [
        store.files.keep(upload(b"a" * 40, key=str(number)), allowance=Allowance(100, 1000))
        for number in range(10)
    ]
    found = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, Attachment) for each in found) == 2
    assert len(there(place)) == 2


async def test_a_disk_that_fills_up_keeps_nothing_half(store: SqlStore, place: Path, look: Look) -> None:
    """The write fails in the middle, nothing stays behind, and the next try is like the first."""
    await store.files.keep(upload(), allowance=PLENTY)
    large = upload(b"x" * 900_000, key="u2")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (800_000, hard))
    try:
        with pytest.raises(StoreUnavailableError, match="Nothing of it was kept"):
            await store.files.keep(large, allowance=PLENTY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(there(place)) == 1
    assert look("SELECT COUNT(*) FROM upload") == [(1,)]
    await store.files.keep(large, allowance=PLENTY)
    assert len(there(place)) == 2


async def test_files_never_take_the_last_place_on_the_disk(url: str, tmp_path: Path, look: Look) -> None:
    """What is left belongs to words."""
    folder = Folder(tmp_path / "other", free=lambda _: 1_000, reserve=990)
    store = await open_store(url, settings=SignalSettings(), now=ManualClock().now, files=folder)
    try:
        with pytest.raises(StoreUnavailableError, match="no room"):
            await store.files.keep(upload(), allowance=PLENTY)
        assert there(tmp_path / "other") == []
        assert look("SELECT id FROM upload") == []
        await store.files.keep(upload(b"0123456789"), allowance=PLENTY)
    finally:
        await store.close()


async def test_a_store_without_a_folder_keeps_no_files(url: str) -> None:
    """It says so, and everything else works."""
    store = await open_store(url, settings=SignalSettings(), now=ManualClock().now)
    try:
        with pytest.raises(StoreError, match="no folder"):
            await store.files.keep(upload(), allowance=PLENTY)
        assert await store.files.sweep() == 0
        assert [record async for record in store.archive.export()] == []
    finally:
        await store.close()


async def test_what_no_message_named_within_a_day_is_swept(
    store: SqlStore, clock: ManualClock, place: Path, look: Look
) -> None:
    """What a message names stays for good, and what is about to be named stays another day."""
    named = await store.files.keep(upload(b"1"), allowance=PLENTY)
    await store.files.keep(upload(b"2", key="u2"), allowance=PLENTY)
    late = await store.files.keep(upload(b"3", key="u3"), allowance=PLENTY)
    await sent(store, named)
    clock.move(timedelta(hours=23))
    assert await store.files.sweep() == 0
    await store.files.claim([late.reference], owner="memory/ada")
    clock.move(timedelta(hours=2))
    assert await store.files.sweep() == 1
    kept = sorted(each.reference.removeprefix("file:") for each in (named, late))
    assert there(place) == kept
    assert sorted(row[0] for row in look("SELECT id FROM upload")) == kept  # type: ignore[type-var]
    clock.move(timedelta(days=400))
    assert await store.files.sweep() == 1
    assert there(place) == [named.reference.removeprefix("file:")]


async def test_half_written_files_of_a_crash_are_swept(store: SqlStore, place: Path) -> None:
    """An old one goes; one that may still be written stays."""
    await store.files.keep(upload(), allowance=PLENTY)
    old, new = place / ".a.1.unfinished", place / ".a.2.unfinished"
    for half in (old, new):
        half.write_bytes(b"half")
    os.utime(old, (0, 0))
    await store.files.sweep()
    assert (old.exists(), new.exists()) == (False, True)


async def test_bytes_go_with_their_fan(store: SqlStore, place: Path, look: Look) -> None:
    """Named or not, with or without a message; others' stay (P28)."""
    await sent(store, await store.files.keep(upload(), allowance=PLENTY))
    await store.files.keep(upload(b"unsent", key="u2"), allowance=PLENTY)
    await store.files.keep(upload(b"only a file", fan="eve"), allowance=PLENTY)
    other = await store.files.keep(upload(b"bob's", fan="bob"), allowance=PLENTY)
    for fan in ("ada", "eve"):
        assert await store.correspondence.erase(platform="memory", user=fan)
        assert not await store.correspondence.erase(platform="memory", user=fan)
    assert there(place) == [other.reference.removeprefix("file:")]
    assert look("SELECT owner FROM upload") == [("memory/bob",)]


async def test_bytes_that_could_not_go_at_once_go_with_the_next_sweep(
    store: SqlStore, place: Path, look: Look
) -> None:
    """Nobody finds them any more, and nothing tells whose they were."""
    file = await store.files.keep(upload(), allowance=PLENTY)
    kept = place / file.reference.removeprefix("file:")
    kept.unlink()
    kept.mkdir()
    assert await store.correspondence.erase(platform="memory", user="ada")
    assert look("SELECT owner, name FROM upload") == [("", "")]
    with pytest.raises(UnknownFileError):
        await store.files.find(file.reference, owner="memory/ada")
    kept.rmdir()
    kept.write_bytes(CONTENT)
    assert await store.files.sweep() == 1
    assert (there(place), look("SELECT id FROM upload")) == ([], [])


async def test_a_fan_takes_their_files_home(store: SqlStore, place: Path) -> None:
    """Name, kind, size and bytes; without the bytes where only a look is wanted; nobody else's."""
    file = await store.files.keep(upload(), allowance=PLENTY)
    await sent(store, file)
    await store.files.keep(upload(b"bob's", fan="bob"), allowance=PLENTY)

    async def told(**more: bool) -> list[dict[str, object]]:
        records = store.correspondence.export(platform="memory", user="ada", **more)
        return [dict(record) async for record in records if record["type"] == "file"]

    (record,) = await told()
    assert (record["name"], record["media_type"], record["size"]) == ("cat.png", "image/png", len(CONTENT))
    assert base64.b64decode(str(record["base64"])) == CONTENT
    (brief,) = await told(contents=False)
    assert "base64" not in brief
    (place / file.reference.removeprefix("file:")).unlink()
    assert [each["base64"] for each in await told()] == [None]
    everybody = [record async for record in store.archive.export() if record["type"] == "file"]
    assert {record["owner"] for record in everybody} == {"memory/ada", "memory/bob"}
    lone = [record async for record in store.correspondence.export(platform="memory", user="bob")]
    assert [record["type"] for record in lone] == ["file"]


async def test_a_conversation_shows_its_files(store: SqlStore) -> None:
    """The fan's bubble has what they sent, in its order."""
    files = [await store.files.keep(upload(bytes([n]), key=str(n)), allowance=PLENTY) for n in range(3)]
    await hear(store, replace(inbound("", message="1"), attachments=tuple(files)), inbound("hi", message="2"))
    bubbles = await store.correspondence.bubbles(address())
    assert [bubble.attachments for bubble in bubbles] == [tuple(files), ()]


async def test_a_file_is_found_by_its_place_in_an_item(store: SqlStore) -> None:
    """By item, event and number, and by no other item; a reference that was only claimed leads nowhere."""
    file = await store.files.keep(upload(), allowance=PLENTY)
    item, event = await sent(store, file)
    forged_item, forged_event = await sent(store, file, fan="bob", message="2")
    assert await store.files.attached(item=item, event=event, number=0) == file
    for place in (
        (item, event, 1),
        (item, forged_event, 0),
        (forged_item, event, 0),
        (forged_item, forged_event, 0),
        (1, 1, 0),
    ):
        with pytest.raises(UnknownFileError):
            await store.files.attached(item=place[0], event=place[1], number=place[2])
