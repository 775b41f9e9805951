"""Find templates by what a message means: sentence vectors, n-grams, and a library of what fans write."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fanbot.domain.decisions import Match, Signal
from fanbot.domain.handoffs import Lane
from fanbot.domain.templates import Template
from fanbot.understanding.classifier import Classifier
from fanbot.understanding.finding import Found
from fanbot.understanding.library import Library
from fanbot.understanding.softmax import Head
from fanbot.understanding.space import Space

Rows = NDArray[np.float32]

THRESHOLD = 0.5
"""The probability from which a template answers alone; chosen by ``benchmarks/understanding.py``."""
PERSONAL = 0.15
"""With so much probability on somebody's life or safety, no template answers."""
SPEAKS = 0.35
"""A kind that is for a person speaks for its lane from this probability on, if it is the likeliest."""
_FLOOR = 0.1
_SHOWN = 3
_MOST_SENTENCES = 8
_SENTENCE = re.compile(r"[^.!?…\n]*\w[^.!?…\n]*[.!?…]*")
_LANES = frozenset(lane.value for lane in Lane)
_PRIVATE = frozenset({Lane.PERSONAL, Lane.CRISIS, Lane.THREAT, Lane.MINOR})


@dataclass(frozen=True, slots=True, eq=False)
class Meanings:
    """Templates learned beside the library; ``lanes`` has the lane of each rival, None for small talk."""

    templates: tuple[Template, ...]
    examples: tuple[str, ...]
    owners: NDArray[np.int64]
    rows: Rows
    classifier: Classifier
    lanes: tuple[Lane | None, ...]
    space: Space
    library: Library

    @classmethod
    def fit(
        cls, templates: Sequence[Template], *, space: Space, library: Library, general: Head
    ) -> "Meanings":
        """Learn the examples of all templates in all languages."""
        found = [
            (number, example)
            for number, template in enumerate(templates)
            for variant in template.variants.values()
            for example in variant.examples
        ]
        owners = np.array([number for number, _ in found], dtype=np.int64)
        rows = space.rows([example for _, example in found])
        classifier = Classifier.fit(
            rows, owners, templates=len(templates), space=space, library=library, general=general
        )
        names = [library.kinds[kind] for kind in classifier.rivals]
        return cls(
            templates=tuple(templates),
            examples=tuple(example for _, example in found),
            owners=owners,
            rows=rows,
            classifier=classifier,
            lanes=tuple(Lane(kind.name) if kind.guard and kind.name in _LANES else None for kind in names),
            space=space,
            library=library,
        )

    def find(self, texts: Sequence[str], words: Sequence[Sequence[str]]) -> Sequence[Found]:
        """Judge each text as a whole, and its sentences for what is for a person in them."""
        places = [number for number, split in enumerate(words) if split]
        found = [Found()] * len(texts)
        if not places:
            return found
        parts = [_sentences(texts[number]) for number in places]
        rows = self.space.rows(
            [texts[number] for number in places] + [each for part in parts for each in part]
        )
        beliefs = self.classifier.probabilities(rows)
        start = len(places)
        for place, (number, part) in enumerate(zip(places, parts, strict=True)):
            mine = [place, *range(start, start + len(part))]
            start += len(part)
            found[number] = Found(
                self._matches(beliefs[place], rows[place]), self._signals(beliefs[mine], rows[mine])
            )
        return found

    def _matches(self, belief: Rows, row: Rows) -> tuple[Match, ...]:
        """Name the likeliest templates; none is sufficient beside something private or a likelier rival."""
        own = belief[: len(self.templates)]
        rivals = belief[len(self.templates) :]
        private = float(sum(rivals[place] for place, lane in enumerate(self.lanes) if lane in _PRIVATE))
        rival = float(rivals.max(initial=0.0))
        barred = private >= PERSONAL or rival > float(own.max(initial=0.0))
        found: list[Match] = []
        for number in np.argsort(-own, kind="stable")[:_SHOWN].tolist():
            if own[number] < _FLOOR:
                break
            template = self.templates[number]
            threshold = max(THRESHOLD, template.min_confidence or 0.0)
            found.append(
                Match(
                    template=template.id,
                    confidence=float(own[number]),
                    threshold=1.0 if barred else threshold,
                    evidence=self._nearest(number, row),
                )
            )
        return tuple(found)

    def _nearest(self, template: int, row: Rows) -> str:
        mine = np.flatnonzero(self.owners == template)
        return self.examples[int(mine[(self.rows[mine] @ row).argmax()])]

    def _signals(self, beliefs: Rows, rows: Rows) -> tuple[Signal, ...]:
        """Say for which lanes the whole or a sentence speaks, likeliest first."""
        spoken: dict[Lane, tuple[float, int, int]] = {}
        for place, belief in enumerate(beliefs):
            likeliest = int(belief.argmax())
            share, rival = float(belief[likeliest]), likeliest - len(self.templates)
            lane = self.lanes[rival] if rival >= 0 else None
            if lane is not None and share >= max(SPEAKS, spoken.get(lane, (0.0,))[0]):
                spoken[lane] = (share, place, self.classifier.rivals[rival])
        ranked = sorted(spoken.items(), key=lambda each: -each[1][0])
        return tuple(
            Signal(lane, "", like=self._like(kind, rows[place])) for lane, (_, place, kind) in ranked
        )

    def _like(self, kind: int, row: Rows) -> str:
        """Return the library's example of a kind that stands nearest to a row."""
        members = self.library.members[kind]
        near = self.space.meanings(self.library.vectors[members]) @ row[: self.library.vectors.shape[1]]
        return self.library.examples[int(members[int(near.argmax())])].text


def _sentences(text: str) -> list[str]:
    """Return the sentences of a text that has several; none of a text that is one.

    >>> _sentences("my dad died. when is the tour?"), _sentences("when is the tour?")
    (['my dad died.', 'when is the tour?'], [])
    """
    found = [each.strip() for each in _SENTENCE.findall(text)]
    return found[:_MOST_SENTENCES] if len(found) > 1 else []
