"""Where a text stands: its meaning and its letters side by side, one row of numbers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fanbot.understanding.encoder import Encoder
from fanbot.understanding.library import Library, bare
from fanbot.understanding.sketch import WIDTH, Sketch

Rows = NDArray[np.float32]

_LETTERS = 0.7
"""How long the half that holds letters is beside the half that holds meaning, of length 1."""


class Space:
    """Make rows of (dimensions of the encoder + WIDTH) numbers, of the library and of what fans write."""

    def __init__(self, encoder: Encoder, library: Library) -> None:
        self._encoder = encoder
        self._library = library
        self._centre = library.vectors.mean(axis=0)
        self._sketch = Sketch(frequency=library.frequency, texts=len(library.examples))

    @property
    def width(self) -> int:
        """Count the numbers of one row."""
        return self._encoder.dimensions + WIDTH

    def rows(self, texts: Sequence[str]) -> Rows:
        """Place texts as people wrote them, (texts, width)."""
        return self._beside(self._encoder.encode(texts), texts)

    def library_rows(self, chosen: Sequence[int]) -> Rows:
        """Place some of the library's examples by their shipped vectors."""
        texts = [self._library.examples[number].text for number in chosen]
        return self._beside(self._library.vectors[chosen], texts)

    def nearness(self, vectors: Rows, rows: Rows) -> Rows:
        """Return how near each vector (texts, dimensions) stands in meaning to any of some rows, (texts,)."""
        if not len(rows):
            return np.zeros(len(vectors), dtype=np.float32)
        nearest: Rows = (self.meanings(vectors) @ rows[:, : self._encoder.dimensions].T).max(axis=1)
        return nearest

    def likeness(self, vectors: Rows, groups: Sequence[NDArray[np.int64]], rows: Rows) -> Rows:
        """Say how near each row stands to the nearest of a group of vectors, (rows, groups).

        1 is as near as the members of the group stand to each other, in the middle of them.
        """
        meanings = self.meanings(vectors)
        own = rows[:, : self._encoder.dimensions]
        found = np.zeros((len(rows), len(groups)), dtype=np.float32)
        for place, members in enumerate(groups):
            group = meanings[members]
            among = group @ group.T
            np.fill_diagonal(among, -1.0)
            usual = float(np.median(among.max(axis=1)))
            found[:, place] = (own @ group.T).max(axis=1, initial=-1.0) / max(usual, 1e-3)
        return found

    def meanings(self, vectors: Rows) -> Rows:
        """Look at vectors from the middle of all fans' messages, so that they are told apart better."""
        moved = vectors - self._centre
        lengths = np.linalg.norm(moved, axis=1, keepdims=True)
        unit: Rows = moved / np.maximum(lengths, 1e-9)
        return unit

    def _beside(self, vectors: Rows, texts: Sequence[str]) -> Rows:
        letters = self._sketch.rows([bare(text) for text in texts])
        return np.hstack([self.meanings(vectors), _LETTERS * letters])
