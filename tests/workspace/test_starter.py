"""A new workspace is the sample one with the creator's own answers in it."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fanbot.errors import WorkspaceError
from fanbot.workspace import open_workspace
from fanbot.workspace.starter import StarterAnswers, create, starter_source

ANSWERS = StarterAnswers(creator='Zoë "Z" O\'Neil', language="es", timezone="Europe/Madrid")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small sample workspace."""
    sample = tmp_path / "sample"
    for name, text in {
        "config/fanbot.toml": '# Settings\n[workspace]\n# The clock\ntimezone = "Europe/London"  # theirs\n'
        'language = "en"\n',
        "config/team.toml": "# Who\ncreator = 'Mira'  # the name\n",
        "config/secrets.toml": '[adapters.telegram]\ntoken = "left behind"\n',
        "config/.keep": "",
        "templates/sizes.md": "---\nexamples: [size]\n---\nSmall.\n",
        "templates/sizes.es.md": "---\nexamples: [talla]\n---\nPequeño.\n",
    }.items():
        (sample / name).parent.mkdir(parents=True, exist_ok=True)
        (sample / name).write_text(text, encoding="utf-8")
    return sample


def test_writes_the_answers_and_keeps_the_comments(source: Path, tmp_path: Path) -> None:
    """Only the values change; secrets of the sample stay behind and are kept out of version control."""
    folder = tmp_path / "new" / "mira"
    written = create(folder, source=source, answers=ANSWERS)
    assert sorted(path.relative_to(folder).as_posix() for path in written) == [
        ".gitignore",
        "config/fanbot.toml",
        "config/team.toml",
        "templates/sizes.es.md",
        "templates/sizes.md",
    ]
    assert (folder / "config" / "fanbot.toml").read_text(encoding="utf-8") == (
        '# Settings\n[workspace]\n# The clock\ntimezone = "Europe/Madrid"  # theirs\nlanguage = "es"\n'
    )
    assert (folder / "config" / "team.toml").read_text(encoding="utf-8") == (
        '# Who\ncreator = "Zoë \\"Z\\" O\'Neil"  # the name\n'
    )
    ignored = (folder / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"config/secrets.toml", "data/"} <= set(ignored)


def test_opens_with_every_language_in_its_place(source: Path, tmp_path: Path) -> None:
    """The sample's main answers keep their own language when the creator chose another."""
    create(tmp_path / "new", source=source, answers=ANSWERS)
    workspace = open_workspace(tmp_path / "new", environment={}, today=lambda: date(2026, 11, 21))
    snapshot = workspace.snapshot
    assert workspace.problems() == ()
    assert snapshot.team.creator == ANSWERS.creator
    assert (snapshot.settings.language, snapshot.settings.timezone) == ("es", ZoneInfo("Europe/Madrid"))
    variants = snapshot.templates["sizes"].variants
    assert {language: variant.body for language, variant in variants.items()} == {
        "en": "Small.\n",
        "es": "Pequeño.\n",
    }


def test_leaves_a_folder_that_holds_anything_alone(source: Path, tmp_path: Path) -> None:
    """Nothing is ever written over."""
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / "song.txt").write_text("la la")
    with pytest.raises(WorkspaceError, match=r"not empty\. Nothing was changed"):
        create(folder, source=source, answers=ANSWERS)
    assert [path.name for path in folder.iterdir()] == ["song.txt"]
    with pytest.raises(WorkspaceError, match="Nothing was changed"):
        create(folder / "song.txt", source=source, answers=ANSWERS)


@pytest.mark.parametrize(
    "answers",
    [
        StarterAnswers(creator=" ", language="en", timezone="UTC"),
        StarterAnswers(creator="two\nlines", language="en", timezone="UTC"),
        StarterAnswers(creator="Mira", language="english", timezone="UTC"),
        StarterAnswers(creator="Mira", language="en", timezone="../etc"),
    ],
)
def test_refuses_answers_that_would_not_open(source: Path, tmp_path: Path, answers: StarterAnswers) -> None:
    """An answer that the settings would refuse is refused before a file is written."""
    with pytest.raises(WorkspaceError):
        create(tmp_path / "new", source=source, answers=answers)
    assert not (tmp_path / "new").exists()


def test_the_sample_workspace_opens_without_problems(tmp_path: Path) -> None:
    """What a newcomer gets is right from the first start, in its own language and in another."""
    for language in ("en", "de"):
        folder = tmp_path / language
        create(
            folder,
            source=starter_source(),
            answers=StarterAnswers(creator="Juno", language=language, timezone="Europe/Berlin"),
        )
        workspace = open_workspace(folder, environment={}, today=lambda: date(2026, 11, 21))
        assert workspace.problems() == ()
        assert workspace.snapshot.templates
