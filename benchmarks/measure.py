"""Make the figures in docs/benchmarks.md: run `fanbot bench`, keep its JSON, write the page from it."""

import argparse
import json
from pathlib import Path
from typing import Any

from console_page import section as console_section
from crashes_page import section as crashes_section
from platforms_page import section as platforms_section

from fanbot.bench.plan import Plan, run

_DOCS = Path(__file__).parent.parent / "docs"
_SECTIONS = {"console": console_section, "platforms": platforms_section, "platform_crashes": crashes_section}
"""What other benchmarks keep among the figures, and how each is told on the page."""
_GOALS = """\
| What | Goal | Measured |
|---|---|---|
| bulk, durable, standard input to standard output | 4,000 messages/s | {bulk:,} |
| the way of a message, of the write ceiling in the same run | at least 0.5 | {ratio} |
| stored to handed over at 1,000 messages/s offered, p99 | under 10 ms | {p99} ms |
| bulk on top of {large:,} messages and {waiting:,} waiting items, of an empty store | at least 0.8 | {top} |
| memory of the process after {large:,} messages | under 200 MB | {memory} MB |
| start to first answer | under 2 s | {start} s ({start_large} s on the large store) |
| back to work after a kill | under 2 s | {back} s ({back_large} s on the large store) |
"""


def page(report: dict[str, Any]) -> str:
    """Write the page."""
    way, large = report["way"], report["large"]
    goals = _GOALS.format(
        bulk=report["bulk"]["per_second"],
        ratio=way["way_of_ceiling"],
        p99=report["latency"]["p99_ms"],
        large=large["filling"]["messages"],
        waiting=large["waiting_items"],
        top=large["on_top_of_empty"],
        memory=large["filling"]["peak_memory_mb"],
        start=report["first_answer_s"],
        start_large=large["first_answer_s"],
        back=report["back_after_kill_s"],
        back_large=large["back_after_kill_s"],
    )
    shares = "\n".join(f"| {name} | {value} |" for name, value in way["microseconds_a_message"].items())
    machine, latency = report["machine"], report["latency"]
    return f"""# What was measured

Made by `python benchmarks/measure.py` on {report["at"]}, Python {machine["python"]}, {machine["cores"]} cores
shared with other work; ratios come from one run, and each figure is the middle one of several rounds
in turn. All of them are in
[benchmarks.json](benchmarks.json). Of ten messages in the stream, five are routine, two are for a
person, three are chatter; nearly all differ from each other.

{goals}
## Where the time goes

Microseconds a message on one thread at a time, in batches of {way["piece"]}. *Append* and *record and settle*
are the writes; the ceiling is what they alone allow ({way["write_ceiling_per_second"]:,} messages/s), and the
whole way reached {way["way_per_second"]:,} messages/s. *Read back* is what the engine reads before it judges.

| Stage | µs |
|---|---|
{shares}

At 1,000 messages/s offered, from stored to handed over: p50 {latency["p50_ms"]} ms,
p90 {latency["p90_ms"]} ms, p99 {latency["p99_ms"]} ms; in the first second after the start p99
{latency["first_second_p99_ms"]} ms, because templates and phrases are compiled when they are first needed.
One commit lies between: the one that holds the decision, its outbox row and the claim.
"""


def main() -> None:
    """Measure and write, or write the page anew from figures that are there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=40_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--page-only", action="store_true")
    options = parser.parse_args()
    figures = _DOCS / "benchmarks.json"
    if not options.page_only:
        report = run(Plan(options.messages, options.large), lambda step: print(f"measuring: {step} …"))
        known = json.loads(figures.read_text("utf-8")) if figures.exists() else {}
        kept = {name: known[name] for name in _SECTIONS if name in known}
        figures.write_text(json.dumps({**report, **kept}, indent=2) + "\n", "utf-8")
    report = json.loads(figures.read_text("utf-8"))
    others = "".join(f"\n{tell(report[name])}" for name, tell in _SECTIONS.items() if name in report)
    (_DOCS / "benchmarks.md").write_text(page(report) + others, "utf-8")


if __name__ == "__main__":
    main()
