"""A file's whole way through a running fanbot: from the chat to the console, into a backup, and gone."""

import asyncio
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from fanbot import bootstrap
from fanbot.domain.settings import ListenSettings
from fanbot.workspace import starter

PNG = b"\x89PNG\r\n\x1a\n of a cat"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make the sample workspace anew."""
    source = starter.starter_source()
    answers = starter.StarterAnswers("Mira Solane", "en", "Europe/London")
    starter.create(tmp_path / "own", source=source, answers=answers)
    return tmp_path / "own"


def kept(folder: Path) -> list[bytes]:
    """Read what lies in the folder for files."""
    return [file.read_bytes() for file in (folder / "data" / "files").glob("*")]


def event_of(place: Path, reference: str) -> int:
    """Find the event that a file came with."""
    with closing(sqlite3.connect(place)) as store:
        [(event,)] = store.execute("SELECT event_id FROM attachment WHERE reference = ?", (reference,))
    return int(event)


async def test_a_picture_alone_reaches_a_person_and_goes_with_its_fan(folder: Path, tmp_path: Path) -> None:
    """It is acknowledged, waits as an item, is seen in the console, carried by a backup, and erased."""
    workspace = bootstrap.open_workspace(folder)
    async with bootstrap.trying(workspace, ListenSettings("127.0.0.1", 0)) as (supervisor, address):
        running = asyncio.create_task(supervisor.run(asyncio.Event()))
        async with httpx.AsyncClient(base_url=f"{address}/", timeout=30) as client, asyncio.timeout(60):
            key = (await client.post("chat/visitors")).json()["key"]
            me = {"Authorization": f"Visitor {key}"}
            file = (await client.put(f"chat/files/{uuid4()}", content=PNG, headers=me)).json()
            message = {"id": str(uuid4()), "text": "", "files": [file["reference"]]}
            while (await client.post("chat/messages", json=message, headers=me)).status_code == 503:  # noqa: ASYNC110 - it starts
                await asyncio.sleep(0.1)
            while len(bubbles := (await client.get("chat/bubbles", headers=me)).json()["bubbles"]) < 2:  # noqa: ASYNC110 - as pages do
                await asyncio.sleep(0.1)
            assert bubbles[0]["files"] == [file]
            assert "It is saved, and" in bubbles[1]["text"]
            (item,) = set(re.findall(r"/items/([0-9]+)", (await client.get("console/")).text))
            event = event_of(bootstrap.sqlite_place(workspace.snapshot), file["reference"])
            seen = await client.get(f"console/items/{item}/files/{event}/0")
            assert (seen.status_code, seen.content) == (200, PNG)
            await bootstrap.back_up(workspace, folder, tmp_path / "kept.zip")
            copy = (await client.get("chat/export", headers=me)).text
            assert [json.loads(line)["name"] for line in copy.splitlines() if '"base64"' in line] == [
                "file.png"
            ]
            assert kept(folder) == [PNG]
            assert (await client.post("chat/erase", headers=me)).json() == {"erased": True}
            assert kept(folder) == []
            assert (await client.get(f"console/items/{item}/files/{event}/0")).status_code == 404
        running.cancel()
        await asyncio.wait([running])
    await bootstrap.restore(tmp_path / "kept.zip", tmp_path / "other")
    assert kept(tmp_path / "other") == [PNG]
