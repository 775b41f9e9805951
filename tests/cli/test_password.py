"""The password of the team's page."""

import re
from pathlib import Path

from pwdlib import PasswordHash
from typer.testing import CliRunner

from fanbot import bootstrap
from fanbot.cli.app import app

_PASSWORD = re.compile(r"\b([a-z2-9]{4}(?:-[a-z2-9]{4}){3})\b")


def hash_of(folder: Path) -> str:
    """Read what the workspace keeps of the password."""
    return bootstrap.open_workspace(folder).snapshot.settings.console.password_hash


def test_a_new_workspace_comes_with_a_password_that_is_shown_once(tmp_path: Path) -> None:
    """It is printed, and only its hash is kept, in the file that git ignores."""
    result = CliRunner().invoke(app, ["init", str(tmp_path / "mine"), "--defaults"])
    [password] = _PASSWORD.findall(result.output)
    assert PasswordHash.recommended().verify(password, hash_of(tmp_path / "mine"))
    files = [file for file in (tmp_path / "mine").rglob("*") if file.is_file()]
    assert all(password not in file.read_text("utf-8") for file in files)


def test_a_new_password_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    """The old one fits no longer, and whoever was signed in is signed out."""
    folder = tmp_path / "mine"
    runner = CliRunner()
    [first] = _PASSWORD.findall(runner.invoke(app, ["init", str(folder), "--defaults"]).output)
    result = runner.invoke(app, ["password", "--workspace", str(folder)])
    assert result.exit_code == 0
    [second] = _PASSWORD.findall(result.output)
    hashes = PasswordHash.recommended()
    assert hashes.verify(second, hash_of(folder))
    assert not hashes.verify(first, hash_of(folder))


def test_the_doctor_sees_that_nobody_could_sign_in(tmp_path: Path) -> None:
    """Without a password the team's page stays closed, and a person learns how to open it."""
    folder = tmp_path / "mine"
    runner = CliRunner()
    runner.invoke(app, ["init", str(folder), "--defaults"])
    assert "with a password" in runner.invoke(app, ["doctor", "--workspace", str(folder)]).output
    (folder / "config/secrets.toml").unlink()
    told = runner.invoke(app, ["doctor", "--workspace", str(folder)]).output
    assert "stays closed" in told
    assert "fanbot password" in told
