"""Letters and words as a short vector: hashed n-grams by their rarity, folded into a thousand numbers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fanbot.understanding.ngrams import BUCKETS, WORDS_FROM, features

Rows = NDArray[np.float32]

WIDTH = 1_024
_FOLDS = 4
"""Each n-gram falls on so many numbers, with a sign each, so that two hardly ever look the same
(Charikar, Chen and Farach-Colton 2002, "Finding frequent items in data streams")."""
_WORD_WEIGHT = 1.5
_SPREAD, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_CHUNK = 256


class Sketch:
    """Fold texts by the rarity that n-grams have in a library of texts."""

    def __init__(self, *, frequency: NDArray[np.int64], texts: int) -> None:
        """Learn in how many of so many texts each bucket occurs, (BUCKETS,)."""
        weights = np.log((1 + texts) / (1 + frequency)) + 1
        weights[WORDS_FROM:] *= _WORD_WEIGHT
        self._weights = weights

    def rows(self, texts: Sequence[str]) -> Rows:
        """Fold texts that are bare words joined by spaces; each row has length 1, or about, or 0."""
        pieces = [self._rows(texts[start : start + _CHUNK]) for start in range(0, len(texts), _CHUNK)]
        return np.concatenate(pieces) if pieces else np.empty((0, WIDTH), dtype=np.float32)

    def _rows(self, texts: Sequence[str]) -> Rows:
        seen = features(texts)
        values = self._weights[seen.buckets]
        lengths = np.sqrt(np.bincount(seen.rows, values * values, minlength=len(texts)))
        values = values / lengths[seen.rows] / np.sqrt(_FOLDS)
        folded = np.zeros(len(texts) * WIDTH)
        for fold in range(_FOLDS):
            place, sign = _hashed(seen.buckets.astype(np.uint64), fold)
            folded += np.bincount(seen.rows * WIDTH + place, values * sign, minlength=len(folded))
        return folded.reshape(len(texts), WIDTH).astype(np.float32)


def frequencies(texts: Sequence[str]) -> NDArray[np.int64]:
    """Count in how many texts each bucket occurs, (BUCKETS,)."""
    found = np.zeros(BUCKETS, dtype=np.int64)
    for start in range(0, len(texts), _CHUNK):
        found += np.bincount(features(texts[start : start + _CHUNK]).buckets, minlength=BUCKETS)
    return found


def _hashed(buckets: NDArray[np.uint64], fold: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    mixed = (buckets + np.uint64(fold * BUCKETS)) * _SPREAD
    mixed ^= mixed >> np.uint64(32)
    mixed *= _MIX
    mixed ^= mixed >> np.uint64(29)
    sign = np.where((mixed >> np.uint64(40)) & np.uint64(1), 1.0, -1.0)
    return (mixed % np.uint64(WIDTH)).astype(np.int64), sign
