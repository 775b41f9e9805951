"""A sample workspace with a few messages in it, and fanbot as people start it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fanbot.cli.app import app

MESSAGES = (
    ("ada", "Ada", "when do you play next?"),
    ("ben", "Ben", "my mom died last week, your songs \x1b[2J helped \u202eme"),
    ("cy", "Cy", "I want to kill myself"),
    ("dee", "Dee", "where is my order, it says delivered but nothing came"),
)


def start(*words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run fanbot in a process of its own, with ``text`` on its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "fanbot", *words],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def fanbot() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run fanbot as its own process."""
    return start


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one workspace in which four fans have written and were answered or wait."""
    folder = tmp_path_factory.mktemp("sample") / "demo"
    made = start("init", str(folder), "--defaults")
    assert made.returncode == 0, made.stderr
    lines = [
        json.dumps({"id": f"m-{fan}", "channel": fan, "author": {"id": fan, "name": name}, "text": text})
        for fan, name, text in MESSAGES
    ]
    ran = start("run", "--only", "stdio", "--workspace", str(folder), text="\n".join(lines))
    assert ran.returncode == 0, ran.stderr
    return folder


@pytest.fixture
def folder(sample: Path, tmp_path: Path) -> Path:
    """Copy the sample workspace, for one test alone."""
    return Path(shutil.copytree(sample, tmp_path / "demo"))


@pytest.fixture
def typed(folder: Path) -> Callable[..., Result]:
    """Type a command on the copied workspace, inside this process."""

    def type_words(*words: str, text: str | None = None, me: str = "") -> Result:
        environment = {"FANBOT_ME": me}
        return CliRunner().invoke(app, ["--workspace", str(folder), *words], input=text, env=environment)

    return type_words
