"""Find the templates whose examples stand nearest to a message."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fanbot.domain.decisions import Match
from fanbot.domain.templates import Template
from fanbot.understanding.finding import LONGEST, Found
from fanbot.understanding.ngrams import BUCKETS, WORDS_FROM, Ints, features
from fanbot.understanding.normal import normalise, words

Floats = NDArray[np.float64]

THRESHOLD = 0.45
"""The least likeness that answers alone; chosen by ``benchmarks/understanding.py``."""
MARGIN = 0.08
"""How far the best template must stand before the next one."""
_WORD_WEIGHT = 2.0
_NEIGHBOURS = 3
_SHOWN = 3
_FLOOR = 0.25
_CHUNK = 4_096


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """Examples as postings: for each known bucket, the examples that hold it and with what weight.

    A bucket weighs its inverse document frequency; unknown buckets weigh the most and count into the
    message's length, so words that no example knows lower every likeness.
    """

    templates: tuple[Template, ...]
    examples: tuple[str, ...]
    firsts: Ints
    sizes: Ints
    exact: dict[str, tuple[int, ...]]
    weights: Floats
    starts: Ints
    counts: Ints
    posted: Ints
    posted_weights: Floats
    spellings: Mapping[str, str]

    @classmethod
    def fit(cls, templates: Sequence[Template], *, spellings: Mapping[str, str]) -> "Matcher":
        """Learn the examples of all templates in all languages; ``spellings`` says what "u" stands for."""
        shelf: list[tuple[Template, int]] = []
        found: list[tuple[str, str]] = []
        exact: dict[str, tuple[int, ...]] = {}
        for template in templates:
            first = len(found)
            for variant in template.variants.values():
                for example in variant.examples:
                    text = _spell(words(normalise(example)), spellings)
                    if 0 < len(text) <= LONGEST:
                        exact[text] = (*exact.get(text, ()), len(shelf))
                        found.append((text, example))
            if len(found) > first:
                shelf.append((template, first))
        every = features([text for text, _ in found])
        frequency = np.bincount(every.buckets, minlength=BUCKETS)
        weights = np.log((1 + len(found)) / (1 + frequency)) + 1
        weights[WORDS_FROM:] *= _WORD_WEIGHT
        own = weights[every.buckets]
        lengths = np.sqrt(np.bincount(every.rows, own * own, minlength=len(found)))
        order = np.argsort(every.buckets, kind="stable")
        firsts = np.array([first for _, first in shelf], dtype=np.int64)
        return cls(
            templates=tuple(template for template, _ in shelf),
            examples=tuple(example for _, example in found),
            firsts=firsts,
            sizes=np.diff(np.append(firsts, len(found))),
            exact=exact,
            weights=weights,
            starts=np.cumsum(frequency) - frequency,
            counts=frequency,
            posted=every.rows[order],
            posted_weights=(own / lengths[every.rows])[order],
            spellings=spellings,
        )

    def find(self, texts: Sequence[str], words: Sequence[Sequence[str]]) -> Sequence[Found]:
        """Find by words alone; nothing here speaks for a person."""
        del texts
        return [Found(matches) for matches in self.match(words)]

    def match(self, messages: Sequence[Sequence[str]]) -> list[tuple[Match, ...]]:
        """Return the nearest templates of each message, best first; a message is its bare words.

        A match's threshold is raised to what it takes to stand clear of the next template, so two
        templates that are about equally near both stay insufficient, and triage may ask.
        """
        found: list[tuple[Match, ...]] = []
        for chunk in _chunks([_spell(message, self.spellings) for message in messages]):
            found.extend(self._match(chunk))
        return found

    def _match(self, texts: Sequence[str]) -> Iterator[tuple[Match, ...]]:
        if not self.examples:
            yield from ((),) * len(texts)
            return
        scores, nearest = self._by_template(self._likeness(texts))
        for row, text in enumerate(texts):
            for number in self.exact.get(text, ()):
                scores[row, number] = 1.0
        order = np.argsort(-scores, axis=1, kind="stable")[:, :_SHOWN]
        best = np.take_along_axis(scores, order, axis=1).tolist()
        examples = np.take_along_axis(nearest, order, axis=1).tolist()
        for row, numbers in enumerate(order.tolist()):
            yield self._matches(numbers, best[row], examples[row])

    def _by_template(self, likeness: Floats) -> tuple[Floats, Ints]:
        """Return each template's score and its nearest example, texts down and templates across.

        The score is the mean of the nearest example and of the three nearest, which measured better
        than the nearest alone: one look-alike among strangers weighs less.
        """
        places = np.arange(len(self.examples))
        rounds: list[Floats] = []
        nearest = np.zeros((len(likeness), len(self.firsts)), dtype=np.int64)
        for number in range(_NEIGHBOURS):
            top = np.maximum.reduceat(likeness, self.firsts, axis=1)
            rounds.append(np.maximum(top, 0.0))
            if number + 1 == _NEIGHBOURS:
                break
            hit = likeness == top.repeat(self.sizes, axis=1)
            place = np.maximum.reduceat(hit * places, self.firsts, axis=1)
            np.put_along_axis(likeness, place, -1.0, axis=1)
            nearest = nearest if number else place
        mean = np.add.reduce(rounds) / np.minimum(self.sizes, _NEIGHBOURS)
        return (rounds[0] + mean) / 2, nearest

    def _likeness(self, texts: Sequence[str]) -> Floats:
        """Return the cosine of every text with every example, texts down and examples across."""
        seen = features(texts)
        weights = self.weights[seen.buckets]
        lengths = np.sqrt(np.bincount(seen.rows, weights * weights, minlength=len(texts)))
        counts = self.counts[seen.buckets]
        ends = np.cumsum(counts)
        shift = self.starts[seen.buckets] - ends + counts
        place = np.repeat(shift, counts) + np.arange(ends[-1] if len(ends) else 0)
        cell = np.repeat(seen.rows * len(self.examples), counts) + self.posted[place]
        mass = np.repeat(weights, counts) * self.posted_weights[place]
        cells = np.bincount(cell, mass, minlength=len(texts) * len(self.examples))
        likeness = cells.reshape(len(texts), len(self.examples)) / np.maximum(lengths, 1e-9)[:, None]
        return np.minimum(likeness, 0.99)

    def _matches(self, numbers: list[int], scores: list[float], examples: list[int]) -> tuple[Match, ...]:
        found = []
        for rank, (number, score) in enumerate(zip(numbers, scores, strict=True)):
            if score < _FLOOR:
                break
            rival = scores[0] if rank else max(scores[1:2], default=0.0)
            template = self.templates[number]
            found.append(
                Match(
                    template=template.id,
                    confidence=score,
                    threshold=_threshold(template.min_confidence, rival),
                    evidence=self.examples[examples[rank]],
                )
            )
        return tuple(found)


def _spell(message: Sequence[str], spellings: Mapping[str, str]) -> str:
    """Join words in their usual spelling.

    >>> _spell(["when", "u", "coming"], {"u": "you"})
    'when you coming'
    """
    return " ".join([spellings.get(word, word) for word in message])


def _threshold(own: float | None, rival: float) -> float:
    """Raise the threshold to the template's own, and to what it takes to stand clear of a rival.

    >>> _threshold(None, 0.2), _threshold(0.9, 0.2), round(_threshold(None, 0.6), 2)
    (0.45, 0.9, 0.68)
    """
    clear = rival + MARGIN if rival == 1.0 else min(rival + MARGIN, 1.0)
    return max(THRESHOLD, own or 0.0, clear)


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a batch where its texts together pass the size up to which memory stays small."""
    start, size = 0, 0
    for number, text in enumerate(texts):
        size += len(text)
        if size >= _CHUNK:
            yield texts[start : number + 1]
            start, size = number + 1, 0
    if start < len(texts):
        yield texts[start:]
