"""Read the files that say what people write in each language."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from fanbot.domain.handoffs import Lane
from fanbot.understanding.phrases import Phrase, parse


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One language: its everyday words, its figures of speech, and what speaks for a person.

    ``spellings`` maps what thumbs type to the usual word, for the matcher alone.

    ``exceptions`` are, lane by lane, what looks like one of its phrases and is not meant so.
    """

    language: str
    common: frozenset[str]
    first_person: frozenset[str]
    thanks: frozenset[str]
    beside_thanks: frozenset[str]
    spellings: Mapping[str, str]
    idioms: tuple[Phrase, ...]
    exceptions: Mapping[Lane, tuple[Phrase, ...]]
    phrases: Mapping[Lane, tuple[Phrase, ...]]


def vocabularies() -> tuple[Vocabulary, ...]:
    """Read every language that has a file, in alphabetical order."""
    folder = files("fanbot.understanding").joinpath("phrases")
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(_read(name, folder.joinpath(name).read_text("utf-8")) for name in found)


def _read(name: str, text: str) -> Vocabulary:
    tree = tomllib.loads(text)
    lists = tree["lists"]
    screens = {Lane(lane): section for lane, section in tree["screens"].items()}
    return Vocabulary(
        language=name.removesuffix(".toml"),
        common=frozenset(tree["common"].split()),
        first_person=frozenset(tree["first_person"].split()),
        thanks=frozenset(tree["thanks"].split()),
        beside_thanks=frozenset(tree["beside_thanks"].split()),
        spellings={short: usual for usual, several in tree["spellings"].items() for short in several.split()},
        idioms=tuple(parse(tree["idioms"], lists)),
        exceptions={lane: tuple(parse(each.get("exceptions", ""), lists)) for lane, each in screens.items()},
        phrases={lane: tuple(parse(each["phrases"], lists)) for lane, each in screens.items()},
    )
