"""The papers of the house are there, and say what is so."""

import ast
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from fanbot.domain.decisions import Route
from fanbot.domain.handoffs import Family, Lane, State
from fanbot.domain.messages import Kind, OutboundKind, SignalClass
from fanbot.domain.templates import About

HOUSE = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(
    not (HOUSE / "docs").is_dir() or not (HOUSE / "fanbot").is_dir(),
    reason="the papers are kept in the checkout",
)

LONGEST = 300
"""Lines of a module, beyond which two ideas share a room."""
WRITTEN_ONCE = "migrations/versions"
"""A migration is never edited, so nobody has to find a way around in it."""
OUTGROWN = {
    "fanbot/bootstrap.py",
    "fanbot/ports/store.py",
    "fanbot/storage/outbox.py",
    "fanbot/storage/tables.py",
}
"""Modules that are too long already; nothing may be added here."""
HEADINGS = ["Context", "Decision", "Consequences", "Measured"]
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.~-])/(?:home|root|work|Users)/[\w.]")


def modules() -> Iterator[Path]:
    """Yield every module of fanbot and its adapters."""
    for room in ("fanbot", "adapters"):
        yield from (file for file in sorted((HOUSE / room).rglob("*.py")))


def papers() -> Iterator[Path]:
    """Yield every document."""
    yield from (HOUSE / "README.md", HOUSE / "CONTRIBUTING.md")
    yield from sorted((HOUSE / "docs").rglob("*.md"))


def name(file: Path) -> str:
    """Name a file by its place in the house."""
    return file.relative_to(HOUSE).as_posix()


def tracked() -> list[Path]:
    """Return the files under version control; skip where there is none."""
    if not (HOUSE / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not in a git checkout")
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={HOUSE}", "ls-files", "-z"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    return [HOUSE / file for file in listed.stdout.split("\0") if file and (HOUSE / file).is_file()]


def opening(file: Path) -> str:
    """Return the first paragraph of a module's docstring."""
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return docstring.split("\n\n", maxsplit=1)[0]


def test_every_module_opens_with_one_sentence() -> None:
    """A newcomer could draw a module after the first paragraph of its docstring, which is one sentence."""
    one_sentence = re.compile(r"(?:(?![.!?]\s+[A-Z]).)+[.]", re.DOTALL)
    assert [name(file) for file in modules() if not one_sentence.fullmatch(opening(file))] == []


def test_no_module_grows_too_long() -> None:
    """A module reads from top to bottom in one sitting; what has outgrown that is named, and shrinks."""
    lengths = {name(file): len(file.read_text(encoding="utf-8").splitlines()) for file in modules()}
    long = {file for file, length in lengths.items() if length > LONGEST and WRITTEN_ONCE not in file}
    assert sorted(long - OUTGROWN) == []


@pytest.mark.parametrize("words", [Family, Lane, State, Route, Kind, OutboundKind, SignalClass, About])
def test_the_glossary_explains_every_word_of_the_domain(words: type[StrEnum]) -> None:
    """Whoever meets a word in the queue, in a reason or in the store finds it in the glossary."""
    glossary = (HOUSE / "docs/glossary.md").read_text(encoding="utf-8")
    missing = [word.value for word in words if f"*{word.value}*" not in glossary]
    assert not missing


@pytest.mark.parametrize("file", sorted((HOUSE / "docs/decisions").glob("*.md")), ids=name)
def test_a_decision_says_why_what_and_how_it_was_measured(file: Path) -> None:
    """A decision is numbered, and has a title and the four headings in their order."""
    text = file.read_text(encoding="utf-8")
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", file.stem)
    assert text.startswith("# ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS


def test_decisions_are_numbered_without_a_gap() -> None:
    """The numbers of the decisions begin at 1 and leave none out."""
    numbers = sorted(int(file.name[:4]) for file in (HOUSE / "docs/decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_pins_by_hash_and_names_no_registry(file: str) -> None:
    """Whoever installs from a lock gets these very packages, from wherever they fetch them."""
    text = (HOUSE / file).read_text(encoding="utf-8")
    assert "://" not in text
    pins = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert pins
    assert [pin.split()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    """What is under version control works in any folder."""
    found = []
    for file in tracked():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name(file)}: {place[0]}" for place in SOMEBODYS_FOLDER.finditer(text)]
    assert not found


@pytest.mark.parametrize("paper", list(papers()), ids=name)
def test_every_link_in_a_paper_leads_somewhere(paper: Path) -> None:
    """A link to a file of this house finds it."""
    targets = re.findall(
        r"\]\(([^)#\s]+)[^)]*\)|(?:src|srcset)=\"([^\"]+)\"", paper.read_text(encoding="utf-8")
    )
    local = [target for pair in targets for target in pair if target and "://" not in target]
    assert [target for target in local if not (paper.parent / target).exists()] == []


def test_the_table_of_settings_has_every_setting_of_the_sample() -> None:
    """An operator finds every setting of the sample workspace explained, with the sample's value."""
    table = (HOUSE / "docs/operating.md").read_text(encoding="utf-8")
    settings = tomllib.loads((HOUSE / "config/fanbot.toml").read_text(encoding="utf-8"))
    adapters = settings.pop("adapters")
    rows = [f"| `{section}.{key}` |" for section, keys in settings.items() for key in keys]
    assert rows
    assert [
        row for row in (*rows, *(f"`[adapters.{adapter}]`" for adapter in adapters)) if row not in table
    ] == []


def test_changelog_fragments_are_of_known_types() -> None:
    """Every fragment is named for a change and one of the types that towncrier gathers."""
    towncrier = tomllib.loads((HOUSE / "towncrier.toml").read_text(encoding="utf-8"))["tool"]["towncrier"]
    known = {kind["directory"] for kind in towncrier["type"]}
    folder = HOUSE / towncrier["directory"]
    fragments = [file.name for file in folder.glob("*.md") if file.name != "README.md"]
    assert [file for file in fragments if file.split(".")[-2] not in known or file.count(".") < 2] == []
