"""A console over a real store, and a browser that is only remembered."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from fanbot.console.app import console
from fanbot.console.passwords import hashed
from fanbot.console.room import Room
from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Author, Inbound
from fanbot.domain.settings import SignalSettings
from fanbot.ports.platform import Capabilities, Resend
from fanbot.ports.store import Outcome, Pending
from fanbot.rendering.renderer import Renderer
from fanbot.rendering.texts import Texts, built_in_texts
from fanbot.services.desk import Desk
from fanbot.services.phrasebook import Phrasebook
from fanbot.services.suggesting import Suggesting
from fanbot.storage import SqlStore, open_store
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.stores import decide, handed_over, hear
from fanbot.testing.workspace import snapshot_of, template
from tests.console.visiting import ADDRESS, HOST, OWN, PASSWORD, Browse, Waits


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Hash the team's password once."""
    return hashed(PASSWORD)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty store once, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "fanbot.db"

    async def make() -> None:
        clock = ManualClock()
        await (await open_store(f"sqlite:///{file}", settings=SignalSettings(), now=clock.now)).close()

    asyncio.run(make())
    return file


@pytest.fixture
def clock() -> ManualClock:
    """Make the clock of the test."""
    return ManualClock()


@pytest.fixture
async def store(tmp_path: Path, migrated: Path, clock: ManualClock) -> AsyncIterator[SqlStore]:
    """Open the store of the test."""
    url = f"sqlite:///{shutil.copy(migrated, tmp_path / 'fanbot.db')}"
    opened = await open_store(url, settings=SignalSettings(), now=clock.now, files=tmp_path / "files")
    yield opened
    await opened.close()


@pytest.fixture
def desk(store: SqlStore, clock: ManualClock) -> Desk:
    """Open the queue of the test, for Juno the artist and Sam and Kim of her team."""
    snapshot = snapshot_of((template("sizes"),))
    words = Renderer(
        facts=snapshot.facts,
        events=snapshot.events,
        texts=Texts(built_in_texts(), own=snapshot.texts, language="en"),
        help_lines=snapshot.help_lines,
        language="en",
        timezone=snapshot.settings.timezone,
        clock=clock,
    )
    return Desk(
        store=store.desk,
        phrasebook=Phrasebook(words, snapshot.team.creator),
        team=snapshot.team,
        clock=clock,
        capabilities={"memory/main": Capabilities(Resend.SAME_KEY)},
        suggesting=Suggesting(words, snapshot.templates, snapshot.settings.timezone, clock),
    )


@pytest.fixture
def problems() -> list[str]:
    """Hold what is wrong in the workspace, nothing at first."""
    return []


@pytest.fixture
def room(store: SqlStore, desk: Desk, clock: ManualClock, password_hash: str, problems: list[str]) -> Room:
    """Give the console what it needs."""
    return Room(
        desk=lambda: desk,
        store=store.desk,
        files=store.files,
        sessions=store.sessions,
        switches=store.switches,
        clock=clock,
        password_hash=password_hash,
        team=lambda: desk.team,
        problems=lambda: tuple(problems),
        hosts=frozenset({HOST}),
    )


@pytest.fixture
def waits(store: SqlStore, clock: ManualClock) -> Waits:
    """Let a fan's message wait for a person; return the item."""
    numbers = iter(range(1, 100_000))

    async def new(
        text: str = "my gran loved the show",
        *,
        lane: Lane = Lane.PERSONAL,
        fan: str = "ada",
        name: str = "",
        letter: Inbound | None = None,
        outcome: Callable[[Pending], Outcome] | None = None,
    ) -> int:
        heard = letter or inbound(
            text,
            message=str(next(numbers)),
            channel=fan,
            author=Author(fan, name or fan.title()),
            received_at=clock.now(),
        )
        (pending,) = await hear(store, heard)
        made = outcome(pending) if outcome else handed_over(pending, lane, at=clock.now())
        await decide(store, replace(made, decided_at=clock.now()))
        entries = await store.desk.entries(everything=True, limit=1000)
        found = [each for each in entries if each.handoff.conversation_id == pending.conversation_id]
        return max((each.handoff.id for each in found), default=0)

    return new


@pytest.fixture
def browse(room: Room) -> Browse:
    """Open a browser before the console; ``as_`` signs somebody in, None leaves the door closed."""
    app = console(room)

    @asynccontextmanager
    async def browser(as_: str | None = "Juno", *, own: bool = True) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app=app)
        headers = OWN if own else {}
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers) as client:
            if as_ is not None:
                answer = await client.post("/sign-in", data={"name": as_, "password": PASSWORD})
                assert answer.status_code == 303
            yield client

    return browser


@pytest.fixture
async def juno(browse: Browse) -> AsyncIterator[httpx.AsyncClient]:
    """Sign the artist in."""
    async with browse("Juno") as client:
        yield client


@pytest.fixture
async def sam(browse: Browse) -> AsyncIterator[httpx.AsyncClient]:
    """Sign somebody of her team in, at the same console."""
    async with browse("Sam") as client:
        yield client
