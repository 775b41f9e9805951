"""A fan whose message waits for a person is told so: once, truly, and in public without a word too much."""

from datetime import UTC, datetime, timedelta

import pytest

from fanbot.domain.decisions import Decision, OpenItem, Route
from fanbot.domain.handoffs import Lane, State
from fanbot.policy.acknowledging import Ack, acknowledgement

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def told(
    lane: Lane,
    *,
    route: Route = Route.HANDOFF,
    direct: bool = True,
    item: OpenItem | None = None,
    usual: timedelta | None = None,
    thanks: bool = False,
) -> Ack | None:
    """Ask for the note on a decision of this lane."""
    decision = Decision(route, ("because",), lane=lane)
    return acknowledgement(decision, direct=direct, item=item, now=NOW, usual=usual, thanks=thanks)


def key(ack: Ack | None) -> str:
    """Name the text of a note that is due."""
    assert ack is not None
    return ack.text_key


@pytest.mark.parametrize(
    ("lane", "text"),
    [
        (Lane.CRISIS, "safety.crisis"),
        (Lane.THREAT, "safety.threat"),
        (Lane.MINOR, "ack.minor"),
        (Lane.PERSONAL, "ack.personal"),
        (Lane.HUMAN, "ack.person"),
        (Lane.ORDER, "ack.order"),
        (Lane.COMPLAINT, "ack.complaint"),
        (Lane.BUSINESS, "ack.business"),
        (Lane.PRESS, "ack.business"),
        (Lane.LICENSING, "ack.business"),
        (Lane.TECH, "ack.tech"),
        (Lane.OTHER, "ack.direct"),
    ],
)
def test_each_lane_has_its_words_in_a_direct_chat(lane: Lane, text: str) -> None:
    """Alone with the fan, the note says what kind of matter was understood."""
    assert key(told(lane)) == text


@pytest.mark.parametrize("lane", list(Lane))
def test_in_a_room_nothing_is_told_of_the_matter(lane: Lane) -> None:
    """Everybody reads along, so the note is the same for every lane and quotes no time."""
    assert told(lane, direct=False, usual=DAY) == Ack("ack.public", choices=False)


@pytest.mark.parametrize("lane", [Lane.CRISIS, Lane.THREAT, Lane.MINOR, Lane.PERSONAL])
def test_grief_and_safety_carry_no_offer_and_no_record(lane: Lane) -> None:
    """No buttons and no statistics stand below such a note."""
    ack = told(lane, usual=DAY)
    assert ack is not None
    assert not ack.choices
    assert not ack.record


def test_a_waiting_time_is_quoted_from_the_record_alone() -> None:
    """Where the record shows how long replies take, a direct note says so."""
    for usual, quoted in ((DAY, True), (None, False)):
        ack = told(Lane.OTHER, usual=usual)
        assert ack is not None
        assert ack.record is quoted


@pytest.mark.parametrize("lane", [Lane.OTHER, Lane.CRISIS])
def test_an_item_is_acknowledged_once_in_twelve_hours(lane: Lane) -> None:
    """Repeats are not met by the same note; after twelve hours it is said again."""
    fresh = OpenItem(1, lane, State.WAITING, acknowledged_at=NOW - timedelta(hours=11, minutes=59))
    stale = OpenItem(1, lane, State.WAITING, acknowledged_at=NOW - timedelta(hours=12))
    never = OpenItem(1, lane, State.WAITING)
    assert told(lane, route=Route.MERGE, item=fresh) is None
    assert told(lane, route=Route.MERGE, item=stale) is not None
    assert told(lane, route=Route.MERGE, item=never) is not None


def test_thanks_for_an_answer_are_met_with_quiet() -> None:
    """Who only thanks is not told that a person reads it; who still waits may be."""
    answered = OpenItem(1, Lane.PERSONAL, State.ANSWERED)
    waiting = OpenItem(1, Lane.PERSONAL, State.WAITING)
    assert told(Lane.PERSONAL, route=Route.MERGE, item=answered, thanks=True) is None
    assert told(Lane.PERSONAL, route=Route.MERGE, item=answered) is not None
    assert told(Lane.PERSONAL, route=Route.MERGE, item=waiting, thanks=True) is not None


@pytest.mark.parametrize("route", [Route.ANSWER, Route.CLARIFY, Route.HUSH, Route.QUARANTINE, Route.RECORD])
def test_only_what_waits_for_a_person_is_acknowledged(route: Route) -> None:
    """A hush, spam and an answer need no note."""
    assert told(Lane.OTHER, route=route) is None
