"""Remarks to the team: said in order, tried again where that is safe, and never waited for in vain."""

import asyncio

import pytest
from structlog.testing import capture_logs

from fanbot.errors import DeliveryError
from fanbot.ports.staff import Act, ActKind, Remark
from fanbot_telegram.pace import Pace
from fanbot_telegram.remarks import Remarks
from fanbot_telegram.staff_reader import StaffEvent

EVENT = StaffEvent(Act("k", ActKind.WORDS, "1", "Sam", "5", "hello"), 7)


@pytest.mark.parametrize(
    ("error", "tries", "waited"),
    [
        (DeliveryError("refused", permanent=True), 1, []),
        (DeliveryError("cut", ambiguous=True), 1, []),
        (DeliveryError("an hour", retry_after=3600.0), 1, []),
        (DeliveryError("a turn", retry_after=7.0), 3, [7.0, 7.0]),
        (DeliveryError("away"), 3, [1.0, 1.0]),
    ],
)
async def test_a_remark_is_tried_again_only_where_that_helps(
    error: DeliveryError, tries: int, waited: list[float]
) -> None:
    """One that may have arrived is not said twice, and nobody waits for an hour; the next one is said."""
    said: list[str] = []
    sleeps: list[float] = []
    done = asyncio.Event()

    async def say(_: StaffEvent, remark: Remark) -> None:
        said.append(remark.text)
        if remark.text == "first":
            raise error
        done.set()

    async def sleep(seconds: float) -> None:
        sleeps.append(seconds)

    with capture_logs() as logs:
        remarks = Remarks(say, account="main", sleep=sleep)
        remarks.add(EVENT, Remark("first"))
        remarks.add(EVENT, Remark("second"))
        async with asyncio.timeout(5):
            await done.wait()
        await remarks.close()
    assert said == ["first"] * tries + ["second"]
    assert sleeps == waited
    assert [each["thread"] for each in logs] == ["5"]


async def test_of_too_many_remarks_the_oldest_are_lost() -> None:
    """What waits has an end; what is lost is told in the log."""
    said: list[str] = []
    done = asyncio.Event()

    async def say(_: StaffEvent, remark: Remark) -> None:
        said.append(remark.text)
        if len(said) == 100:
            done.set()

    with capture_logs() as logs:
        remarks = Remarks(say, account="main")
        for number in range(103):
            remarks.add(EVENT, Remark(str(number)))
        async with asyncio.timeout(5):
            await done.wait()
        await remarks.close()
    assert said == [str(number) for number in range(3, 103)]
    assert len(logs) == 3


async def test_the_teams_calls_do_not_pile_up_at_the_pace() -> None:
    """What would wait for long is told when to come again, so that nothing waits here when fanbot ends."""
    pace = Pace(now=lambda: 1000.0)
    waiting = [asyncio.create_task(pace.turn(-1, keep=5)) for _ in range(6)]
    await asyncio.sleep(0)
    told = [each.result() for each in waiting if each.done()]
    assert told == [0.0, 3.0, 3.0, 3.0]
    for each in waiting:
        each.cancel()
    await asyncio.wait(waiting)
