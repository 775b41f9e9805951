"""The classifier that is fitted here finds what there is to find."""

import numpy as np
import pytest

from fanbot.understanding.softmax import fit, softmax


def clouds(classes: int, each: int) -> tuple[np.ndarray, np.ndarray]:
    """Make one cloud of points a class, around corners that stand apart."""
    chance = np.random.default_rng(7)
    labels = np.repeat(np.arange(classes), each)
    rows = 3 * np.eye(classes, 6)[labels] + chance.normal(0, 0.4, (len(labels), 6))
    return rows.astype(np.float32), labels


def test_tells_clouds_apart() -> None:
    rows, labels = clouds(4, 30)
    head = fit(rows, labels, 4, importance=np.ones(len(rows), np.float32), penalty=1e-3)
    others, wanted = clouds(4, 50)
    assert (head.logits(others).argmax(axis=1) == wanted).mean() > 0.98


def test_stands_where_no_small_step_lowers_the_loss() -> None:
    rows, labels = clouds(3, 20)
    even = np.full(len(rows), 1 / len(rows), np.float32)
    head = fit(rows, labels, 3, importance=even, penalty=0.05, steps=200)
    off = softmax(head.logits(rows)) - np.eye(3)[labels]
    slope = rows.T @ off / len(rows) + 0.05 * head.weights
    assert np.abs(slope).max() < 0.01
    assert np.abs(off.mean(axis=0)).max() < 0.01


def test_what_weighs_more_is_believed_more() -> None:
    rows = np.ones((2, 1), np.float32)
    labels = np.array([0, 1])
    head = fit(rows, labels, 2, importance=np.array([9, 1], np.float32), penalty=1e-3, steps=200)
    assert softmax(head.logits(rows))[0, 0] == pytest.approx(0.9, abs=0.02)
