"""What a template would have said, for the person who answers, and for nobody else."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

import pytest

from fanbot.domain.handoffs import Lane
from fanbot.ports.store import QueueEntry
from fanbot.services.desk import Desk
from fanbot.services.suggesting import Suggesting, Suggestion
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.platform import MemoryPlatform
from fanbot.testing.workspace import FixedWorkspace

Hear = Callable[..., Awaitable[None]]


async def waiting(desk: Desk) -> QueueEntry:
    """Return the one item that waits."""
    (entry,) = await desk.waiting()
    return entry


async def test_the_first_line_of_a_template_that_was_sure_is_suggested(
    hear: Hear, desk: Desk, platform: MemoryPlatform
) -> None:
    """As it would be said now to this fan; the fan gets nothing of it."""
    await hear(inbound("my hoodie came torn"))
    suggestion = desk.suggestion(await waiting(desk))
    assert suggestion is not None
    assert suggestion.template == "shipping"
    assert suggestion.line
    assert suggestion.line not in platform.sent[0].text
    assert "[signal:shipping]" not in platform.sent[0].text


async def test_a_promotion_is_no_suggestion(hear: Hear, desk: Desk) -> None:
    """Only the answer, never what is for sale beside it (P3)."""
    await hear(inbound("no tickets, no help"))
    suggestion = desk.suggestion(await waiting(desk))
    assert suggestion is not None
    assert "shirt" not in suggestion.line


@pytest.mark.parametrize("words", ["hoodie for my sick gran", "my dog died", "what was broken"])
async def test_what_is_private_or_cannot_be_said_has_none(hear: Hear, desk: Desk, words: str) -> None:
    """Nothing personal is answered by a template (P4), and one that fails says nothing."""
    await hear(inbound(words))
    assert desk.suggestion(await waiting(desk)) is None


async def test_an_item_that_became_private_has_none_any_more(hear: Hear, desk: Desk) -> None:
    """Whatever was suggested before: the lane in which it stands now counts."""
    await hear(inbound("my hoodie came torn"))
    entry = await waiting(desk)
    assert desk.suggestion(entry) is not None
    for lane in (Lane.PERSONAL, Lane.CRISIS, Lane.THREAT, Lane.MINOR):
        assert desk.suggestion(replace(entry, handoff=replace(entry.handoff, lane=lane))) is None


async def test_a_template_that_may_not_answer_now_is_passed_over(
    hear: Hear, desk: Desk, workspace: FixedWorkspace, clock: ManualClock
) -> None:
    """It was taken away, or its time is over; the next one that was sure is suggested."""
    await hear(inbound("my hoodie came torn"))
    entry = replace(await waiting(desk), suggestions=("gone", "shipping", "sizes"))
    snapshot, known = workspace.snapshot, desk.suggesting
    assert known is not None
    over = {**snapshot.templates, "shipping": replace(snapshot.templates["shipping"], until=date(2020, 1, 1))}
    suggesting = Suggesting(known.rendering, over, snapshot.settings.timezone, clock)
    assert suggesting.first(entry) == Suggestion("sizes", "About sizes. [signal:sizes]")
