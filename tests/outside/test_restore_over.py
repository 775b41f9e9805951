"""What a restoration finds in place: a damaged store, or one that is kept elsewhere than usual."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fanbot.cli.app import app
from fanbot.errors import FanbotError
from fanbot.testing.crowd import write_workspace
from fanbot.testing.pipes import Fanbot, line

ELSEWHERE = '[store]\nurl = "sqlite:///fans.db"\n'
Typed = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace whose store stands beside its folders and not in data/."""
    folder = write_workspace(tmp_path / "workspace")
    settings = folder / "config" / "fanbot.toml"
    settings.write_text(ELSEWHERE + settings.read_text())
    return folder


@pytest.fixture
def typed(folder: Path) -> Typed:
    """Run a command on it in this process."""
    return lambda *words: CliRunner().invoke(app, [*words, "--workspace", str(folder)])


def ids(exported: str) -> set[str]:
    """Return the ids of the messages in an export."""
    records = map(json.loads, exported.splitlines())
    return {record["id"] for record in records if record["type"] == "message"}


def test_a_restore_keeps_what_it_finds_and_puts_a_whole_store_in_place(
    folder: Path, typed: Typed, tmp_path: Path
) -> None:
    """A store outside data/ is moved aside with its journal, also after a kill, and none of it comes back."""
    copy = tmp_path / "copy.zip"
    assert typed("backup", str(copy)).exit_code == 0
    with Fanbot(folder) as process:
        process.write(line("1", "good morning"))
        process.until(lambda: bool(process.replies))
        process.kill()
        process.wait()
    assert (folder / "fans.db-wal").stat().st_size > 0
    report = json.loads(typed("restore", str(copy), "--json").stdout)
    assert ids(typed("export", "--all").stdout) == set()
    before = Path(report["previous"])
    again = CliRunner().invoke(app, ["export", "--all", "--workspace", str(before)])
    assert ids(again.stdout) == {"1"}


def test_a_damaged_store_is_told_and_can_be_replaced_by_a_backup(
    folder: Path, typed: Typed, tmp_path: Path
) -> None:
    """A file that is no store any more stops everything but the restoration that mends it."""
    copy = tmp_path / "copy.zip"
    assert typed("backup", str(copy)).exit_code == 0
    (folder / "fans.db").write_bytes(b"no store" * 1000)
    refused = typed("queue", "list").exception
    assert isinstance(refused, FanbotError)
    assert "fans.db" in str(refused)
    assert typed("restore", str(copy)).exit_code == 0
    assert typed("queue", "list").exit_code == 0


def test_a_backup_with_a_damaged_store_changes_nothing(folder: Path, typed: Typed, tmp_path: Path) -> None:
    """It is found out before anything is moved."""
    copy, spoiled = tmp_path / "copy.zip", tmp_path / "spoiled.zip"
    assert typed("backup", str(copy)).exit_code == 0
    with zipfile.ZipFile(copy) as good, zipfile.ZipFile(spoiled, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, b"no store" * 1000 if name == "store.db" else good.read(name))
    before = sorted(folder.rglob("*"))
    assert isinstance(typed("restore", str(spoiled)).exception, FanbotError)
    assert sorted(folder.rglob("*")) == before
    assert typed("queue", "list").exit_code == 0
