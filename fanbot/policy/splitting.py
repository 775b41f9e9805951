"""How a long text becomes several messages: at paragraphs, sentences and words, never inside a letter."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

_PARAGRAPH = re.compile(r"(?=\n[^\S\n]*\n)")
_LINE = re.compile(r"(?=\n)")
_SENTENCE = re.compile(r"""(?<=[.!?…])["'”’»)\]]*(?=\s)|(?<=[。！？])""")
_WORD = re.compile(r"(?=\s)")
_BREAKS = ((_PARAGRAPH, 3), (_LINE, 3), (_SENTENCE, 3), (_WORD, 100))
_ZERO_WIDTH_JOINER = "\u200d"


def split(
    text: str, *, limit: int | None, unit: Literal["characters", "utf16"] = "characters"
) -> tuple[str, ...]:
    """Split a text into parts of at most ``limit`` units, in order, none of them blank.

    A text that fits stays as it is; the white space at a break is left out. A letter with its
    marks, an emoji sequence or a flag stays whole unless it alone is longer than a message.
    Raises ValueError for a limit under 2, in which not every letter fits.

    >>> split("The doors open at seven. Bring a coat!", limit=30)
    ('The doors open at seven.', 'Bring a coat!')
    >>> split("👩‍🎤👩‍🎤", limit=5, unit="utf16")
    ('👩‍🎤', '👩‍🎤')
    """
    if limit is not None and limit < 2:
        raise ValueError(f"a limit of {limit} leaves no room for a letter; it must be 2 or more")
    if not text.strip():
        return ()
    if limit is None:
        return (text,)
    return tuple(_parts(text, limit=limit, wide=unit == "utf16" and max(text) > "\uffff"))


def _parts(text: str, *, limit: int, wide: bool) -> Iterator[str]:
    start = 0
    while True:
        end = _reach(text, start, limit=limit, wide=wide)
        if end == len(text):
            yield text[start:]
            return
        stop = _nicest(text, start=start, end=end)
        if part := text[start:stop].rstrip():
            yield part
        start = _skip_space(text, stop)
        if start == len(text):
            return


def _reach(text: str, start: int, *, limit: int, wide: bool) -> int:
    """Return where the longest part that begins at ``start`` ends."""
    if not wide:
        return min(start + limit, len(text))
    room, position = limit, start
    while position < len(text):
        room -= 2 if text[position] > "\uffff" else 1
        if room < 0:
            break
        position += 1
    return position


def _nicest(text: str, *, start: int, end: int) -> int:
    """Return the best place to break: the last of the grandest kind that leaves no tiny part."""
    for pattern, fraction in _BREAKS:
        least = start + max(1, (end - start) // fraction)
        found = [match.end() for match in pattern.finditer(text, start, end + 1)]
        fitting = (place for place in reversed(found) if least <= place <= end)
        best = next((place for place in fitting if not _joined(text, place, start=start)), None)
        if best is not None:
            return best
    whole = (place for place in range(end, start, -1) if not _joined(text, place, start=start))
    return next(whole, end)


def _skip_space(text: str, position: int) -> int:
    """Return where the next part begins; a space that carries a mark belongs to it."""
    last = len(text) - 1
    while position <= last and text[position].isspace():
        if position < last and _mark(text[position + 1]):
            break
        position += 1
    return position


def _joined(text: str, place: int, *, start: int) -> bool:
    """Tell whether the letters before and after ``place`` belong together."""
    before, after = text[place - 1], text[place]
    if _ZERO_WIDTH_JOINER in (before, after) or _mark(after):
        return True
    if "\u1160" <= after <= "\u11ff" and "\u1100" <= before <= "\u11ff":
        return True
    return _half_flag(text, place, start=start)


def _mark(letter: str) -> bool:
    """Tell whether this only changes the letter before it: an accent, a skin tone, a tag."""
    return (
        unicodedata.category(letter).startswith("M")
        or "\U0001f3fb" <= letter <= "\U0001f3ff"
        or "\U000e0020" <= letter <= "\U000e007f"
    )


def _half_flag(text: str, place: int, *, start: int) -> bool:
    """Tell whether ``place`` lies between the two halves of a flag."""
    if not _regional(text[place]):
        return False
    first = place
    while first > start and _regional(text[first - 1]):
        first -= 1
    return (place - first) % 2 == 1


def _regional(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"
