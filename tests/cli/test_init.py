"""A new workspace."""

from pathlib import Path

from typer.testing import CliRunner

from fanbot import bootstrap
from fanbot.cli.app import app
from fanbot.errors import WorkspaceError


def test_the_answers_stand_in_the_new_workspace(tmp_path: Path) -> None:
    """Name, language and time zone are those that were given, and the next steps are told."""
    folder = tmp_path / "my place"
    words = ["--creator", 'Ana "Luz"', "--language", "es", "--timezone", "Europe/Madrid"]
    result = CliRunner().invoke(app, ["init", str(folder), *words])
    assert result.exit_code == 0
    assert f"fanbot try --workspace '{folder}'" in result.output
    snapshot = bootstrap.open_workspace(folder).snapshot
    assert snapshot.team.creator == 'Ana "Luz"'
    assert (snapshot.settings.language, snapshot.settings.timezone.key) == ("es", "Europe/Madrid")


def test_without_a_terminal_nothing_is_asked(tmp_path: Path) -> None:
    """A script gets the sample as it is."""
    result = CliRunner().invoke(app, ["init", str(tmp_path / "demo")], input="")
    assert result.exit_code == 0
    assert len(bootstrap.open_workspace(tmp_path / "demo").snapshot.templates) >= 14


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    """Nobody's files are written over."""
    (tmp_path / "diary.txt").write_text("mine")
    result = CliRunner().invoke(app, ["init", str(tmp_path), "--defaults"])
    assert isinstance(result.exception, WorkspaceError)
    assert [file.name for file in tmp_path.iterdir()] == ["diary.txt"]
