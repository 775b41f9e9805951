"""Measure the adapters of Telegram and Discord under load, beside a bare bot on the same library.

`python benchmarks/platforms.py` prints the figures as JSON and keeps them in docs/benchmarks.json and
docs/benchmarks.md. `--quick` takes seconds instead of minutes and keeps nothing. The fake platforms run in
this process and every bot in one of its own, so that only its own work is counted.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

_HERE = Path(__file__).parent
sys.path[:0] = [str(_HERE), str(_HERE.parent), str(_HERE.parent / "adapters")]

from platforms_bot import IN_FLIGHT  # noqa: E402
from platforms_page import with_section  # noqa: E402
from platforms_stage import Place, Stage  # noqa: E402

from fanbot.testing.pipes import clean_environment, command, exported  # noqa: E402
from fanbot.workspace.starter import starter_source  # noqa: E402

DOCS = _HERE.parent / "docs"
PLATFORMS = ("telegram", "discord")
EVERY = {"telegram": 15, "discord": 1}
"""One of so many messages to a whole fanbot is a question, which it answers. Telegram takes 30 a second; on
Discord what people say to each other is not kept, so that all of them are."""
Figures = dict[str, Any]
_SETTLING = 1.0
"""Seconds in which the last message is stored that nobody answers."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many messages a second fans write, for how long, and how often everything is repeated.

    ``pressing``: seconds at the highest rate; ``calls``: of each transport.
    """

    rate: int = 300
    seconds: float = 60
    pressing: float = 10
    warming: float = 3
    rounds: int = 3
    calls: int = 3000


class Bot:
    """A process that is watched."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self._seen = psutil.Process(process.pid)
        self.memory: list[float] = []

    @property
    def worked(self) -> float:
        """Return the seconds that it kept a processor busy."""
        times = self._seen.cpu_times()
        return float(times.user + times.system)

    def weigh(self) -> None:
        """Note its resident memory, in MB."""
        self.memory.append(round(self._seen.memory_info().rss / 1e6, 1))


@asynccontextmanager
async def running(words: Sequence[str], log: Path, environment: dict[str, str]) -> AsyncIterator[Bot]:
    """Run a bot for the block; what it says goes to the log."""
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=said, stderr=said, env=environment
        )
    try:
        yield Bot(process)
        if process.returncode is not None:
            raise RuntimeError(f"It ended with {process.returncode}: {_tail(log)}")
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _tail(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-2000:]


async def loaded(stage: Stage, bot: Bot, size: Size, *, ask: str, every: int) -> Figures:
    """Offer messages, and return what they cost; milliseconds, MB, and microseconds a message."""
    async with asyncio.timeout(60):
        await stage.ready()
    await stage.offer(size.rate, size.warming, ask=ask, every=every, look=lambda: None)
    await stage.rest()
    known, worked, ours = set(stage.written), bot.worked, time.process_time()
    began = time.monotonic()
    await stage.offer(size.rate, size.seconds, ask=ask, every=every, look=bot.weigh)
    ours, offered_for = time.process_time() - ours, time.monotonic() - began
    await stage.rest()
    asked = [message for message in stage.written if message not in known]
    waits = sorted(
        (stage.answered[each] - stage.written[each]) * 1e3 for each in asked if each in stage.answered
    )
    if not waits:
        raise RuntimeError("no message was answered")
    return {
        "messages": round(size.rate * size.seconds),
        "asked": len(asked),
        "answered": len(waits),
        "us": round((bot.worked - worked) / (size.rate * size.seconds) * 1e6),
        "p50_ms": round(waits[len(waits) // 2], 1),
        "p99_ms": round(waits[len(waits) * 99 // 100], 1),
        "memory_mb": bot.memory,
        "fake_busy": round(ours / offered_for, 2),
    }


async def alone(place: Place, kind: str, platform: str, size: Size) -> Figures:
    """Measure one bot that answers every message, at the rate and at its highest."""
    async with place.stage(platform) as stage:
        words = (
            sys.executable,
            str(_HERE / "platforms_bot.py"),
            kind,
            platform,
            json.dumps(dict(stage.settings)),
        )
        path = os.pathsep.join((str(_HERE.parent), str(_HERE.parent / "adapters")))
        environment = {**clean_environment(None), "PYTHONPATH": path}
        async with running(words, place.folder / "bot.log", environment) as bot:
            told = await loaded(stage, bot, size, ask="hello", every=1)
            worked, ours, began = bot.worked, time.process_time(), time.monotonic()
            told["most_per_second"] = round(await stage.press(IN_FLIGHT, size.pressing))
            took = time.monotonic() - began
            told["busy_at_most"] = round((bot.worked - worked) / took, 2)
            told["per_busy_second"] = round(told["most_per_second"] / told["busy_at_most"])
            told["fake_busy_at_most"] = round((time.process_time() - ours) / took, 2)
    return told


async def whole(place: Place, platform: str, size: Size, number: int) -> Figures:
    """Measure `fanbot run` on the starter workspace: most messages are overheard, the others questions."""
    folder = place.folder / f"{platform}-{number}"
    for part in ("config", "templates"):
        shutil.copytree(starter_source() / part, folder / part)
    async with place.stage(platform) as stage:
        settings = "".join(f"{name} = {json.dumps(value)}\n" for name, value in stage.settings.items())
        with (folder / "config/fanbot.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[adapters.{platform}]\n{settings}")
        words = (*command(folder, "run"), "--only", platform)
        environment = clean_environment({"FANBOT_CONSOLE__PORT": "0"})
        async with running(words, folder / "run.log", environment) as bot:
            told = await loaded(stage, bot, size, ask="how long does shipping take", every=EVERY[platform])
            await asyncio.sleep(_SETTLING)
    stored = await asyncio.to_thread(exported, folder)
    told["stored"] = sum(record["type"] == "message" for record in stored)
    told["offered"] = stage.count
    return told


async def transports(place: Place, size: Size) -> Figures:
    """Measure python-telegram-bot on each transport, by calls alone."""
    told: dict[str, list[Figures]] = {"httpx": [], "aiohttp": []}
    async with place.stage("telegram") as stage:
        for _ in range(size.rounds):
            for transport, rows in told.items():
                process = await asyncio.create_subprocess_exec(
                    sys.executable, str(_HERE / "platforms_bot.py"), "calls", transport,
                    json.dumps(dict(stage.settings)), str(size.calls), stdout=asyncio.subprocess.PIPE,
                )  # fmt: skip
                said, _ = await process.communicate()
                rows.append(json.loads(said))
    return {transport: medians(rows) for transport, rows in told.items()}


def medians(rows: Sequence[Figures]) -> Figures:
    """Take the median of every figure, at its place.

    >>> medians([{"us": 1, "mb": [5, 6]}, {"us": 3, "mb": [7, 6]}, {"us": 2, "mb": [6, 6]}])
    {'us': 2, 'mb': [6, 6]}
    """
    told: Figures = {}
    for name, value in rows[0].items():
        values = [row[name] for row in rows]
        if isinstance(value, dict):
            told[name] = medians(values)
        elif isinstance(value, list):
            told[name] = [statistics.median(each) for each in zip(*values, strict=True)]
        else:
            told[name] = statistics.median(values)
    return told


async def measure(size: Size, platforms: Sequence[str] = PLATFORMS) -> Figures:
    """Measure everything in turn, so that what else runs here meets all alike."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    told: Figures = {"rate": size.rate, "seconds": size.seconds, "rounds": size.rounds, "every": EVERY}
    with tempfile.TemporaryDirectory(prefix="fanbot-platforms-") as scratch:
        place = Place(Path(scratch))
        if "telegram" in platforms:
            told["transports"] = await transports(place, size)
        rows: dict[tuple[str, str], list[Figures]] = {}
        loads: dict[str, list[float]] = {}
        for number in range(size.rounds):
            for platform in platforms:
                loads.setdefault(platform, []).append(psutil.getloadavg()[0])
                for kind in ("bare", "adapter"):
                    print(f"measuring: {platform}, {kind}, round {number + 1} …", file=sys.stderr)
                    rows.setdefault((platform, kind), []).append(await alone(place, kind, platform, size))
                print(f"measuring: {platform}, the whole of fanbot, round {number + 1} …", file=sys.stderr)
                rows.setdefault((platform, "whole"), []).append(await whole(place, platform, size, number))
    for platform in platforms:
        bare, adapter = rows[platform, "bare"], rows[platform, "adapter"]
        ratios = [one["us"] / other["us"] for one, other in zip(adapter, bare, strict=True)]
        told[platform] = {
            **{kind: medians(rows[platform, kind]) for kind in ("bare", "adapter", "whole")},
            "at": at,
            "load": round(statistics.median(loads[platform]), 1),
            "cost_of_bare": round(statistics.median(ratios), 2),
            "costs_of_bare": [round(ratio, 2) for ratio in ratios],
        }
    return told


def keep(told: Figures) -> None:
    """Put the figures beside the others, and their section into the page."""
    figures, page = DOCS / "benchmarks.json", DOCS / "benchmarks.md"
    known = json.loads(figures.read_text("utf-8"))
    figures.write_text(json.dumps({**known, "platforms": told}, indent=2) + "\n", "utf-8")
    page.write_text(with_section(page.read_text("utf-8"), told), "utf-8")


def main() -> None:
    """Measure and keep; about seventeen minutes at full length."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few seconds each; nothing is kept")
    parser.add_argument("--seconds", type=float, help="how long fans write to each bot")
    parser.add_argument("--rounds", type=int, help="how often everything is measured")
    parser.add_argument("--rate", type=int, help="messages a second")
    parser.add_argument("--only", choices=PLATFORMS, help="one platform; nothing is kept")
    parser.add_argument("--dry", action="store_true", help="print alone")
    options = parser.parse_args()
    size = Size()
    if options.quick:
        size = replace(size, seconds=3, pressing=2, warming=1, rounds=1, calls=200)
    given = {name: getattr(options, name) for name in ("seconds", "rounds", "rate")}
    size = replace(size, **{name: value for name, value in given.items() if value is not None})
    told = asyncio.run(measure(size, (options.only,) if options.only else PLATFORMS))
    print(json.dumps(told, indent=2))
    if not (options.quick or options.only or options.dry):
        keep(told)


if __name__ == "__main__":
    main()
