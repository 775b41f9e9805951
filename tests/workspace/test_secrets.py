"""One secret in the secrets file, and everything else as it was."""

import stat
from pathlib import Path

import pytest

from fanbot.errors import WorkspaceError
from fanbot.workspace.secrets import keep_secret


def kept(folder: Path, value: str = "$argon2id$new") -> str:
    """Keep a password's hash; return the whole file."""
    return keep_secret(folder, section="console", key="password_hash", value=value).read_text("utf-8")


def test_a_workspace_without_secrets_gets_the_file(tmp_path: Path) -> None:
    """It says what it is, and its owner alone can read it."""
    text = kept(tmp_path)
    assert text.startswith("# Tokens")
    assert text.endswith('[console]\npassword_hash = "$argon2id$new"\n')
    assert stat.S_IMODE((tmp_path / "config/secrets.toml").stat().st_mode) == 0o600


def test_what_else_is_secret_stays(tmp_path: Path) -> None:
    """Comments, other keys and other sections are left alone, however often it is changed."""
    (tmp_path / "config").mkdir()
    above = '# mine\n[adapters.telegram]\ntoken = "1:x" # keep\n\n[console]\n'
    before = f'{above}other = 1\npassword_hash = "old"\n[web]\n'
    (tmp_path / "config/secrets.toml").write_text(before)
    kept(tmp_path, "first")
    text = kept(tmp_path, "second")
    assert text == f'{above}password_hash = "second"\nother = 1\n[web]\n'


@pytest.mark.parametrize("before", ["console = {other = 1}\n", "[console\n", 'console.password_hash = "x"\n'])
def test_a_file_written_in_another_way_is_left_as_it_was(tmp_path: Path, before: str) -> None:
    """Nothing is lost, and a person learns what to do."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/secrets.toml").write_text(before)
    with pytest.raises(WorkspaceError, match="it was"):
        kept(tmp_path)
    assert (tmp_path / "config/secrets.toml").read_text() == before
    assert [file.name for file in (tmp_path / "config").iterdir()] == ["secrets.toml"]
