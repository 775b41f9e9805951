"""Which of the library's topics a creator's template is about.

A creator writes a handful of examples; the library knows a hundred other ways to ask the same. A topic that a
template's own examples speak of lends it its examples. One that several templates share, or that a template
touches only in part, belongs to nobody: it would teach one of them what is another's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
Ints = NDArray[np.int64]

_ABOUT, _CLEAR = 0.3, 2.5
"""The mean probability of a topic over a template's examples from which it is the template's, and how many
times as much that must be as over any other's."""
_LIKE = 0.75
"""A template's examples must stand at least so near a topic's as those stand to each other: the library knows
not every subject, and takes what it does not know for whatever is least unlike."""
_TOUCHED = 0.1
"""From here on a topic is no rival of the template any more."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """``lent`` maps a topic to the template that gets its examples; ``rivals`` stand against all."""

    lent: dict[int, int]
    rivals: tuple[int, ...]


def adopt(beliefs: Rows, likeness: Rows, owners: Ints, *, guards: Sequence[bool]) -> Adoption:
    """Share out the kinds of the library.

    ``beliefs`` (examples, kinds) says what the library takes each example of a template for, ``likeness``
    (examples, kinds) how near it stands to that kind; 1 is as near as the kind's own stand to each other.
    ``owners`` (examples,) says whose example it is, ``guards`` which kinds are for a person: always rivals.
    """
    templates = int(owners.max()) + 1 if len(owners) else 0
    touching = np.array([beliefs[owners == number].mean(axis=0) for number in range(templates)])
    alike = np.array([likeness[owners == number].mean(axis=0) for number in range(templates)])
    lent: dict[int, int] = {}
    rivals: list[int] = []
    for kind, guard in enumerate(guards):
        spoken = touching[:, kind] if templates else np.zeros(0)
        most = float(spoken.max(initial=0.0))
        if guard or most < _TOUCHED:
            rivals.append(kind)
        elif most >= _ABOUT and most >= _CLEAR * float(np.sort(spoken)[-2:-1].max(initial=0.0)):
            owner = int(spoken.argmax())
            if alike[owner, kind] >= _LIKE:
                lent[kind] = owner
            else:
                rivals.append(kind)
    return Adoption(lent, tuple(rivals))
