"""The words of the command line."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fanbot import __version__
from fanbot.cli.app import app

COMMANDS = ["init", "try", "run", "doctor", "ask", "decide", "pause", "resume", "export", "backup", "restore"]
MOVES = ["list", "show", "claim", "reply", "release", "snooze", "escalate", "pass", "close"]

Start = Callable[..., subprocess.CompletedProcess[str]]


def test_help_names_every_command() -> None:
    """A newcomer sees what there is."""
    shown = CliRunner().invoke(app, ["--help"]).output
    assert [name for name in [*COMMANDS, "queue"] if f" {name} " not in shown] == []


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS), *(["queue", move] for move in MOVES)])
def test_every_help_says_what_it_does_and_how_to_start(words: list[str]) -> None:
    """Each ends with a line that can be typed as it stands."""
    result = CliRunner().invoke(app, [*words, "--help"])
    assert result.exit_code == 0
    assert f"fanbot {' '.join(words)}".strip() in result.output
    assert "Example:" in result.output or "Start here:" in result.output


def test_the_version_is_told() -> None:
    """For whoever reports what went wrong."""
    assert CliRunner().invoke(app, ["--version"]).output.strip() == __version__


@pytest.mark.parametrize(
    "words",
    [
        ["--workspace", "DIR", "queue", "list"],
        ["queue", "--workspace", "DIR", "list"],
        ["queue", "list", "--workspace", "DIR"],
        ["--workspace", "elsewhere", "queue", "list", "--workspace", "DIR"],
    ],
)
def test_the_workspace_may_be_named_anywhere(words: list[str], folder: Path) -> None:
    """Before the command, between, or after it; the nearest one counts."""
    result = CliRunner().invoke(app, [str(folder) if word == "DIR" else word for word in words])
    assert result.exit_code == 0
    assert "Dee" in result.output


@pytest.mark.parametrize(
    "words", [["nonsense"], ["ask"], ["export"], ["export", "stdio:ben", "--all"], ["queue", "claim"]]
)
def test_wrong_usage_ends_with_two(words: list[str], typed: Callable[..., Result]) -> None:
    """Programs can tell a typing mistake from a failure."""
    assert typed(*words).exit_code == 2


def test_an_error_is_a_plain_line(fanbot: Start, tmp_path: Path) -> None:
    """A folder that is no workspace is explained on standard error, with exit code 1 and no traceback."""
    ended = fanbot("queue", "list", "--workspace", str(tmp_path))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "fanbot init" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_debug_shows_where(fanbot: Start, tmp_path: Path) -> None:
    """Whoever mends fanbot gets to see the place."""
    ended = fanbot("--debug", "queue", "list", "--workspace", str(tmp_path))
    assert ended.returncode == 1
    assert "Traceback" in ended.stderr


def test_broken_settings_are_explained(fanbot: Start, folder: Path) -> None:
    """The file, the line and an example stand in the message."""
    settings = folder / "config" / "fanbot.toml"
    settings.write_text(settings.read_text().replace("share = 0.1", "share = 5"))
    ended = fanbot("run", "--only", "stdio", "--workspace", str(folder))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "fanbot.toml" in ended.stderr
    assert "share" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_doctor_says_how_to_mend(typed: Callable[..., Result], folder: Path) -> None:
    """Sample help lines are unchecked, so that is what the doctor finds."""
    result = typed("doctor")
    assert result.exit_code == 1
    assert "help.toml" in result.output
    (folder / "config" / "fanbot.toml").write_text("[signal]\nshare = 5\n")
    assert "share" in typed("doctor").output
