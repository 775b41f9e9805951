"""What fans of many creators write: kinds of messages for a person, and routine topics, with their vectors.

``guards/`` holds what a template must never answer, ``topics/`` what templates usually answer; a file a
kind and language, an example a line. The vectors beside them are made by ``scripts/vectors``.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
from numpy.typing import NDArray

from fanbot.errors import FanbotError
from fanbot.understanding.ngrams import BUCKETS
from fanbot.understanding.normal import normalise, words
from fanbot.understanding.softmax import Head

Rows = NDArray[np.float32]

GUARDS, TOPICS = "guards", "topics"
VECTORS = "vectors.npz"


@dataclass(frozen=True, slots=True)
class Example:
    """One line. ``kind`` is the file's name; ``guard``: it is for a person."""

    text: str
    kind: str
    language: str
    guard: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file in all its languages is: a routine topic, or, with ``guard``, something for a person."""

    name: str
    guard: bool


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """All examples; ``vectors`` (examples, dimensions) and in how many of them each n-gram occurs.

    ``members`` has the numbers of the examples of each kind.
    """

    examples: tuple[Example, ...]
    kinds: tuple[Kind, ...]
    members: tuple[NDArray[np.int64], ...]
    vectors: Rows
    frequency: NDArray[np.int64]

    @classmethod
    def of(cls, known: Sequence[Example], vectors: Rows, frequency: NDArray[np.int64]) -> "Library":
        """Sort examples into their kinds."""
        kinds = tuple(dict.fromkeys(Kind(each.kind, each.guard) for each in known))
        numbers = {kind: place for place, kind in enumerate(kinds)}
        labels = np.array([numbers[Kind(each.kind, each.guard)] for each in known])
        members = tuple(np.flatnonzero(labels == place) for place in range(len(kinds)))
        return cls(tuple(known), kinds, members, vectors, frequency)

    @property
    def labels(self) -> NDArray[np.int64]:
        """Return the number of each example's kind."""
        found = np.zeros(len(self.examples), dtype=np.int64)
        for place, members in enumerate(self.members):
            found[members] = place
        return found


def examples() -> tuple[Example, ...]:
    """Read every example, in the order of the files' names."""
    return tuple(_read())


def bare(text: str) -> str:
    """Return the words of a text in the form that n-grams are made of."""
    return " ".join(words(normalise(text)))


def digest(known: Sequence[Example], encoder: str) -> str:
    """Name examples and encoder, so that vectors of other texts are noticed."""
    told = "\n".join([encoder, *(each.text for each in known)])
    return hashlib.sha256(told.encode()).hexdigest()


def packed(vectors: Rows) -> tuple[NDArray[np.int8], Rows]:
    """Round vectors to a byte a number; return them and what each row is to be multiplied by."""
    scale = np.abs(vectors).max(axis=1) / 127
    return np.round(vectors / scale[:, None]).astype(np.int8), scale.astype(np.float32)


@cache
def shipped(encoder: str) -> tuple[Library, Head]:
    """Read the library with the vectors of this encoder, and the head that tells its kinds apart.

    Raises FanbotError when the vectors are those of other texts.
    """
    known = examples()
    with _room().joinpath(VECTORS).open("rb") as file, np.load(file, allow_pickle=False) as kept:
        if str(kept["digest"]) != digest(known, encoder):
            raise FanbotError("The vectors of the library are not those of its texts. Run: scripts/vectors")
        vectors = kept["vectors"].astype(np.float32) * kept["scale"][:, None]
        frequency = np.zeros(BUCKETS, dtype=np.int64)
        frequency[kept["buckets"]] = kept["frequency"]
        general = Head(kept["weights"].astype(np.float32), kept["bias"])
    return Library.of(known, vectors, frequency), general


def _read() -> Iterator[Example]:
    for folder in (GUARDS, TOPICS):
        for file in sorted(_room().joinpath(folder).iterdir(), key=lambda each: each.name):
            kind, language, _ = file.name.split(".")
            for line in file.read_text("utf-8").splitlines():
                if line.strip() and not line.startswith("#"):
                    yield Example(line.strip(), kind, language, guard=folder == GUARDS)


def _room() -> Traversable:
    return files("fanbot.understanding")
