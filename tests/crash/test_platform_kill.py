"""fanbot is killed while fans write on Discord and Telegram; what both platforms received stays true."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from fanbot.bootstrap import open_workspace, opened_desk
from fanbot.storage import written_id
from fanbot.testing.discord.certificates import can_be_made
from fanbot.testing.platforms.artist import Reach
from fanbot.testing.platforms.house import House
from fanbot.testing.platforms.judging import Judgement, judged
from fanbot.testing.platforms.premises import Premises
from fanbot.testing.platforms.seats import DISCORD, SEATS, TELEGRAM
from fanbot.testing.platforms.seen import PlatformObservation
from fanbot.testing.platforms.storm import PlatformRun, PlatformStorm
from fanbot.testing.platforms.trials import Trials
from fanbot.testing.platforms.troubles import TROUBLES

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.slow,
    pytest.mark.skipif(not can_be_made(), reason="no `openssl` command to make a certificate with"),
]

REACH = Reach(lambda folder: opened_desk(open_workspace(folder)), written_id)
SHARE = "0.25"
"""So large that a short run sees promotions."""
BACK_WITHIN = 30.0
"""Seconds from a restart to the first reply; generous, for a machine that does much else."""


@dataclass(frozen=True)
class Story:
    """A run and what came of it."""

    house: House
    seen: PlatformObservation
    judgement: Judgement
    waits: list[float]


@asynccontextmanager
async def premises(folder: Path) -> AsyncIterator[Premises]:
    """Both platforms; whatever becomes of the run, no token stands in the log."""
    async with Premises(folder, REACH, share=SHARE) as opened:
        yield opened
        log = opened.log
        assert not [token for token in opened.tokens if token in log]
        assert "Traceback" not in log


async def killed(folder: Path) -> Story:
    async with premises(folder) as opened:
        run = PlatformRun(opened, PlatformStorm(kills=6, seed=20_26))
        return story(run.house, await run.run(), run.waits)


async def tried(folder: Path) -> Story:
    async with premises(folder) as opened:
        some = [trouble for trouble in TROUBLES if trouble.name in ("errors 500", "cuts after it is done")]
        trials = Trials(opened, 20_26, troubles=some, hangs=False, lasting=3.0)
        return story(trials.house, await trials.run(gone=8.0), [])


def story(house: House, seen: PlatformObservation, waits: list[float]) -> Story:
    return Story(house, seen, judged(seen, share=Fraction(SHARE), gap=timedelta()), waits)


@pytest.fixture(scope="module", params=[killed, tried], ids=["kills", "failing platforms"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Six kills of one workspace; or platforms that fail, lose their connections, and go away."""
    made: Story = asyncio.run(request.param(tmp_path_factory.mktemp("platforms")))
    return made


def test_the_story_was_one(told: Story) -> None:
    """Every fan wrote, both platforms were spoken to, people replied, and promotions were sent."""
    assert {message.fan for message in told.seen.told} == {f"{seat.platform}:{seat.fan}" for seat in SEATS}
    spoken = dict.fromkeys((DISCORD, TELEGRAM), 0)
    for arrival in told.seen.arrivals:
        spoken[arrival.platform] += 1
    assert all(count > 10 for count in spoken.values())
    assert told.seen.answered
    assert any("[promo:" in arrival.text for arrival in told.seen.arrivals)


def test_nothing_is_lost(told: Story) -> None:
    """What a platform told or can tell again is decided, and its answer is there or parked and shown (G1)."""
    assert told.judgement.found.lost == []


def test_nothing_is_decided_or_said_twice(told: Story) -> None:
    """One event has one decision, and a fan sees each reply once (G2, G3)."""
    assert told.judgement.found.doubled == []


def test_what_arrived_is_what_is_on_record(told: Story) -> None:
    """No other words, no other place, no template for a personal matter (G3, G6)."""
    assert [*told.judgement.found.reworded, *told.judgement.found.misplaced] == []


def test_order_is_kept_in_every_conversation(told: Story) -> None:
    """Decisions and replies come in the order of the messages (G4)."""
    assert told.judgement.found.reordered == []


def test_no_promotion_goes_beyond_the_cap(told: Story) -> None:
    """Each fan's share of promotion stays under the cap over all processes (G5)."""
    assert told.judgement.found.beyond_the_cap == []


def test_both_platforms_were_asked_only_what_they_document(told: Story) -> None:
    """No limit is broken, and the second terminal is never turned away."""
    assert list(told.seen.faults) == []
    assert told.house.artist.refused == []


def test_a_restart_answers_within_seconds(told: Story) -> None:
    """After a kill the next process answers somebody soon."""
    assert max(told.waits, default=0.0) < BACK_WITHIN
