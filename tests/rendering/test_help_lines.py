"""The help lines that a crisis text names."""

from dataclasses import replace
from datetime import date, timedelta

from fanbot.domain.people import HelpLine
from fanbot.rendering.help_lines import lines_to_name

TODAY = date(2026, 5, 1)
LINE = HelpLine(
    "Example Line", "0800 000", "Examplia", "en", "day and night", "https://line.example", checked=TODAY
)


def test_names_only_lines_in_the_language_that_were_checked_lately() -> None:
    """A line that nobody checked for 180 days, or in another language, is not named."""
    lines = [
        LINE,
        replace(LINE, name="Old", checked=TODAY - timedelta(days=181)),
        replace(LINE, name="Unchecked", checked=None),
        replace(LINE, name="Anders", language="de"),
        replace(LINE, name="British", language="en-gb", hours=""),
    ]
    assert lines_to_name(lines, language="en-us", today=TODAY) == [
        "Example Line: 0800 000 (Examplia, day and night)",
        "British: 0800 000 (Examplia)",
    ]
