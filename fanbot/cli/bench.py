"""Measure fanbot on this machine."""

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer


def bench(
    messages: Annotated[int, typer.Option(help="How many messages each measurement takes.")] = 20_000,
    large: Annotated[
        int, typer.Option(help="First fill a store with this many messages and measure on top of it.")
    ] = 0,
    output: Annotated[Path | None, typer.Option(help="Write the figures here too, as JSON.")] = None,
) -> None:
    """Measure how fast and how large fanbot is on this machine, in a workspace of its own."""
    from fanbot.bench.plan import Plan, run

    report = run(Plan(messages, large), lambda step: print(f"measuring: {step} …", file=sys.stderr))
    told = orjson.dumps(report, option=orjson.OPT_INDENT_2).decode()
    print(told)
    if output is not None:
        output.write_text(f"{told}\n", encoding="utf-8")
