"""The creator's facts as a template sees them on one day: only what is said on that day (P23)."""

from collections.abc import Callable, Mapping
from datetime import date

from jinja2.runtime import StrictUndefined

from fanbot.domain.facts import DatedValue, Facts
from fanbot.rendering.grammar import shown

LONGEST_LIST = 500
"""Entries of one list that a template sees."""


class UnsaidFact(StrictUndefined):
    """A fact that does not exist or is not said today: a template may ask for it, never write it."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} is not in config/facts.yaml, or is not said on this day; "
            f"{{% if {path} is defined %}} asks for it first"
        )
        self._path = path

    def __bool__(self) -> bool:  # type: ignore[override]
        return False

    def __getitem__(self, key: object) -> "UnsaidFact":  # type: ignore[override]
        return UnsaidFact(_below(self._path, key))


class FactMap(dict[str, object]):
    """A group of facts that knows its own name."""

    __slots__ = ("path",)

    def __init__(self, path: str, entries: Mapping[str, object]) -> None:
        super().__init__(entries)
        self.path = path

    def said(self, key: object) -> object:
        """Return a fact, or what stands for one that is not said."""
        if isinstance(key, str) and key in self:
            return self[key]
        return UnsaidFact(_below(self.path, key))


class FactList(list[object]):
    """A list of facts that knows its own name."""

    __slots__ = ("path",)

    def __init__(self, path: str, entries: list[object]) -> None:
        super().__init__(entries)
        self.path = path

    def said(self, index: object) -> object:
        """Return an entry, or what stands for one that is not said."""
        if isinstance(index, int) and 0 <= index < len(self):
            return self[index]
        return UnsaidFact(_below(self.path, index))


def facts_of_day(facts: Facts, day: date, *, written: Callable[[date], str]) -> FactMap:
    """Return the facts that are said on ``day``; ``written`` puts a date among them into words."""

    def group(entries: Mapping[str, object], path: str) -> FactMap:
        said = ((str(key), value(entry, _below(path, str(key)))) for key, entry in entries.items())
        return FactMap(path, {key: entry for key, entry in said if entry is not None})

    def value(fact: object, path: str) -> object:
        if isinstance(fact, DatedValue):
            fact = fact.value if fact.said_on(day) else None
        if isinstance(fact, Mapping):
            return group(fact, path)
        if isinstance(fact, list | tuple):
            said = (value(entry, _below(path, place)) for place, entry in enumerate(fact[:LONGEST_LIST]))
            return FactList(path, [entry for entry in said if entry is not None])
        if fact is None or isinstance(fact, int | float):
            return fact
        return written(fact) if isinstance(fact, date) else shown(str(fact))

    return group(facts.tree, "facts")


def _below(path: str, key: object) -> str:
    return f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}"
