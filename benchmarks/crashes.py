"""Kill fanbot again and again under load, and count what was lost, doubled, reordered or beyond the cap.

    python benchmarks/crashes.py --kills 100 --seed 1 --output crashes.json

The figures are printed as JSON; the exit code is 1 when any guarantee was broken.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

from fanbot.testing.crashing import CrashRun, Storm
from fanbot.testing.crowd import write_workspace
from fanbot.testing.observing import Observation, Violations, violations

SHARE = "0.1"
SLACK = timedelta(seconds=20)
"""The longest that a promotion may lie admitted before a restarted process brings it out."""
SHOWN = 20


def measured(run: CrashRun, seen: Observation, found: Violations, again: int) -> dict[str, object]:
    """Put the figures of a run together."""
    keys = {reply.key for reply in seen.replies}
    return {
        "kills": seen.kills,
        "seed": run.storm.seed,
        "messages": len(seen.told),
        "confirmed": len(seen.confirmed),
        "replies": len(keys),
        "replies that came again under their own key": len(seen.replies) - len(keys),
        "promotions": len({reply.key for reply in seen.replies if reply.promotional}),
        "replies by people": len(seen.answered),
        "moves that the queue refused": len(run.refused),
        "lost": len(found.lost),
        "doubled": len(found.doubled),
        "with other words": len(found.reworded),
        "reordered": len(found.reordered),
        "beyond the cap": len(found.beyond_the_cap),
        "misplaced": len(found.misplaced),
        "said when all input came once more": again,
        "seconds to the first line after a start": {
            "median": round(statistics.median(seen.waits), 2),
            "longest": round(max(seen.waits), 2),
        },
        "violations": list(found)[:SHOWN],
        "refusals": sorted(set(run.refused))[:SHOWN],
    }


def main(words: Sequence[str]) -> int:
    """Run as long as it takes; about three seconds a kill."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gap", type=int, default=0, metavar="MINUTES", help="the setting [signal] gap")
    parser.add_argument("--output", type=Path, help="also write the figures to this file")
    parser.add_argument("--keep", type=Path, help="keep the workspace here, to look into it")
    options = parser.parse_args(words)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_workspace(options.keep or Path(scratch), gap=f"{options.gap}m", share=SHARE)
        run = CrashRun(folder, Storm(kills=options.kills, seed=options.seed))
        seen = run.run()
        again = len(run.again())
    found = violations(seen, share=Fraction(SHARE), gap=timedelta(minutes=options.gap), slack=SLACK)
    figures = {**measured(run, seen, found, again), "seconds": round(time.monotonic() - began)}
    told = json.dumps(figures, indent=2, ensure_ascii=False)
    print(told)
    if options.output:
        options.output.write_text(f"{told}\n", encoding="utf-8")
    return 1 if again or list(found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
