"""A fan's file in the console: for whoever is signed in, and never more than a file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from fanbot.console.app import console
from fanbot.console.room import Room
from fanbot.ports.files import Allowance, Upload
from fanbot.testing.files import MemoryFiles
from tests.console.visiting import ADDRESS, OWN

CONTENT = b"\x89PNG\r\n\x1a\n"


@asynccontextmanager
async def looking(room: Room, files: MemoryFiles | None) -> AsyncIterator[httpx.AsyncClient]:
    """Look as somebody who is signed in."""
    transport = httpx.ASGITransport(app=console(replace(room, files=files, open_as="Juno")))
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=OWN) as client:
        yield client


async def holding(media_type: str, name: str = 'cät; x="y".png') -> MemoryFiles:
    """Hold one file, as the first of event 6 in item 5."""
    files = MemoryFiles()
    kept = await files.keep(Upload("webchat/v", "u", name, media_type, CONTENT), allowance=Allowance(99, 99))
    files.places[5, 6, 0] = kept.reference
    return files


@pytest.mark.parametrize(
    ("media_type", "way"),
    [
        ("image/png", "inline"),
        ("image/jpeg", "inline"),
        ("image/gif", "inline"),
        ("image/webp", "inline"),
        ("application/pdf", "attachment"),
        ("audio/mpeg", "attachment"),
        ("video/mp4", "attachment"),
        ("image/svg+xml", "attachment"),
        ("text/html", "attachment"),
    ],
)
async def test_pictures_are_shown_and_everything_else_is_saved(room: Room, media_type: str, way: str) -> None:
    """With headers under which a browser runs nothing of it and keeps nothing."""
    async with looking(room, await holding(media_type)) as juno:
        answer = await juno.get("/items/5/files/6/0")
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.headers["content-disposition"] == (f"{way}; filename*=UTF-8''c%C3%A4t%3B%20x%3D%22y%22.png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    "path", ["/items/5/files/6/1", "/items/4/files/6/0", "/items/5/files/x/0", "/items/5/files/6/-1"]
)
async def test_what_is_not_there_is_told_in_plain_words(room: Room, path: str) -> None:
    """Another place, another platform's file, or one that is gone."""
    async with looking(room, await holding("image/png")) as juno:
        answer = await juno.get(path)
    assert answer.status_code == 404
    assert "Nothing was changed." in answer.text
    async with looking(room, None) as juno:
        assert (await juno.get("/items/5/files/6/0")).status_code == 404
