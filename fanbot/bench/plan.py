"""Which measurements belong to a short look and which to the full run, in one report."""

import asyncio
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import orjson

from fanbot import __version__
from fanbot.bench import outside, way
from fanbot.bench.messages import Stream
from fanbot.bootstrap import open_workspace
from fanbot.workspace.starter import starter_source

Report = dict[str, object]
_ROUNDS = 3
"""Rates of a machine that others use as well differ from one minute to the next; the middle one counts."""
_QUESTION = orjson.dumps(
    {"id": "q", "channel": "first", "author": {"id": "first"}, "text": "/help", "direct": True}
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many messages each measurement takes; ``large`` fills a store first, 0 leaves that out."""

    messages: int = 20_000
    large: int = 0


def run(plan: Plan, tell: Callable[[str], None]) -> Report:
    """Measure in fresh workspaces on the machine at hand; ``tell`` hears what goes on."""
    with tempfile.TemporaryDirectory(prefix="fanbot-bench-") as place:
        return _run(plan, Path(place), tell)


def _run(plan: Plan, place: Path, tell: Callable[[str], None]) -> Report:
    report: Report = {
        "fanbot": __version__,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": _machine(),
    }
    small = _workspace(place / "small")
    stream = Stream(plan.messages, max(plan.messages // 10, 10), _examples(small))
    tell("start to first answer")
    report["first_answer_s"] = outside.first_answer(small, _QUESTION)
    tell(f"bulk on standard input: {plan.messages:,} messages")
    report["bulk"] = _middle(
        [outside.bulk(_workspace(place / f"bulk{turn}"), stream) for turn in range(_ROUNDS)]
    )
    tell("the way of a message, and the ceiling of its writes")
    report["way"] = asyncio.run(way.measure(small, place, stream))
    tell("latency at 1,000 messages a second")
    offered = replace(stream, count=min(plan.messages, 6_000))
    report["latency"] = asyncio.run(way.latency(small, place, offered, rate=1000))
    tell("back after a kill")
    report["back_after_kill_s"] = outside.back_after_kill(
        small, replace(stream, first=10_000_000), _QUESTION.replace(b'"q"', b'"q2"')
    )
    if plan.large:
        report["large"] = _large(plan, place, stream, tell)
    return report


def _large(plan: Plan, place: Path, stream: Stream, tell: Callable[[str], None]) -> Report:
    """Fill a store through the front door, then measure the same again on top of it."""
    workspace = _workspace(place / "large")
    tell(f"filling a store with {plan.large:,} messages (this takes minutes)")
    filled = outside.bulk(workspace, replace(stream, count=plan.large, fans=plan.large // 6))
    tell("bulk on top of it, and on empty stores in turn")
    tops: list[Report] = []
    empties: list[Report] = []
    for turn in range(_ROUNDS):
        more = replace(stream, first=20_000_000 + turn * stream.count, fans=plan.large // 6)
        tops.append(outside.bulk(workspace, more))
        empties.append(outside.bulk(_workspace(place / f"fresh{turn}"), more))
    again, empty = _middle(tops), _middle(empties)
    tell("start and back after a kill on the large store")
    return {
        "filling": filled,
        "waiting_items": asyncio.run(_waiting(workspace)),
        "bulk_on_top": again,
        "bulk_on_empty": empty,
        "on_top_of_empty": round(_rate(again) / _rate(empty), 3),
        "first_answer_s": outside.first_answer(workspace, _QUESTION),
        "back_after_kill_s": outside.back_after_kill(
            workspace, replace(stream, first=30_000_000), _QUESTION.replace(b'"q"', b'"q3"')
        ),
    }


def _middle(bulks: Sequence[Report]) -> Report:
    """Return the measurement with the middle rate, and all rates beside it."""
    return {
        **sorted(bulks, key=_rate)[len(bulks) // 2],
        "each_per_second": [_rate(bulk) for bulk in bulks],
    }


def _rate(bulk: Report) -> int:
    rate = bulk["per_second"]
    assert isinstance(rate, int)  # noqa: S101 - written as one above
    return rate


async def _waiting(workspace: Path) -> int:
    from fanbot.bootstrap import opened_store

    async with opened_store(open_workspace(workspace)) as store:
        return await store.desk.waiting()


def _workspace(folder: Path) -> Path:
    source = starter_source()
    for part in ("config", "templates"):
        shutil.copytree(source / part, folder / part)
    return folder


def _examples(folder: Path) -> Sequence[str]:
    templates = open_workspace(folder).snapshot.templates.values()
    return [
        example for template in templates for each in template.variants.values() for example in each.examples
    ]


def _machine() -> Report:
    return {"python": platform.python_version(), "system": sys.platform, "cores": os.cpu_count() or 0}
