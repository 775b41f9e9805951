"""The help lines that a crisis text may name: checked by a person, in the fan's language (P20)."""

from collections.abc import Sequence
from datetime import date

from fanbot.domain.people import HelpLine


def lines_to_name(lines: Sequence[HelpLine], *, language: str, today: date) -> list[str]:
    """Write the lines that speak this language and were checked lately, one a line."""
    base = language.partition("-")[0].lower()
    return [
        _written(line)
        for line in lines
        if line.fresh(today) and line.language.partition("-")[0].lower() == base
    ]


def _written(line: HelpLine) -> str:
    """Write one help line.

    >>> _written(HelpLine("Example Line", "000", "Nowhere", "en", "day and night", "https://example.org"))
    'Example Line: 000 (Nowhere, day and night)'
    """
    details = ", ".join(filter(None, (line.country, line.hours)))
    return f"{line.name}: {line.contact} ({details})" if details else f"{line.name}: {line.contact}"
