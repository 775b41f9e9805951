"""Turn a batch of texts into hashed features with a few array operations."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.uint64]
Flags = NDArray[np.bool_]

BUCKETS = 1 << 19
"""Half of the buckets hold character n-grams, half hold words: about 2 % meet another's bucket."""
WORDS_FROM = BUCKETS // 2
"""Buckets from here on hold whole words and pairs of neighbours."""

_HASH_BITS = np.uint64(64 - (WORDS_FROM.bit_length() - 1))
_BASE = np.uint64(0x9E3779B97F4A7C15)
_BASE_INVERSE = np.uint64(pow(int(_BASE), -1, 1 << 64))
_SPREAD = np.uint64(0xD6E8FEB86659FD93)
_FOLD = np.uint64(31)
_SPACE = np.uint64(ord(" "))


@dataclass(frozen=True, slots=True)
class Features:
    """The distinct features of a batch, sorted: ``buckets[i]`` occurs in text number ``rows[i]``."""

    rows: Ints
    buckets: Ints


def features(texts: Sequence[str]) -> Features:
    """Hash the character 3- and 4-grams inside words, the words, and the pairs of neighbours.

    Each text is words joined by single spaces. An n-gram includes the space beside its word; none
    spans two words. Longer n-grams were measured and added time but no accuracy.
    """
    padded = [f" {text} " for text in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    lengths = np.fromiter(map(len, padded), dtype=np.int64, count=len(padded))
    rows = np.repeat(np.arange(len(padded), dtype=np.int64), lengths)
    spaces = codes == _SPACE
    keys = np.concatenate([*_grams(codes, spaces, rows), *_words(codes, spaces, rows)])
    keys.sort()
    if len(keys):
        keys = keys[np.concatenate(([True], keys[1:] != keys[:-1]))]
    return Features(rows=keys // BUCKETS, buckets=keys % BUCKETS)


def _grams(codes: Codes, spaces: Flags, rows: Ints) -> list[Ints]:
    """Key every 3- and 4-gram; texts meet in two spaces, so none reaches into the next text."""
    hashed = _mix(codes[:-1] * _BASE + codes[1:])
    whole = np.ones(len(hashed), dtype=np.bool_)
    found = []
    for last in (2, 3):
        size = max(0, len(codes) - last)
        whole = whole[:size] & ~spaces[last - 1 : last - 1 + size]
        hashed = _mix(hashed[:size] * _BASE + codes[last:])
        found.append(rows[:size][whole] * BUCKETS + _bucket(hashed[whole]))
    return found


def _words(codes: Codes, spaces: Flags, rows: Ints) -> list[Ints]:
    """Key every word and every pair of neighbours by the difference of two running sums."""
    powers = np.multiply.accumulate(np.full(len(codes), _BASE))
    inverses = np.multiply.accumulate(np.full(len(codes), _BASE_INVERSE))
    sums = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum((codes + _FOLD) * powers)))
    starts = np.flatnonzero(spaces[:-1] & ~spaces[1:])
    ends = np.flatnonzero(~spaces[:-1] & spaces[1:]) + 2
    single = _mix((sums[ends] - sums[starts]) * inverses[starts])
    first = np.flatnonzero(rows[starts[:-1]] == rows[starts[1:]])
    left, right = starts[first], ends[first + 1]
    double = _mix((sums[right] - sums[left]) * inverses[left])
    return [
        rows[starts] * BUCKETS + WORDS_FROM + _bucket(single),
        rows[left] * BUCKETS + WORDS_FROM + _bucket(double),
    ]


def _mix(values: Codes) -> Codes:
    """Let the high bits reach the low ones, so that products of similar texts part."""
    return values ^ (values >> _FOLD)


def _bucket(values: Codes) -> Ints:
    return ((values * _SPREAD) >> _HASH_BITS).astype(np.int64)
