"""When a set-aside item comes back."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from fanbot.cli.times import moment
from fanbot.errors import FanbotError

NOW = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def test_tomorrow_is_tomorrow_where_the_team_lives() -> None:
    """At half past one in the night in Berlin, tomorrow is the day after that night."""
    assert moment("tomorrow", now=NOW, timezone=BERLIN) == datetime(2026, 7, 3, 9, tzinfo=BERLIN)


def test_a_day_means_its_morning() -> None:
    """A bare date comes back at nine in the morning."""
    assert moment("2026-12-24", now=NOW, timezone=BERLIN) == datetime(2026, 12, 24, 9, tzinfo=BERLIN)


@pytest.mark.parametrize("said", ["", "later", "3 days", "2h30m", "99999999d", "2026-02-30", "-1h"])
def test_anything_else_is_explained(said: str) -> None:
    """What is no time names examples that are."""
    with pytest.raises(FanbotError, match="Say for example 30m, 2h, 3d, tomorrow"):
        moment(said, now=NOW, timezone=BERLIN)
