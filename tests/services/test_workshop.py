"""An editor's change is taken up as a whole or not at all, while messages go on being answered."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from fanbot.bootstrap import Machine
from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import OutboundKind
from fanbot.domain.templates import Problem
from fanbot.errors import TemplateError
from fanbot.services.desk import Desk
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.platform import MemoryPlatform
from fanbot.testing.stores import decide, handed_over
from fanbot.testing.stores import hear as kept
from fanbot.testing.troubles import TroubledStore
from fanbot.testing.understanding import ScriptedUnderstanding, routine
from fanbot.testing.workspace import FixedWorkspace, snapshot_of, template, with_problems

Hear = Callable[..., Awaitable[None]]
NEW = snapshot_of([template("sizes", "We have large again. [signal:sizes]"), template("vinyl")])
PROBLEM = Problem("templates/sizes.md", "{{ fact.size }}", "facts.…", 7, kept="The last good version stays.")


def last(platform: MemoryPlatform) -> str:
    """Read the newest words."""
    return platform.sent[-1].text


async def test_at_the_start_everything_is_learned(
    machine: Machine, understanding: ScriptedUnderstanding, workspace: FixedWorkspace
) -> None:
    """The understanding knows every template before the first message."""
    await machine.workshop.open()
    assert [each.id for each in understanding.learned[-1]] == [*workspace.snapshot.templates]


async def test_a_change_is_learned_and_said(
    machine: Machine,
    hear: Hear,
    platform: MemoryPlatform,
    workspace: FixedWorkspace,
    understanding: ScriptedUnderstanding,
) -> None:
    """Words and what is understood change together; no restart is needed."""
    workspace.change(NEW)
    await machine.workshop.refresh()
    understanding.script["is there vinyl"] = routine("vinyl")
    assert [each.id for each in understanding.learned[-1]] == ["sizes", "vinyl"]
    await hear(inbound("do you have large", message="1"), inbound("is there vinyl", message="2"))
    assert "We have large again." in platform.sent[0].text
    assert "About vinyl." in platform.sent[1].text


async def test_a_change_that_cannot_be_learned_leaves_everything_as_it_was(
    machine: Machine,
    hear: Hear,
    platform: MemoryPlatform,
    workspace: FixedWorkspace,
    understanding: ScriptedUnderstanding,
) -> None:
    """The last good version goes on answering; an editor's slip costs no fan an answer (G7)."""
    await machine.workshop.open()
    workspace.change(NEW)
    understanding.refuse(TemplateError("two examples are the same"))
    with capture_logs() as told:
        await machine.workshop.refresh()
    assert [line["log_level"] for line in told] == ["warning"]
    assert len(understanding.learned) == 1
    await hear(inbound("do you have large", message="1"), inbound("when will my hoodie come", message="2"))
    assert ["About" in said.text for said in platform.sent] == [True, True]


async def test_a_surprise_in_learning_changes_nothing_and_is_not_hidden(
    machine: Machine,
    hear: Hear,
    platform: MemoryPlatform,
    workspace: FixedWorkspace,
    understanding: ScriptedUnderstanding,
) -> None:
    """An error that nobody foresaw is told to whoever asked for the refresh."""
    workspace.change(NEW)
    understanding.refuse(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await machine.workshop.refresh()
    await hear(inbound("when will my hoodie come"))
    assert "About shipping." in last(platform)


async def test_texts_that_cannot_be_said_leave_everything_as_it_was(
    machine: Machine, hear: Hear, platform: MemoryPlatform, workspace: FixedWorkspace
) -> None:
    """A creator's own text with an unknown name in it is refused before anybody reads it."""
    workspace.change(replace(NEW, texts={"en": {"intro.first": "Hello {nobody}"}}))
    await machine.workshop.refresh()
    await hear(inbound("do you have large"))
    assert "automatic assistant" in last(platform)
    assert "About sizes." in last(platform)


async def test_the_next_good_change_is_taken_up(
    machine: Machine,
    hear: Hear,
    platform: MemoryPlatform,
    workspace: FixedWorkspace,
    understanding: ScriptedUnderstanding,
) -> None:
    """A slip that was mended is forgotten."""
    understanding.refuse(TemplateError("two examples are the same"))
    for _ in range(2):
        workspace.change(NEW)
        await machine.workshop.refresh()
    await hear(inbound("do you have large"))
    assert "We have large again." in last(platform)


async def test_nothing_changed_is_nothing_learned(
    machine: Machine, understanding: ScriptedUnderstanding
) -> None:
    """A look at a folder that stands still costs nothing."""
    await machine.workshop.open()
    await machine.workshop.refresh()
    await machine.workshop.refresh()
    assert len(understanding.learned) == 1


async def test_a_problem_is_told_once_and_so_is_its_end(machine: Machine, workspace: FixedWorkspace) -> None:
    """An editor reads of a slip when it is made, not every second after it."""
    await machine.workshop.open()
    good = workspace.snapshot
    with capture_logs() as told:
        workspace.change(with_problems(good, PROBLEM))
        await machine.workshop.refresh()
        await machine.workshop.refresh()
        workspace.change(good)
        await machine.workshop.refresh()
    of_problems = [line for line in told if "problem" in line["event"]]
    assert [line["log_level"] for line in of_problems] == ["warning", "info"]
    assert of_problems[0]["problem"] == str(PROBLEM)


async def test_waiting_times_are_said_once_the_record_shows_them(
    machine: Machine,
    hear: Hear,
    platform: MemoryPlatform,
    desk: Desk,
    store: TroubledStore,
    clock: ManualClock,
) -> None:
    """Twenty answered within the hour are a record; before that nothing is claimed (P6, P16)."""
    await hear(inbound("my parcel came broken", channel="first"))
    await machine.workshop.measure(store.desk)
    await hear(inbound("my parcel came broken", channel="second"))
    assert "In the last 30 days" not in last(platform)
    letters = [inbound("my parcel", channel=f"fan{number}") for number in range(20)]
    waiting = await kept(store, *letters)
    await decide(store, *(handed_over(pending, Lane.ORDER) for pending in waiting))
    for entry in await desk.waiting():
        await desk.reply(entry.handoff.id, "A new one is on its way.", who="Sam")
    clock.move(timedelta(hours=2))
    await machine.workshop.measure(store.desk)
    await hear(inbound("my parcel came broken", channel="third"))
    told = next(said for said in platform.sent if said.address.channel == "third")
    assert "had an answer within 1 hour" in told.text
    assert told.kind is OutboundKind.ACKNOWLEDGEMENT
