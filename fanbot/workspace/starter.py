"""Makes a new workspace from the sample one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from fanbot.errors import WorkspaceError
from fanbot.workspace.document import Path as Way
from fanbot.workspace.frontmatter import name_parts
from fanbot.workspace.settings import SECRETS_FILE, SETTINGS_FILE
from fanbot.workspace.toml_document import read_toml
from fanbot.workspace.values import parse_language, parse_zone

_TEAM_FILE = "config/team.toml"
_ROOMS = {"config": "*.*", "templates": "*.md", "texts": "*.toml"}
_IGNORED = f"# Secrets and what fanbot stores stay out of version control.\n{SECRETS_FILE}\ndata/\n"
_LONGEST_NAME = 80
_TEXT_VALUE = re.compile(r"""(=\s*)("(?:[^"\\]|\\.)*"|'[^']*')""")


@dataclass(frozen=True, slots=True)
class StarterAnswers:
    """What a new workspace is asked for: the creator's name, a language code, an IANA time zone."""

    creator: str
    language: str
    timezone: str


def starter_source() -> Path:
    """Find the sample workspace: the copy inside an installed fanbot, or the folders of a checkout."""
    package = Path(str(files("fanbot")))
    for place in (package / "starter", package.parent):
        if (place / "config").is_dir() and (place / "templates").is_dir():
            return place
    raise WorkspaceError("The sample workspace is missing from this installation. Install fanbot again.")


def create(folder: Path, *, source: Path, answers: StarterAnswers) -> list[Path]:
    """Write a new workspace and return its files.

    The answers take the place of the sample's values, and every comment stays. Where the language
    differs from the sample's, each main template says which language it is written in. Raises
    WorkspaceError, with nothing changed, for a folder that holds anything and for unfit answers.
    """
    _must_fit(answers)
    _must_be_empty(folder)
    texts = _sample(source)
    _localise(texts, answers)
    texts[".gitignore"] = _IGNORED
    written: list[Path] = []
    try:
        for name, text in sorted(texts.items()):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            written.append(path)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise WorkspaceError(
            f"{folder} cannot be written ({error.strerror}); what was written is taken back. "
            "Choose another folder, or make room."
        ) from error
    return written


def _must_fit(answers: StarterAnswers) -> None:
    name = answers.creator
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise WorkspaceError(f"The creator's name is one line of up to {_LONGEST_NAME} characters.")
    try:
        parse_language(answers.language)
    except ValueError as error:
        raise WorkspaceError(f"{answers.language!r} is no language code; for example: en") from error
    try:
        parse_zone(answers.timezone)
    except ValueError as error:
        raise WorkspaceError(
            f"{answers.timezone!r} is no known time zone; for example: Europe/London"
        ) from error


def _must_be_empty(folder: Path) -> None:
    try:
        occupied = folder.exists() and any(folder.iterdir())
    except OSError as error:
        raise WorkspaceError(
            f"{folder} cannot be used ({error.strerror}). Nothing was changed. Choose another folder."
        ) from error
    if occupied:
        raise WorkspaceError(f"{folder} is not empty. Nothing was changed. Choose a new or empty folder.")


def _sample(source: Path) -> dict[str, str]:
    """Read the sample's files by their names inside a workspace; secrets are never copied."""
    found = (path for room, pattern in _ROOMS.items() for path in (source / room).glob(pattern))
    texts = {
        name: path.read_text(encoding="utf-8")
        for path in found
        if path.is_file() and not path.name.startswith(".")
        if (name := path.relative_to(source).as_posix()) != SECRETS_FILE
    }
    for needed in (SETTINGS_FILE, _TEAM_FILE):
        if needed not in texts:
            raise WorkspaceError(f"The sample workspace in {source} has no {needed}. Install fanbot again.")
    return texts


def _localise(texts: dict[str, str], answers: StarterAnswers) -> None:
    spoken = read_toml(texts[SETTINGS_FILE], file=SETTINGS_FILE).data.get("workspace")
    language = spoken.get("language") if isinstance(spoken, Mapping) else None
    texts[_TEAM_FILE] = _with_value(texts[_TEAM_FILE], ("creator",), answers.creator, file=_TEAM_FILE)
    for key, value in (("language", answers.language), ("timezone", answers.timezone)):
        texts[SETTINGS_FILE] = _with_value(
            texts[SETTINGS_FILE], ("workspace", key), value, file=SETTINGS_FILE
        )
    if isinstance(language, str) and language != answers.language:
        for name, text in texts.items():
            parts = name_parts(name)
            if parts is not None and not parts[1]:
                texts[name] = text.replace("---\n", f"---\nlanguage: {language}\n", 1)


def _with_value(text: str, way: Way, value: str, *, file: str) -> str:
    """Replace the text value of one key on its own line."""
    line = read_toml(text, file=file).place(way).line
    if line is None:
        raise WorkspaceError(f"The sample's {file} has no {way[-1]}. Install fanbot again.")
    lines = text.split("\n")
    quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    lines[line - 1] = _TEXT_VALUE.sub(lambda found: found[1] + quoted, lines[line - 1], count=1)
    return "\n".join(lines)
