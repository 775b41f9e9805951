"""Tell what a message is about: one of the templates, or something that stands against them all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fanbot.understanding.adoption import adopt
from fanbot.understanding.library import Library
from fanbot.understanding.softmax import Head, fit, softmax
from fanbot.understanding.space import Space

Rows = NDArray[np.float32]
Ints = NDArray[np.int64]

_PENALTY = 1e-4
_LENT = 0.3
"""What an example that the library lends weighs beside one of the template's own."""
_OWN = 3.0
"""What all examples of a template weigh together beside those of a rival."""
_NEAREST, _SPREAD = 60, 60
"""So many examples of a rival are fitted against: those nearest to any template, and some from everywhere."""


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """Classes are the templates in order, then the rivals by ``kinds`` (numbers of the library's kinds)."""

    templates: int
    rivals: tuple[int, ...]
    head: Head
    lent: dict[int, int]

    @classmethod
    def fit(
        cls, rows: Rows, owners: Ints, *, templates: int, space: Space, library: Library, general: Head
    ) -> "Classifier":
        """Fit templates by their examples' rows (examples, width); ``general`` is the library's own head."""
        kinds = library.kinds
        likeness = space.likeness(library.vectors, library.members, rows)
        beliefs = softmax(general.logits(rows))
        shares = adopt(beliefs, likeness, owners, guards=[kind.guard for kind in kinds])
        classes = {kind: templates + place for place, kind in enumerate(shares.rivals)}
        chosen: list[int] = []
        labels: list[int] = []
        near = space.nearness(library.vectors, rows)
        for kind, members in enumerate(library.members):
            if kind in shares.lent:
                chosen.extend(members.tolist())
                labels.extend([shares.lent[kind]] * len(members))
            elif kind in classes:
                some = _some(members, near[members])
                chosen.extend(some)
                labels.extend([classes[kind]] * len(some))
        every = np.vstack([rows, space.library_rows(chosen)])
        wanted = np.concatenate([owners, np.array(labels, dtype=np.int64)])
        return cls(
            templates, shares.rivals, _fitted(every, wanted, len(rows), templates, classes), shares.lent
        )

    def probabilities(self, rows: Rows) -> Rows:
        """Return for each row (texts, width) what it may be, (texts, templates and rivals)."""
        return softmax(self.head.logits(rows))


def general_head(space: Space, library: Library) -> Head:
    """Fit what tells the library's own kinds apart, each weighing alike."""
    labels = library.labels
    mass = np.bincount(labels, minlength=len(library.kinds))
    importance = (1 / mass[labels]).astype(np.float32)
    rows = space.library_rows(range(len(library.examples)))
    return fit(rows, labels, len(library.kinds), importance=importance, penalty=_PENALTY)


def _fitted(rows: Rows, labels: Ints, own: int, templates: int, rivals: dict[int, int]) -> Head:
    """Weigh classes alike, a template's own examples more than lent ones, and fit."""
    weight = np.ones(len(rows), dtype=np.float32)
    weight[own:][labels[own:] < templates] = _LENT
    count = templates + len(rivals)
    mass = np.bincount(labels, weight, minlength=count)
    importance = weight / mass[labels] * np.where(labels < templates, _OWN, 1.0)
    return fit(rows, labels, count, importance=importance.astype(np.float32), penalty=_PENALTY)


def _some(members: Ints, near: Rows) -> Sequence[int]:
    """Choose the members that are nearest, and some from everywhere."""
    order = members[np.argsort(-near, kind="stable")]
    rest = order[_NEAREST:]
    step = max(1, len(rest) // _SPREAD)
    found: list[int] = [*order[:_NEAREST].tolist(), *rest[::step][:_SPREAD].tolist()]
    return found
