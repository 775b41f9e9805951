"""Ids made without asking anybody, and the short text form that people and platforms see."""

import threading
import time
from collections.abc import Callable

from fanbot.errors import UnknownItemError

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_LENGTH = 13
_EPOCH = 1_577_836_800_000
"""Ids count milliseconds from the beginning of 2020, so that 41 bits last until 2089."""


def written(number: int) -> str:
    """Write an id in 13 digits of Crockford's base 32, lower case; they sort as the ids do.

    >>> written(2**63 - 1)
    '7zzzzzzzzzzzz'
    """
    digits = []
    for _ in range(_LENGTH):
        number, rest = divmod(number, 32)
        digits.append(_DIGITS[rest])
    return "".join(reversed(digits))


def read(text: str) -> int:
    """Read an id back; raises UnknownItemError for anything that is not one.

    >>> read(written(1234567))
    1234567
    """
    value = 0
    for digit in text.strip().lower():
        if digit not in _VALUES:
            raise _unknown(text)
        value = value * 32 + _VALUES[digit]
        if value >= 1 << 63:
            raise _unknown(text)
    return value


def unknown(item: int) -> UnknownItemError:
    """Say that there is no such item."""
    return UnknownItemError(
        f"There is no item {written(item)}. `fanbot queue list` shows what waits; nothing was changed."
    )


def _unknown(text: str) -> UnknownItemError:
    return UnknownItemError(f"{text!r} is not an id. `fanbot queue list` shows the ids.")


class TimeOrderedIds:
    """Make 63-bit ids: 41 bits of milliseconds, 10 bits of process slot, 12 bits of counter.

    Never goes back, also when the clock does; safe to share between threads.
    """

    def __init__(self, *, slot: int, milliseconds: Callable[[], int] | None = None) -> None:
        self._slot = (slot & 0x3FF) << 12
        self._milliseconds = milliseconds or (lambda: time.time_ns() // 1_000_000)
        self._last = 0
        self._lock = threading.Lock()

    def new(self) -> int:
        """Return the next id."""
        with self._lock:
            tick = max(self._milliseconds() - _EPOCH, self._last >> 12)
            counter = (self._last & 0xFFF) + 1 if tick == self._last >> 12 else 0
            if counter > 0xFFF:
                tick, counter = tick + 1, 0
            self._last = tick << 12 | counter
            return tick << 22 | self._slot | counter

    def resume(self, newest: int) -> None:
        """Go on above an id that the store already holds, whatever the clock says."""
        with self._lock:
            self._last = max(self._last, (newest >> 22) << 12 | 0xFFF)
