"""Judges whether a pattern of a template is valid, and quick on every text that a fan may send (G7)."""

import re
from dataclasses import dataclass

LONGEST = 200
_WAYS = 50_000
"""Ways to read a text from one place on; measured: 1,000 characters take a second or so at worst."""
_OPEN = 1_000
"""How often an open-ended repeat is taken to repeat."""
_ATOM = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\(?:[xuU][0-9a-fA-F]+|[0-9]+|.)|.", re.DOTALL)
_REPEAT = re.compile(r"([*+?]|\{([0-9]*)(,?)([0-9]*)\})[?+]?")
_GROUP = re.compile(r"\((?:\?(?:P<\w+>|P=\w+|<?[=!]|:|>))?")
_FLAGS = re.compile(r"\(\?[aiLmsux-]+[:)]")
_ODD_SET = re.compile(r"\[\^?(?:\\.|[^\]\\])*?(?:\[|--|&&|~~|\|\|)")
_SAMPLES = ("", "a", "a 1 b")


def judge(pattern: str) -> tuple[str, str] | None:
    r"""Say what was found and what is expected instead, or None for a pattern that may be used.

    >>> judge(r"\btracking (number|code)\b")
    >>> judge(r"(\w+)+!")
    ('a repeat inside a repeat', 'one of the two; a bounded one such as .{0,40} may stand beside others')
    >>> judge("tickets?|")
    ('a pattern that fits every text', 'at least one character that must be there')
    """
    return _writing(pattern) or _meaning(pattern) or _Cost(pattern).complaint


def _writing(pattern: str) -> tuple[str, str] | None:
    if len(pattern) > LONGEST:
        return f"a pattern of {len(pattern)} characters", f"at most {LONGEST}; two patterns do the same"
    if "(?#" in pattern:
        return "a comment inside the pattern", "the pattern alone"
    if _FLAGS.search(pattern):
        return "flags inside the pattern", "none; capitals and small letters are the same to a pattern"
    if _ODD_SET.search(pattern):
        return "an unusual set in [ ]", "a set of single characters, with \\ before [ - & ~ |"
    return None


def _meaning(pattern: str) -> tuple[str, str] | None:
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        reason = error.msg if isinstance(error, re.error) else "too large"
        return f"a pattern that cannot be read ({reason})", "a regular expression"
    if any((hit := compiled.search(sample)) and not hit[0] for sample in _SAMPLES):
        return "a pattern that fits every text", "at least one character that must be there"
    return None


@dataclass(slots=True)
class _Branches:
    """A group while it is read: ``done`` sums its finished alternatives, ``current`` is the open one."""

    done: int = 0
    current: int = 1
    last: int = 1

    @property
    def ways(self) -> int:
        return self.done + self.current


class _Cost:
    """Count the ways in which a pattern can read one text, and find repeats that multiply without end."""

    def __init__(self, pattern: str) -> None:
        self._groups = [_Branches()]
        self.complaint: tuple[str, str] | None = None
        place = 0
        while place < len(pattern) and self.complaint is None:
            place = self._step(pattern, place)
        if self.complaint is None and self._groups[0].ways > _WAYS:
            self.complaint = (
                "too many repeats for one pattern",
                "one * or + at most; .{0,40} and \\s{1,3} may stand beside it",
            )

    def _step(self, pattern: str, place: int) -> int:
        here = self._groups[-1]
        if repeat := _REPEAT.match(pattern, place):
            self._repeat(here, repeat)
            return repeat.end()
        if group := _GROUP.match(pattern, place):
            self._groups.append(_Branches())
            return group.end()
        sign = pattern[place]
        if sign == ")" and len(self._groups) > 1:
            self._add(self._groups.pop().ways)
            return place + 1
        if sign == "|":
            here.done, here.current, here.last = here.ways, 1, 1
            return place + 1
        atom = _ATOM.match(pattern, place)
        self._add(1)
        return atom.end() if atom else place + 1

    def _add(self, ways: int) -> None:
        here = self._groups[-1]
        here.current, here.last = here.current * ways, ways

    def _repeat(self, here: _Branches, repeat: re.Match[str]) -> None:
        least, most = _bounds(repeat)
        if here.last > 1 and (most is None or most > 1):
            self.complaint = (
                "a repeat inside a repeat",
                "one of the two; a bounded one such as .{0,40} may stand beside others",
            )
        here.current *= _OPEN if most is None else max(1, most - least + 1)


def _bounds(repeat: re.Match[str]) -> tuple[int, int | None]:
    sign, low, comma, high = repeat.groups()
    if sign[0] != "{":
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
    least = int(low or 0)
    return least, least if not comma else int(high) if high else None
