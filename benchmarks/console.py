"""Measure the team's page on a large store: its time, its weight, and 200 pages that stay open.

`python benchmarks/console.py` fills a store, serves the console in a process of its own, prints the
figures as JSON and keeps them in docs/benchmarks.json and docs/benchmarks.md. `--small` takes a smaller
store and keeps nothing.
"""

import argparse
import asyncio
import gzip
import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

_HERE = Path(__file__).parent
sys.path[:0] = [str(_HERE), str(_HERE.parent)]

from console_client import Line  # noqa: E402
from console_page import with_section  # noqa: E402
from console_served import PASSWORD  # noqa: E402
from console_store import fill  # noqa: E402

from fanbot.domain.handoffs import Lane  # noqa: E402
from fanbot.domain.messages import Kind  # noqa: E402
from fanbot.domain.settings import SignalSettings  # noqa: E402
from fanbot.storage import SqlStore, open_store  # noqa: E402
from fanbot.testing.letters import inbound  # noqa: E402
from fanbot.testing.stores import decide, handed_over, hear  # noqa: E402
from fanbot.workspace.starter import starter_source  # noqa: E402

DOCS = _HERE.parent / "docs"
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How large the store is, how often each page is asked for, and how many stay open."""

    items: int = 100_000
    messages: int = 1_000_000
    asked: int = 500
    open: int = 200
    changes: int = 20


def percentiles(values: Sequence[float]) -> Figures:
    """Say what half and what 99 of 100 do not pass, in milliseconds.

    >>> percentiles([1.0, 2.0, 3.0])
    {'p50_ms': 2.0, 'p99_ms': 3.0, 'count': 3}
    """
    ranked = sorted(values)
    told = {f"p{share}_ms": round(ranked[len(ranked) * share // 100], 1) for share in (50, 99)}
    return {**told, "count": len(ranked)}


async def timed(line: Line, paths: Sequence[str], change: sqlite3.Connection) -> Figures:
    """Ask for each path after a change, so that nothing is remembered; milliseconds inside the server."""
    await line.ask("/-/times")
    for path in paths:
        change.execute("UPDATE pulse SET beats = beats + 1")
        status, _, _ = await line.ask(path)
        if status != 200:
            raise RuntimeError(f"{path} was answered with {status}")
    _, _, body = await line.ask("/-/times")
    times = json.loads(body)["times"]
    work = percentiles([work for _, _, work in times])
    return {**percentiles([took for _, took, _ in times]), "work_p99_ms": work["p99_ms"]}


async def weight(line: Line, path: str) -> int:
    """Weigh a page with all that it loads, packed, in bytes."""
    _, headers, body = await line.ask(path)
    page = (gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body).decode()
    whole = len(body)
    for address in sorted(set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))):
        whole += len((await line.ask(address))[2])
    return whole


async def live(port: int, cookie: str, store: SqlStore, size: Size, items: Sequence[int]) -> Figures:
    """Keep pages open, half on the queue and half on conversations, each on one of its own.

    Milliseconds from the commit of a new item to the refetched page in hand, of every page and change.
    """
    took: list[float] = []
    committed = 0.0
    hands: list[asyncio.Event] = [asyncio.Event() for _ in range(size.open)]
    wanted = ""

    async def page(number: int, ready: asyncio.Event) -> None:
        line, stream = Line(port, cookie), Line(port, cookie)
        item = items[number]
        path = "/queue" if number % 2 else f"/items/{item}/talk?seen=waiting."
        _, headers, _ = await line.ask(path)
        mark = headers["etag"]
        reader = await stream.listen("/events")
        heard = -1
        try:
            while told := await reader.readline():
                if not told.startswith(b"event: changed"):
                    continue
                status, headers, body = await line.ask(path, mark=mark)
                heard += 1
                if heard == 0:
                    ready.set()
                    continue
                if number % 2 and status == 200 and wanted.encode() not in gzip.decompress(body):
                    continue
                mark = headers["etag"]
                if not hands[number].is_set():
                    took.append((time.perf_counter() - committed) * 1000)
                    hands[number].set()
        finally:
            line.close()
            stream.close()

    ready = [asyncio.Event() for _ in range(size.open)]
    pages = [asyncio.create_task(page(number, each)) for number, each in enumerate(ready)]
    async with asyncio.timeout(120):
        await asyncio.gather(*(each.wait() for each in ready))
        await asyncio.sleep(1)
        for change in range(size.changes):
            for hand in hands:
                hand.clear()
            letter = inbound(
                "I do not want to go on", channel=f"new-{change}", message=f"new-{change}", platform="stdio",
                kind=Kind.MESSAGE, received_at=datetime.now(UTC),
            )  # fmt: skip
            (pending,) = await hear(store, letter)
            wanted = 'id="item-'
            await decide(store, handed_over(pending, Lane.CRISIS, at=datetime.now(UTC)))
            committed = time.perf_counter()
            await asyncio.gather(*(hand.wait() for hand in hands))
            await asyncio.sleep(0.5)
    for each in pages:
        each.cancel()
    await asyncio.gather(*pages, return_exceptions=True)
    return {"pages": size.open, **percentiles(took)}


async def measure(size: Size) -> Figures:
    """Fill, serve, ask."""
    chance = random.Random(7)  # noqa: S311 - a repeatable choice, not a secret
    with tempfile.TemporaryDirectory(prefix="fanbot-console-") as place:
        folder, file = Path(place) / "workspace", Path(place) / "fanbot.db"
        for part in ("config", "templates"):
            shutil.copytree(starter_source() / part, folder / part)
        url = f"sqlite:///{file}"
        await (await open_store(url, settings=SignalSettings(), now=lambda: datetime.now(UTC))).close()
        began = time.perf_counter()
        now = time.time_ns() // 1000
        await asyncio.to_thread(fill, file, items=size.items, messages=size.messages, now=now)
        filled = time.perf_counter() - began
        async with AsyncExitStack() as until:
            server = subprocess.Popen(  # noqa: ASYNC220 - it only starts
                [sys.executable, str(_HERE / "console_served.py"), str(folder), url],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
            until.callback(server.wait, 20)
            assert server.stdin is not None
            assert server.stdout is not None
            until.callback(server.stdin.close)
            told = json.loads(await asyncio.to_thread(server.stdout.readline))
            figures = await _asked(told, url, file, size, chance)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "items": size.items,
        "messages": size.messages,
        "filled_s": round(filled, 1),
        **figures,
    }


async def _asked(told: Figures, url: str, file: Path, size: Size, chance: random.Random) -> Figures:
    port = told["port"]
    door = Line(port)
    status, headers, said = await door.ask(
        "/sign-in", form=urlencode({"name": told["who"], "password": PASSWORD})
    )
    if status != 303:
        raise RuntimeError(f"the door stays closed: {status} {said[:300]!r}")
    cookie = headers["set-cookie"].partition(";")[0]
    line = Line(port, cookie)
    store = await open_store(url, settings=SignalSettings(), now=lambda: datetime.now(UTC))
    items = chance.sample(range(2, size.items), max(size.asked, size.open))
    change = sqlite3.connect(file, isolation_level=None, timeout=10)
    change.execute("PRAGMA synchronous = OFF")
    try:
        (pending,) = await hear(store, inbound("hello", channel="first", platform="stdio"))
        await decide(store, handed_over(pending))
        asked = items[: size.asked]
        for path in ("/", "/queue", "/items/1", "/items/1/talk"):
            await line.ask(path)
        pages = {
            "queue_page": await timed(line, ["/"] * size.asked, change),
            "queue_part": await timed(line, ["/queue"] * size.asked, change),
            "item_page": await timed(line, [f"/items/{item}" for item in asked], change),
            "item_part": await timed(line, [f"/items/{item}/talk" for item in asked], change),
            "long_conversation": await timed(line, ["/items/1"] * size.asked, change),
        }
        weights = {
            "queue_bytes": await weight(line, "/"),
            "item_bytes": await weight(line, f"/items/{items[0]}"),
            "long_conversation_bytes": await weight(line, "/items/1"),
        }
        return {**pages, "weight": weights, "live": await live(port, cookie, store, size, items)}
    finally:
        change.close()
        await store.close()
        line.close()
        door.close()


def keep(told: Figures) -> None:
    """Put the figures beside the others, and their section at the end of the page."""
    figures, page = DOCS / "benchmarks.json", DOCS / "benchmarks.md"
    known = json.loads(figures.read_text("utf-8"))
    figures.write_text(json.dumps({**known, "console": told}, indent=2) + "\n", "utf-8")
    page.write_text(with_section(page.read_text("utf-8"), told), "utf-8")


def main() -> None:
    """Measure and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a small store; nothing is kept")
    parser.add_argument("--dry", action="store_true", help="print alone")
    options = parser.parse_args()
    size = Size()
    if options.small:
        size = replace(size, items=2_000, messages=20_000, asked=100, changes=5)
    told = asyncio.run(measure(size))
    print(json.dumps(told, indent=2))
    if not (options.small or options.dry):
        keep(told)


if __name__ == "__main__":
    main()
