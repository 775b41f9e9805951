"""What may be said: the tree in ``config/facts.yaml``."""

import re
from collections.abc import Iterator
from datetime import date

from fanbot.domain.facts import DatedValue, Facts
from fanbot.domain.templates import Problem
from fanbot.workspace.document import Document, Path
from fanbot.workspace.problems import Read, RefusedFileError, printable, shown
from fanbot.workspace.shape import MOST_PROBLEMS
from fanbot.workspace.values import parse_day
from fanbot.workspace.yaml_document import read_yaml

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_DATED = frozenset({"value", "from", "until"})
_TAKEN = frozenset(name for name in dir(dict) if not name.startswith("_"))
"""Names that a template would read as something that every map has."""
_EXAMPLE = "restock: {value: The beanie is back on 1 February., until: 2027-01-31}"


def read_facts(text: str, *, file: str) -> Read[Facts]:
    """Read the facts; raises RefusedFileError with every problem in them."""
    document = read_yaml(text, file=file)
    problems = list(_problems(document, document.data, ()))
    if problems:
        raise RefusedFileError(*problems[:MOST_PROBLEMS])
    return Read(Facts({name: _fact(value) for name, value in document.data.items()}))


def _fact(value: object) -> object:
    if isinstance(value, dict):
        if "value" in value:
            return DatedValue(_fact(value["value"]), _day(value.get("from")), _day(value.get("until")))
        return {name: _fact(inner) for name, inner in value.items()}
    return tuple(value) if isinstance(value, list) else value


def _day(value: object) -> date | None:
    return None if value is None else parse_day(value)


def _problems(document: Document, value: object, path: Path) -> Iterator[Problem]:
    match value:
        case dict() if "value" in value and path:
            yield from _dated_problems(document, value, path)
        case dict():
            yield from _map_problems(document, value, path)
        case list():
            for place, item in enumerate(value):
                if isinstance(item, dict | list) or item is None:
                    yield document.problem(
                        (*path, place),
                        found=f"{shown(item)} in a list",
                        expected="a text or a number; quotes around a text with `: ` in it",
                        example='- "doors: 19:00"',
                    )
        case None:
            yield document.problem(
                path,
                found=f"`{path[-1]}` without a value" if path else "nothing",
                expected="something to say, or no such line",
                example="url: https://example.org/shop",
            )


def _map_problems(document: Document, facts: dict[str, object], path: Path) -> Iterator[Problem]:
    for name, inner in facts.items():
        if not _NAME.fullmatch(name) or name in _TAKEN:
            yield document.problem(
                (*path, name),
                found=f"the name `{printable(name, limit=40)}`",
                expected="letters, digits and _, first a letter, and no word such as `items`",
                example="dispatch_days: 3",
            )
        else:
            yield from _problems(document, inner, (*path, name))


def _dated_problems(document: Document, fact: dict[str, object], path: Path) -> Iterator[Problem]:
    for name in sorted(fact.keys() - _DATED):
        yield document.problem(
            (*path, name),
            found=f"`{printable(name, limit=40)}` beside `value`",
            expected="value, from and until alone",
            example=_EXAMPLE,
        )
    if isinstance(fact["value"], dict):
        found = "a table as a `value`"
        yield document.problem((*path, "value"), found=found, expected="one thing to say", example=_EXAMPLE)
    else:
        yield from _problems(document, fact["value"], (*path, "value"))
    days: dict[str, date] = {}
    for name in sorted(_DATED - {"value"}):
        if name in fact:
            try:
                days[name] = parse_day(fact[name])
            except ValueError:
                found = f"{name}: {shown(fact[name])}"
                yield document.problem(
                    (*path, name), found=found, expected="a day, written year-month-day", example=_EXAMPLE
                )
    if len(days) == 2 and days["until"] < days["from"]:
        found = f"until: {days['until']}, before from: {days['from']}"
        yield document.problem((*path, "until"), found=found, expected="a day after from", example=_EXAMPLE)
