"""Whatever bytes stand in whatever file, fanbot goes on (G7)."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanbot.workspace import open_workspace
from fanbot.workspace.problems import RefusedFileError
from fanbot.workspace.toml_document import read_toml

GOOD = {
    "config/team.toml": b'creator = "Mira"\n',
    "config/facts.yaml": b"shop: {days: 3}\n",
    "templates/shipping.md": b"---\ntopic: merch\nexamples: [where]\n---\nThree days.\n",
}
FILES = (
    "config/fanbot.toml",
    "config/secrets.toml",
    "config/team.toml",
    "config/facts.yaml",
    "config/events.ics",
    "config/help.toml",
    "config/voice.toml",
    "texts/en.toml",
    "templates/shipping.md",
    "templates/shipping.es.md",
)
PIECES = (
    *("---\n", "\n", "topic: ", "examples:", " - a\n", "patterns: ['(a+']", "choices: {a: b}", "value: 1\n"),
    *(
        "{",
        "}",
        "[",
        "]",
        "=",
        ".",
        "&a ",
        "*a",
        "!!int ",
        "'",
        '"',
        '"""',
        "#",
        ": ",
        "? ",
        "| ",
        "> ",
        "\t",
    ),
    *("%YAML 1.9\n", "[[person]]\n", "[[line]]\n", "creator", "name", "absent", "until", "2027-01-01"),
    *("BEGIN:VCALENDAR\n", "BEGIN:VEVENT\n", "SUMMARY:x\n", "END:VEVENT\n", "END:VCALENDAR\n"),
    *("DTSTART:20270101\n", "DTSTART;TZID=X:99999999T9\n", "DURATION:P99999999999D\n", "RRULE:FREQ=DAILY\n"),
    *("9" * 400, "1e999999", "\\UFFFFFFFF", "\\", "\u2028", "\ufeff", "\u202e"),
)
contents = st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=25).map(
    lambda pieces: "".join(pieces).encode()
)


@settings(max_examples=150)
@given(name=st.sampled_from(FILES), content=contents)
def test_any_bytes_in_any_file_stop_nothing(name: str, content: bytes) -> None:
    """A refresh never raises, the good template keeps answering, and the good file is taken up again."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        for room in ("config", "templates", "texts"):
            (folder / room).mkdir()
        for good_name, good in GOOD.items():
            (folder / good_name).write_bytes(good)
        workspace = open_workspace(folder, environment={}, today=lambda: date(2026, 11, 21))
        before = workspace.snapshot
        (folder / name).write_bytes(content)
        workspace.refresh()
        assert "shipping" in workspace.snapshot.templates
        assert all(str(problem).isprintable() for problem in workspace.problems())
        (folder / name).unlink()
        if name in GOOD:
            (folder / name).write_bytes(GOOD[name])
        workspace.refresh()
        assert workspace.snapshot == before


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_toml_has_a_line_for_every_key_of_a_table(text: str) -> None:
    """Whatever parses, its keys are found where they stand."""
    try:
        document = read_toml(text, file="x.toml")
    except RefusedFileError:
        return
    assert all(document.place((key,)).line or isinstance(document.data[key], list) for key in document.data)


@pytest.mark.parametrize("text", ["[" * 30_000, "{" * 30_000, "? " * 15_000, "- " * 15_000, "a: " * 10_000])
def test_deep_nesting_is_refused_before_it_costs_anything(text: str, tmp_path: Path) -> None:
    """Facts that are made to exhaust the parser are a problem like any other."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "facts.yaml").write_text(text)
    workspace = open_workspace(tmp_path, environment={}, today=lambda: date(2026, 11, 21))
    assert [problem.file for problem in workspace.problems()] == ["config/facts.yaml", "config/team.toml"]
