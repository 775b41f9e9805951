"""A small workspace on disk, and hands to edit it."""

import os
from collections.abc import Callable, Mapping
from datetime import date
from itertools import count
from pathlib import Path

import pytest

from fanbot.workspace import FolderWorkspace, open_workspace

TEAM = 'creator = "Mira Solane"\n'
SHIPPING = """---
topic: merch
examples:
  - where is my hoodie
---
Orders leave within {{ facts.shop.days }} working days.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty workspace of a team with a name."""
    place = tmp_path / "workspace"
    (place / "config").mkdir(parents=True)
    (place / "templates").mkdir()
    (place / "config" / "team.toml").write_text(TEAM, encoding="utf-8")
    return place


@pytest.fixture
def shipping() -> str:
    """A template that is right in every way."""
    return SHIPPING


@pytest.fixture
def write(folder: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file of the workspace, each one minute after the one before, from 2026-11-21 12:00 UTC on."""
    minutes = count()

    def write_file(name: str, content: str | bytes) -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        moment = 1_795_262_400 + 60 * next(minutes)
        os.utime(path, (moment, moment))
        return path

    return write_file


@pytest.fixture
def opened(folder: Path) -> Callable[..., FolderWorkspace]:
    """Open the workspace on 21 November 2026, in an environment of its own."""

    def open_folder(environment: Mapping[str, str] | None = None, **checks: object) -> FolderWorkspace:
        return open_workspace(
            folder,
            environment=environment or {},
            today=lambda: date(2026, 11, 21),
            **checks,  # type: ignore[arg-type]
        )

    return open_folder
