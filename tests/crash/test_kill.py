"""fanbot is killed at random moments under load; what fans and people were told stays true."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from fanbot.testing.crashing import CrashRun, Storm
from fanbot.testing.crowd import write_workspace
from fanbot.testing.observing import Observation, Violations, violations
from fanbot.testing.pipes import Heard

SHARE = Fraction(1, 10)
NO_GAP = timedelta()
BACK_WITHIN = 15.0
"""Seconds from a restart to the first line; generous, for a machine that does much else."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> CrashRun:
    """Five kills of one workspace, with people at the desk."""
    folder: Path = write_workspace(tmp_path_factory.mktemp("crash"))
    return CrashRun(folder, Storm(kills=5, seed=20_26, desk_pause=3))


@pytest.fixture(scope="module")
def seen(run: CrashRun) -> Observation:
    """What all its processes said, and the export at the end."""
    return run.run()


@pytest.fixture(scope="module")
def found(seen: Observation) -> Violations:
    """What broke a guarantee."""
    return violations(seen, share=SHARE, gap=NO_GAP)


@pytest.fixture(scope="module")
def again(run: CrashRun, seen: Observation) -> Sequence[Heard]:
    """What a further process says when the whole input comes once more."""
    return run.again()


def test_the_storm_was_one(seen: Observation) -> None:
    """There were kills, confirmations, answers, promotions and people's replies to judge by."""
    assert seen.kills == 5
    assert len(seen.confirmed) == len(seen.told) > 500
    assert len(seen.replies) > 500
    assert any(reply.promotional for reply in seen.replies)


def test_nothing_confirmed_is_lost(found: Violations) -> None:
    """Every confirmed message is in the export, is decided, and has its answer (G1)."""
    assert found.lost == []


def test_nothing_is_decided_or_said_twice(found: Violations) -> None:
    """One event has one decision, and no reply comes again under another key (G2, G3)."""
    assert found.doubled == []


def test_the_same_key_carries_the_same_words(found: Violations) -> None:
    """A reply that comes again after a kill is the same to the letter (G3)."""
    assert found.reworded == []


def test_order_is_kept_in_every_conversation(found: Violations) -> None:
    """Replies first appear in the order of the messages (G4)."""
    assert found.reordered == []


def test_no_promotion_goes_beyond_the_cap(found: Violations) -> None:
    """Each fan's share of promotion stays under the cap over all processes (G5)."""
    assert found.beyond_the_cap == []


def test_nothing_personal_is_answered_by_a_template(found: Violations) -> None:
    """What fans tell of their own life goes to a person, and replies come out where they belong (G6)."""
    assert found.misplaced == []


def test_the_second_terminal_was_never_turned_away(run: CrashRun, seen: Observation) -> None:
    """People answer from the queue while fanbot dies and comes back."""
    assert seen.answered
    assert run.refused == []


def test_a_restart_answers_within_seconds(seen: Observation) -> None:
    """After a kill the next process confirms or answers soon after its start."""
    assert seen.waits
    assert max(seen.waits) < BACK_WITHIN


def test_the_same_input_once_more_sends_nothing(again: Sequence[Heard]) -> None:
    """Everything that was ever said is told apart from what is new."""
    assert again == []
