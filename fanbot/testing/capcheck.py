"""The cap judged from outside: by what fans received, and by nothing that fanbot says of itself."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

_MARK = re.compile(r"\[(signal|promo):([\w-]+)\]")
_USEFUL_KINDS = frozenset({"human", "update", "content"})


@dataclass(slots=True)
class _Received:
    """What one fan or channel received: times of useful messages, of promotions, of each template."""

    signal: list[datetime] = field(default_factory=list)
    noise: list[datetime] = field(default_factory=list)
    counted: dict[str, datetime] = field(default_factory=dict)


class CapChecker:
    """Assert the cap and the gap (P3, G5) over messages in the order in which a platform took them.

    Test templates name themselves in their text: ``[signal:shipping]`` in a body that counts as
    useful, ``[promo:tour]`` in a promo block; a text with neither is neutral. Each key counts once.
    The same useful template within ``gap`` counts once. ``slack`` is the longest time that may lie
    between admission and arrival.

    What is asserted follows from the rule of admission whatever the order of arrival, so a sound
    product never fails here: by its arrival, every promotion is paid for by what had arrived.

    >>> cap = CapChecker(share=Fraction(1, 3), window=timedelta(days=30), gap=timedelta(hours=24))
    >>> noon = datetime(2026, 5, 1, 12)
    >>> cap.saw(noon, scope="ada", key="a", kind="answer", text="[signal:sizes]", promotional=False)
    >>> both = "[signal:tickets] [promo:tour]"
    >>> cap.saw(noon, scope="ada", key="b", kind="answer", text=both, promotional=True)
    >>> cap.saw(noon, scope="bob", key="c", kind="answer", text=both, promotional=True)
    Traceback (most recent call last):
        ...
    AssertionError: bob: promotion 1 of 2 messages that count; the cap is 1/3
    """

    def __init__(
        self, *, share: Fraction, window: timedelta, gap: timedelta, slack: timedelta = timedelta()
    ) -> None:
        """Check against these settings of the workspace."""
        self._share = share
        self._window = window
        self._gap = gap
        self._slack = slack
        self._scopes: dict[str, _Received] = defaultdict(_Received)
        self._keys: set[str] = set()
        self.promotions = 0

    def saw(self, at: datetime, *, scope: str, key: str, kind: str, text: str, promotional: bool) -> None:
        """Take in one message that ``scope`` (a fan or a channel) received; raises AssertionError."""
        if key in self._keys:
            return
        self._keys.add(key)
        received = self._scopes[scope]
        marks = _MARK.findall(text)
        promotes = any(sort == "promo" for sort, _ in marks)
        if promotes != promotional:
            told = "as promotional" if promotional else "as not promotional"
            raise AssertionError(f"{scope}: {key} was sent {told}, and its text says otherwise")
        useful = [name for sort, name in marks if sort == "signal"]
        if kind in _USEFUL_KINDS:
            useful.append(key)
        for name in useful:
            before = received.counted.get(name)
            if before is None or at - before >= self._gap:
                received.counted[name] = at
                received.signal.append(at)
                break
        if promotes:
            self._judge(scope, received, at)

    def _judge(self, scope: str, received: _Received, at: datetime) -> None:
        if received.noise and at - received.noise[-1] < self._gap - self._slack:
            apart = at - received.noise[-1]
            raise AssertionError(f"{scope}: two promotions {apart} apart; the gap is {self._gap}")
        received.noise.append(at)
        self.promotions += 1
        signal = sum(at - moment < self._window + self._slack for moment in received.signal)
        noise = sum(at - moment < self._window for moment in received.noise)
        if Fraction(noise, signal + noise) > self._share:
            told = f"promotion {noise} of {signal + noise} messages that count; the cap is {self._share}"
            raise AssertionError(f"{scope}: {told}")
