"""The web chat and the console are killed at random moments; what browsers were told stays true."""

import pytest

from fanbot.testing.faces.judging import ChatViolations, chat_violations
from fanbot.testing.faces.seen import ChatObservation
from fanbot.testing.faces.storm import ChatRun, ChatStorm

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

BACK_WITHIN = 30.0
"""Seconds from a restart to the first page; generous, for a machine that does much else."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> ChatRun:
    """Two kills of one workspace, with visitors and two artists."""
    return ChatRun(tmp_path_factory.mktemp("chat"), ChatStorm(kills=2, seed=20_26, load=1.5))


@pytest.fixture(scope="module")
def seen(run: ChatRun) -> ChatObservation:
    """What all the browsers were shown, and the export at the end."""
    return run.run()


@pytest.fixture(scope="module")
def found(seen: ChatObservation) -> ChatViolations:
    """What broke a promise."""
    return chat_violations(seen)


def test_people_were_there(run: ChatRun, seen: ChatObservation) -> None:
    """Visitors wrote and saw answers, artists replied, and both were cut off."""
    assert len(seen.seats) >= 20
    assert sum(told.confirmed for seat in seen.seats for told in seat.written) >= 20
    assert any(bubble.voice == "assistant" for seat in seen.seats for bubble in seat.final)
    assert any(reply.confirmed for reply in seen.replies)
    assert all(artist.signed_in for artist in run.artists)


def test_nothing_confirmed_is_lost(found: ChatViolations) -> None:
    """Confirmed messages, replies, drafts and sign-ins are there after every start, and decided (G1)."""
    assert found.lost == []


def test_nothing_is_there_twice(found: ChatViolations) -> None:
    """However often a message or a form was sent, it stands there once (G2, G3)."""
    assert found.doubled == []


def test_what_was_shown_stays_as_it_was(found: ChatViolations) -> None:
    """No bubble changes, moves or goes away."""
    assert [*found.changed, *found.vanished] == []


def test_order_is_kept(found: ChatViolations) -> None:
    """Messages stand as they were written, answers behind theirs (G4)."""
    assert found.reordered == []


def test_nobody_is_shown_what_is_for_somebody_else(found: ChatViolations) -> None:
    """Every word stands in the conversation where it belongs."""
    assert found.misplaced == []


def test_what_was_taken_back_is_never_shown(found: ChatViolations) -> None:
    """A reply that its artist took back before it left reaches nobody."""
    assert found.recalled == []


def test_one_of_two_gets_an_item(found: ChatViolations) -> None:
    """Of two people who claim one item, one has it (P21)."""
    assert found.both_won == []


def test_a_restart_answers_within_seconds(run: ChatRun) -> None:
    """After a kill the next process serves both pages soon."""
    assert run.waits
    assert max(run.waits) < BACK_WITHIN
