"""Multinomial logistic regression, fitted by L-BFGS over numpy alone.

scikit-learn would add more to the installation than everything else here together.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
Labels = NDArray[np.int64]
_Vector = NDArray[np.float64]

_MEMORY = 8
"""Steps that L-BFGS remembers (Nocedal and Wright, Numerical Optimization, algorithm 7.4)."""
_HALVINGS = 20
_ARMIJO = 1e-4
_STILL = 1e-5
"""A step that lowers the loss by a smaller part than this is the last one."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A fitted classifier: ``weights`` is (features, classes), ``bias`` (classes,)."""

    weights: Rows
    bias: Rows

    def logits(self, rows: Rows) -> Rows:
        """Score rows (n, features) for every class, (n, classes)."""
        scores: Rows = rows @ self.weights + self.bias
        return scores


def fit(
    rows: Rows, labels: Labels, classes: int, *, importance: Rows, penalty: float, steps: int = 60
) -> Head:
    """Fit rows (n, features) to labels (n,) in 0..classes-1.

    ``importance`` weighs each row; ``penalty`` times half the squared weights is added to the mean loss, the
    bias goes free.
    """
    features = rows.shape[1]
    share = (importance / importance.sum()).astype(np.float32)
    wanted = np.zeros((len(rows), classes), dtype=np.float32)
    wanted[np.arange(len(rows)), labels] = 1.0

    def loss(flat: _Vector) -> tuple[float, _Vector]:
        table = flat.reshape(features + 1, classes).astype(np.float32)
        weights = table[:-1]
        scores = rows @ weights + table[-1]
        scores -= scores.max(axis=1, keepdims=True)
        likelihood = np.exp(scores)
        total = likelihood.sum(axis=1, keepdims=True)
        right = (scores * wanted).sum(axis=1) - np.log(total[:, 0])
        value = -float(share @ right) + 0.5 * penalty * float((weights * weights).sum())
        off = (likelihood / total - wanted) * share[:, None]
        slope = np.empty_like(table)
        slope[:-1] = rows.T @ off + penalty * weights
        slope[-1] = off.sum(axis=0)
        return value, slope.ravel().astype(np.float64)

    table = _lowest(loss, np.zeros((features + 1) * classes), steps).reshape(features + 1, classes)
    return Head(table[:-1].astype(np.float32), table[-1].astype(np.float32))


def softmax(logits: Rows) -> Rows:
    """Turn scores into probabilities, row by row.

    >>> softmax(np.array([[0.0, 0.0]], dtype=np.float32)).tolist()
    [[0.5, 0.5]]
    """
    likelihood = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: Rows = likelihood / likelihood.sum(axis=1, keepdims=True)
    return probabilities


def _lowest(loss: Callable[[_Vector], tuple[float, _Vector]], start: _Vector, steps: int) -> _Vector:
    """Walk downhill by L-BFGS with halved steps until hardly anything is gained."""
    place = start
    value, slope = loss(place)
    known: deque[tuple[_Vector, _Vector]] = deque(maxlen=_MEMORY)
    for _ in range(steps):
        way = -_bent(slope, known)
        fall = float(slope @ way)
        size = 1.0
        for _ in range(_HALVINGS):
            onward = place + size * way
            lower, steeper = loss(onward)
            if lower <= value + _ARMIJO * size * fall:
                break
            size /= 2
        else:
            break
        moved, turned = onward - place, steeper - slope
        if float(moved @ turned) > 1e-12:
            known.append((moved, turned))
        gained = value - lower
        place, value, slope = onward, lower, steeper
        if gained <= _STILL * max(1.0, abs(value)):
            break
    return place


def _bent(slope: _Vector, known: deque[tuple[_Vector, _Vector]]) -> _Vector:
    """Multiply a slope by the inverse curvature that the last steps showed (the two-loop recursion)."""
    way = slope.copy()
    shares: list[float] = []
    for moved, turned in reversed(known):
        share = float(moved @ way) / float(turned @ moved)
        shares.append(share)
        way -= share * turned
    if known:
        moved, turned = known[-1]
        way *= float(moved @ turned) / float(turned @ turned)
    else:
        way /= max(1.0, float(np.abs(slope).sum()))
    for (moved, turned), share in zip(known, reversed(shares), strict=True):
        way += moved * (share - float(turned @ way) / float(turned @ moved))
    return way
