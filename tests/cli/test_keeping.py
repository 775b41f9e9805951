"""Export, backup and restore; pause and resume."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner, Result

from fanbot.cli.app import app
from fanbot.errors import FanbotError

Typed = Callable[..., Result]


def test_everything_comes_out_with_its_decision(typed: Typed) -> None:
    """Every message stands there with the way it went and why (P24)."""
    records = [json.loads(line) for line in typed("export", "--all").stdout.splitlines()]
    messages = {each["id"]: each for each in records if each["type"] == "message"}
    assert set(messages) == {"m-ada", "m-ben", "m-cy", "m-dee"}
    assert messages["m-ada"]["decision"]["route"] == "answer"
    assert all(each["decision"]["reasons"] for each in messages.values())


def test_one_fan_gets_their_own_data_alone(typed: Typed, tmp_path: Path) -> None:
    """The file is readable by its owner only (P28)."""
    target = tmp_path / "ben.jsonl"
    assert typed("export", "stdio:ben", "--output", str(target)).exit_code == 0
    text = target.read_text()
    assert "my mom died" in text
    assert "when do you play" not in text
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_an_export_writes_over_nothing(typed: Typed, tmp_path: Path) -> None:
    """An older export stays, and an unknown fan leaves no file behind."""
    target = tmp_path / "all.jsonl"
    target.write_text("older")
    assert isinstance(typed("export", "--all", "--output", str(target)).exception, FanbotError)
    assert target.read_text() == "older"
    unknown = typed("export", "stdio:nobody", "--output", str(tmp_path / "nobody.jsonl"))
    assert isinstance(unknown.exception, FanbotError)
    assert list(tmp_path.glob("*nobody*")) == []


def test_a_backup_comes_back_elsewhere(typed: Typed, tmp_path: Path) -> None:
    """Workspace and queue are there again, in a folder that did not exist."""
    kept, other = tmp_path / "monday.zip", tmp_path / "other"
    assert typed("backup", str(kept)).exit_code == 0
    told = CliRunner().invoke(app, ["restore", str(kept), "--workspace", str(other), "--json"])
    assert json.loads(told.output)["previous"] is None
    queue = CliRunner().invoke(app, ["queue", "list", "--json", "--workspace", str(other)])
    assert {item["fan"]["id"] for item in json.loads(queue.output)} == {"ben", "cy", "dee"}


def test_a_backup_carries_what_fans_sent(typed: Typed, folder: Path, tmp_path: Path) -> None:
    """Each file comes back whole, for its owner alone; what is no fan's file stays out."""
    name = "0123456789abcdef" * 2
    place = folder / "data" / "files"
    place.mkdir()
    (place / name).write_bytes(b"a picture")
    (place / f".{name}.1.unfinished").write_bytes(b"half")
    (place / "notes.txt").write_text("mine")
    kept, other = tmp_path / "monday.zip", tmp_path / "other"
    assert typed("backup", str(kept)).exit_code == 0
    assert CliRunner().invoke(app, ["restore", str(kept), "--workspace", str(other)]).exit_code == 0
    (back,) = (other / "data" / "files").iterdir()
    assert (back.name, back.read_bytes()) == (name, b"a picture")
    assert [stat.S_IMODE(each.stat().st_mode) for each in (back, back.parent)] == [0o600, 0o700]
    (place / name).write_bytes(b"changed since")
    assert typed("restore", str(kept)).exit_code == 0
    assert (place / name).read_bytes() == b"a picture"
    (aside,) = folder.glob(f"before-restore-*/data/files/{name}")
    assert aside.read_bytes() == b"changed since"


def test_a_restore_moves_aside_what_was_there(typed: Typed, folder: Path, tmp_path: Path) -> None:
    """What was changed since the backup can still be found."""
    kept = tmp_path / "monday.zip"
    typed("backup", str(kept))
    (folder / "templates" / "new.md").write_text("---\nexamples: [hey you]\n---\nHello.\n")
    assert "What was here before is in" in typed("restore", str(kept)).output
    assert not (folder / "templates" / "new.md").exists()
    assert len(list(folder.glob("before-restore-*/templates/new.md"))) == 1


def test_a_pause_lasts_until_it_is_ended(typed: Typed) -> None:
    """The doctor reminds of it."""
    assert json.loads(typed("pause", "--json").output) == {"paused": True}
    assert "automatic sending is paused" in typed("doctor").output
    assert "Automatic sending is on" in typed("resume").output
    assert "automatic sending is paused" not in typed("doctor").output
