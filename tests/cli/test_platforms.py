"""The commands that adapters bring."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fanbot.cli.app import app

STRANGER = """
from fanbot.domain.checks import Check
from fanbot.ports.platform import AdapterSpec, Capabilities, Resend


async def set_up(opening):
    if opening.settings["key"] == "boom":
        raise RuntimeError("a stranger's bug")
    return [Check(f"carrier/{opening.account} key", ok=True, found=f"opens {opening.settings['door']}")]


spec = AdapterSpec(
    name="carrier",
    summary="Pigeons",
    capabilities=Capabilities(resend=Resend.NEVER),
    open=lambda opening: None,
    set_up=set_up,
    credential="key",
    credential_from="Ask the pigeon.",
)
"""


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install an adapter of somebody else's, which can set itself up."""
    (tmp_path / "strange_carrier.py").write_text(STRANGER, encoding="utf-8")
    info = tmp_path / "strange_carrier-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strange-carrier\nVersion: 1\n", "utf-8")
    (info / "entry_points.txt").write_text("[fanbot.adapters]\ncarrier = strange_carrier:spec\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize("adapter", ["discord", "telegram"])
def test_help_names_the_platforms_and_what_can_be_done_there(adapter: str) -> None:
    """Each help ends with a line that can be typed as it stands."""
    assert f" {adapter} " in CliRunner().invoke(app, ["--help"]).output
    for words in ([adapter], [adapter, "setup"]):
        told = CliRunner().invoke(app, [*words, "--help"])
        assert told.exit_code == 0
        assert f"Example: fanbot {adapter} setup" in told.output


def test_an_adapter_that_cannot_set_itself_up_brings_no_command() -> None:
    """Such as the one for standard input."""
    assert CliRunner().invoke(app, ["stdio", "setup"]).exit_code == 2


@pytest.mark.usefixtures("stranger")
def test_a_strangers_adapter_brings_its_command(folder: Path, typed: Callable[..., Result]) -> None:
    """It says what it lacks, is set up with what the settings say, and a fault in it is told."""
    assert "Pigeons." in typed("--help").output
    lacks = typed("carrier", "setup")
    assert lacks.exit_code == 1
    assert "Ask the pigeon." in lacks.output
    assert "FANBOT_ADAPTERS__CARRIER__KEY" in lacks.output
    (folder / "config/secrets.toml").write_text('[adapters.carrier]\nkey = "k"\ndoor = "north"\n', "utf-8")
    well = typed("carrier", "setup")
    assert (well.exit_code, "ok  carrier/main key: opens north" in well.output) == (0, True)
    (folder / "config/secrets.toml").write_text('[adapters.carrier]\nkey = "boom"\n', "utf-8")
    broken = typed("carrier", "setup")
    assert broken.exit_code == 1
    assert "carrier/main" in broken.output
    assert "Traceback" not in broken.output


def test_a_token_is_never_taken_from_the_command_line(typed: Callable[..., Result]) -> None:
    """It would stand in the history of the shell; nor is one asked for where nobody sits."""
    assert typed("telegram", "setup", "--token", "1:x").exit_code == 2
    assert typed("telegram", "setup", "--new-token").exit_code == 2
