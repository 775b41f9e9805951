"""Kill fanbot again and again while fans write to it on Discord and Telegram, and count what broke.

    python benchmarks/platform_crashes.py --kills 100 --seed 1 --output platform-crashes.json
    python benchmarks/platform_crashes.py --failing --gone 150 --seed 1
    python benchmarks/platform_crashes.py --record platform-crashes.json platform-failing.json

The second lets both platforms fail in every way that they can: errors, floods, cut and hanging requests,
lost connections, and both away. The third puts the figures of both into docs/. Both are fakes on loopback,
which survive. The figures are printed as JSON; the exit code is 1 when any guarantee was broken.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from crashes_page import with_section

from fanbot.bootstrap import open_workspace, opened_desk
from fanbot.storage import written_id
from fanbot.testing.platforms.artist import Reach
from fanbot.testing.platforms.house import House
from fanbot.testing.platforms.judging import Judgement, judged
from fanbot.testing.platforms.premises import Premises
from fanbot.testing.platforms.seats import DISCORD
from fanbot.testing.platforms.seen import PlatformObservation
from fanbot.testing.platforms.storm import PlatformRun, PlatformStorm
from fanbot.testing.platforms.trials import Trials

DOCS = Path(__file__).parent.parent / "docs"
SHARE = "0.1"
SHOWN = 20
REACH = Reach(lambda folder: opened_desk(open_workspace(folder)), written_id)


def measured(house: House, seen: PlatformObservation, judgement: Judgement) -> dict[str, object]:
    """Put together what was seen, and what broke a guarantee."""
    found = judgement.found
    written = {"discord": 0, "telegram": 0}
    for told in seen.told:
        written[told.fan.partition(":")[0]] += 1
    discord = sum(arrival.platform == DISCORD for arrival in seen.arrivals)
    return {
        "messages": written,
        "replies": {"discord": discord, "telegram": len(seen.arrivals) - discord},
        "promotions": sum("[promo:" in arrival.text for arrival in seen.arrivals),
        "replies by people": len(seen.answered),
        "moves that the queue refused": len(house.artist.refused),
        "repeats that Discord told by their nonce": sum(house.premises.discord.world.repeats.values()),
        "parked on Telegram": {
            "there all the same": len(judgement.parked_and_there),
            "missing": len(judgement.parked_and_missing),
        },
        "lost": len(found.lost),
        "doubled": len(found.doubled),
        "with other words": len(found.reworded),
        "reordered": len(found.reordered),
        "beyond the cap": len(found.beyond_the_cap),
        "misplaced": len(found.misplaced),
        "requests that no client should make": len(seen.faults),
        "violations": [*found, *seen.faults][:SHOWN],
        "refusals": sorted(set(house.artist.refused))[:SHOWN],
    }


def _spread(waits: Sequence[float]) -> dict[str, float]:
    if not waits:
        return {}
    return {"median": round(statistics.median(waits), 2), "longest": round(max(waits), 2)}


async def _try(folder: Path, seed: int, gone: float) -> tuple[Trials, PlatformObservation]:
    async with Premises(folder, REACH, share=SHARE) as premises:
        trials = Trials(premises, seed)
        return trials, await trials.run(gone=gone)


async def _run(folder: Path, storm: PlatformStorm) -> tuple[PlatformRun, PlatformObservation]:
    async with Premises(folder, REACH, share=SHARE) as premises:
        run = PlatformRun(premises, storm)
        return run, await run.run()


def record(kills: Path, failing: Path) -> None:
    """Put the figures of two runs beside those of other benchmarks, and their section into the page."""
    runs = {"kills": kills, "failing": failing}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    told = {"at": at, **{name: json.loads(file.read_text("utf-8")) for name, file in runs.items()}}
    figures, page = DOCS / "benchmarks.json", DOCS / "benchmarks.md"
    known = json.loads(figures.read_text("utf-8"))
    figures.write_text(json.dumps({**known, "platform_crashes": told}, indent=2) + "\n", "utf-8")
    page.write_text(with_section(page.read_text("utf-8"), told), "utf-8")


def main(words: Sequence[str]) -> int:
    """Run as long as it takes: about two seconds a kill, ten minutes of failures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--down",
        type=float,
        default=0,
        metavar="SECONDS",
        help="after one more kill run nothing for so long, over 120; Discord forgets all nonces meanwhile",
    )
    parser.add_argument("--failing", action="store_true", help="let both platforms fail instead of fanbot")
    parser.add_argument("--gone", type=float, default=40, metavar="SECONDS", help="how long they are away")
    parser.add_argument("--output", type=Path, help="also write the figures to this file")
    parser.add_argument("--keep", type=Path, help="keep the workspace here, to look into it")
    parser.add_argument(
        "--record", type=Path, nargs=2, metavar=("KILLS", "FAILING"), help="put these two runs into docs/"
    )
    options = parser.parse_args(words)
    if options.record:
        record(*options.record)
        return 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        if options.failing:
            trials, seen = asyncio.run(_try(folder, options.seed, options.gone))
            house, facts = trials.house, {"seconds of each trial": trials.took}
        else:
            storm = PlatformStorm(kills=options.kills, seed=options.seed, down=options.down)
            run, seen = asyncio.run(_run(folder, storm))
            house, facts = run.house, {"seconds from a start to the first reply": _spread(run.waits)}
    judgement = judged(seen, share=Fraction(SHARE), gap=timedelta())
    kills = 0 if options.failing else options.kills
    figures = {
        "kills": kills,
        "seed": options.seed,
        **({"gone": options.gone} if options.failing else {}),
        **measured(house, seen, judgement),
        **facts,
        "seconds": round(time.monotonic() - began),
    }
    told = json.dumps(figures, indent=2, ensure_ascii=False)
    print(told)
    if options.output:
        options.output.write_text(f"{told}\n", encoding="utf-8")
    return 1 if list(judgement.found) or seen.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
