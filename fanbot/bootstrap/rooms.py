"""Each room of a workspace, built by itself."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fanbot.bootstrap.accounts import known_capabilities
from fanbot.ports.platform import Capabilities
from fanbot.ports.rendering import Rendering
from fanbot.ports.understanding import Understanding
from fanbot.ports.workspace import Snapshot
from fanbot.scheduling.clock import SystemClock

if TYPE_CHECKING:
    from fanbot.services.desk import Desk
    from fanbot.services.oracle import Oracle
    from fanbot.services.workshop import Workshop
    from fanbot.storage import SqlStore
    from fanbot.workspace.folder import FolderWorkspace


def clock() -> SystemClock:
    """Return the real clock."""
    return SystemClock()


def open_workspace(folder: Path) -> "FolderWorkspace":
    """Open a creator's folder; raises WorkspaceError with every problem in its settings."""
    from fanbot.rendering.check import check
    from fanbot.rendering.texts import built_in_texts, text_faults
    from fanbot.rendering.wording import promotional
    from fanbot.services.publishing import publication_check
    from fanbot.workspace import folder as folders

    return folders.open_workspace(
        folder,
        environment=os.environ,
        today=lambda: datetime.now().astimezone().date(),
        check=publication_check(check),
        promotional=promotional,
        text_faults=partial(text_faults, built_in=built_in_texts()),
    )


def rendering(snapshot: Snapshot) -> Rendering:
    """Build the words for one state of the workspace."""
    from fanbot.rendering.renderer import Renderer
    from fanbot.rendering.texts import Texts, built_in_texts

    language = snapshot.settings.language
    return Renderer(
        facts=snapshot.facts,
        events=snapshot.events,
        texts=Texts(built_in_texts(), own=snapshot.texts, language=language),
        help_lines=snapshot.help_lines,
        language=language,
        timezone=snapshot.settings.timezone,
        clock=clock(),
    )


def workshop(workspace: "FolderWorkspace", capabilities: Mapping[str, Capabilities]) -> "Workshop":
    """Build what learns the templates and judges by them."""
    from fanbot.services.workshop import Workshop

    return Workshop(
        workspace=workspace,
        understanding=_understanding(workspace),
        words=rendering,
        capabilities=capabilities,
        clock=clock(),
    )


def _understanding(workspace: "FolderWorkspace") -> Understanding:
    """Build what the settings name; raises FanbotError when what it takes is not installed."""
    if workspace.snapshot.settings.understanding == "meaning":
        from fanbot.understanding.by_meaning import by_meaning

        return by_meaning()
    from fanbot.understanding.letters import by_letters

    return by_letters()


@asynccontextmanager
async def opened_store(workspace: "FolderWorkspace") -> AsyncIterator["SqlStore"]:
    """Open the workspace's store and close it again."""
    from fanbot.storage import open_store
    from fanbot.workspace.bundle import kept_files

    settings = workspace.snapshot.settings
    store = await open_store(
        settings.store_url,
        settings=settings.signal,
        now=clock().now,
        files=kept_files(workspace.folder),
    )
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def opened_desk(workspace: "FolderWorkspace") -> AsyncIterator["Desk"]:
    """Open the human queue, beside a running fanbot or without one."""
    async with opened_store(workspace) as store:
        yield desk(workspace, store)


def desk(workspace: "FolderWorkspace", store: "SqlStore") -> "Desk":
    """Build the human queue for the workspace as it stands."""
    from fanbot.services.desk import Desk
    from fanbot.services.phrasebook import Phrasebook
    from fanbot.services.suggesting import Suggesting

    snapshot, time = workspace.snapshot, clock()
    words = rendering(snapshot)
    return Desk(
        store=store.desk,
        phrasebook=Phrasebook(words, snapshot.team.creator),
        team=snapshot.team,
        clock=time,
        capabilities=known_capabilities(workspace),
        suggesting=Suggesting(words, snapshot.templates, snapshot.settings.timezone, time),
    )


def living_desk(workspace: "FolderWorkspace", store: "SqlStore") -> Callable[[], "Desk"]:
    """Return the queue for the workspace as it stands at each call, the same one until that changes."""
    known: list[tuple[Snapshot, Desk]] = []

    def now() -> "Desk":
        snapshot = workspace.snapshot
        if not known or known[0][0] is not snapshot:
            known[:] = [(snapshot, desk(workspace, store))]
        return known[0][1]

    return now


@asynccontextmanager
async def opened_oracle(workspace: "FolderWorkspace") -> AsyncIterator["Oracle"]:
    """Open what foresees decisions; it touches no store."""
    from fanbot.services.oracle import Oracle

    learned = workshop(workspace, {})
    await learned.open()
    yield Oracle(learned.understanding, learned.judge, clock())
