"""Judge by its shape whether a message is somebody's story."""

import re
from collections.abc import Sequence

from fanbot.domain.decisions import Signal
from fanbot.domain.handoffs import Lane

_LONG = 400
"""Characters from which a text in the first person is read by a person."""
_ENDLESS = 1_500
"""Characters from which any text is."""
_SENTENCES = 4
_SENTENCE = re.compile(r"\w[^.!?…]*\s\w[^.!?…]*(?:[.!?…]|$)")


def story(normal: str, words: Sequence[str], *, first_person: frozenset[str]) -> Signal | None:
    """Return why a text is for a person by its length alone, or None.

    >>> story("I " * 300, ["i"] * 300, first_person=frozenset({"i"})).evidence
    'a long message in the first person'
    """
    if len(normal) <= _LONG and normal.count(".") + normal.count("!") + normal.count("?") < _SENTENCES - 1:
        return None
    personal = not first_person.isdisjoint(words)
    if len(normal) > _ENDLESS:
        return Signal(Lane.PERSONAL if personal else Lane.OTHER, "too long to judge")
    if personal and (len(normal) > _LONG or len(_SENTENCE.findall(normal)) >= _SENTENCES):
        return Signal(Lane.PERSONAL, "a long message in the first person")
    return None
