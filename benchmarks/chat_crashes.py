"""Kill the web chat and the console again and again while people use them, and count what broke.

    python benchmarks/chat_crashes.py --kills 50 --seed 1 --output chat-crashes.json

Twenty visitors chat and two artists reply, as browsers. The figures are printed as JSON; the exit code
is 1 when any promise was broken.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from fanbot.testing.faces.judging import ChatViolations, chat_violations
from fanbot.testing.faces.seen import ChatObservation
from fanbot.testing.faces.storm import ChatRun, ChatStorm

SHOWN = 20


def measured(run: ChatRun, seen: ChatObservation, found: ChatViolations) -> dict[str, object]:
    """Put the figures of a run together."""
    bubbles = [bubble for seat in seen.seats for bubble in seat.final]
    return {
        "kills": run.storm.kills,
        "seed": run.storm.seed,
        "visitors at a time": run.storm.visitors,
        "conversations": len(seen.seats),
        "messages written": sum(len(seat.written) for seat in seen.seats),
        "messages confirmed": sum(told.confirmed for seat in seen.seats for told in seat.written),
        "automatic replies": sum(bubble.voice == "assistant" for bubble in bubbles),
        "replies by people": {
            "written": len(seen.replies),
            "confirmed": sum(reply.confirmed for reply in seen.replies),
            "taken back": sum(reply.recalled for reply in seen.replies),
            "cut off without an answer": sum(reply.unsure for reply in seen.replies),
            "arrived": sum(bubble.voice == "person" for bubble in bubbles),
        },
        "items closed": sum(closing.confirmed for closing in seen.closings),
        "claims": len(run.rivalry.claims),
        "claims by both at once, with one winner": run.rivalry.races,
        "messages cut off on their way": sum(visitor.cuts for visitor in run.visitors),
        "forms cut off on their way": sum(artist.cuts for artist in run.artists),
        "looks at a conversation": sum(len(seat.looks) for seat in seen.seats),
        **{name.replace("_", " "): len(told) for name, told in found.by_name().items()},
        "seconds from a start to the first 200": _spread(run.waits),
        "seconds from a start to the first confirmed message": _spread(run.confirmed_after),
        "violations": list(found)[:SHOWN],
    }


def _spread(waits: Sequence[float]) -> dict[str, float]:
    if not waits:
        return {}
    return {"median": round(statistics.median(waits), 2), "longest": round(max(waits), 2)}


def main(words: Sequence[str]) -> int:
    """Run as long as it takes; about four seconds a kill."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, help="also write the figures to this file")
    parser.add_argument("--keep", type=Path, help="keep the workspace here, to look into it")
    options = parser.parse_args(words)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        run = ChatRun(options.keep or Path(scratch), ChatStorm(kills=options.kills, seed=options.seed))
        seen = run.run()
    found = chat_violations(seen)
    figures = {**measured(run, seen, found), "seconds": round(time.monotonic() - began)}
    told = json.dumps(figures, indent=2, ensure_ascii=False)
    print(told)
    if options.output:
        options.output.write_text(f"{told}\n", encoding="utf-8")
    return 1 if list(found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
