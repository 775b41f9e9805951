"""``fanbot decide``: what would happen to many messages, one JSON line for one JSON line."""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fanbot.cli import workspace
from fanbot.cli.awaiting import wait_for
from fanbot.cli.saying import progress

if TYPE_CHECKING:
    from fanbot.services.oracle import Oracle

Source = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help='JSON lines such as {"text": "hello"}, or - for standard input.',
        show_default=False,
    ),
]
_STANDARD_INPUT = 0


def decide(source: Source, folder: workspace.Folder = None) -> None:
    """Show what would happen to many messages: JSON lines in, one JSON decision a line out, in order.

    A line needs "text"; "id", "platform", "direct" and "author" are optional. Each line is judged
    by itself and nothing is sent. A line that cannot be read is named on standard error, the rest
    goes on, and the command ends with exit code 1.
    """
    with ExitStack() as stack:
        descriptor = _STANDARD_INPUT
        if str(source) != "-":
            try:
                descriptor = stack.enter_context(source.open("rb", buffering=0)).fileno()
            except OSError as error:
                told = f"{source} cannot be read ({error.strerror})."
                raise typer.BadParameter(told, param_hint="FILE") from error
        if wait_for(_decided(descriptor, folder)):
            raise typer.Exit(1)


async def _decided(descriptor: int, folder: workspace.Folder) -> int:
    """Judge batch after batch; return how many lines could not be read."""
    from fanbot import bootstrap
    from fanbot.cli.lines import batches
    from fanbot.cli.question import LONGEST

    bad = 0
    size = os.fstat(descriptor).st_size  # 0 for a pipe or a terminal
    shown = size > 0 and not sys.stdout.isatty()
    async with bootstrap.opened_oracle(workspace.opened(folder)) as oracle:
        with progress("Judging", total=size, shown=shown) as done:
            async for batch in batches(descriptor, longest=LONGEST):
                bad += await _judge(oracle, batch)
                done(sum(len(line) + 1 for _, line in batch))
    return bad


async def _judge(oracle: "Oracle", batch: Sequence[tuple[int, bytes]]) -> int:
    from fanbot import bootstrap
    from fanbot.cli.plain import document
    from fanbot.cli.question import BadLineError, foreseen, read

    now = bootstrap.clock().now()
    questions = []
    complaints: list[bytes] = []
    for number, line in batch:
        if not line.strip():
            continue
        try:
            questions.append(read(line, now=now))
        except BadLineError as error:
            complaints.append(document({"error": str(error), "line": number}))
    foresights = await oracle.foresee([question.inbound for question in questions])
    decisions = [
        document(foreseen(foresight, question.id))
        for question, foresight in zip(questions, foresights, strict=True)
    ]
    _write(decisions, err=False)
    _write(complaints, err=True)
    return len(complaints)


def _write(lines: Sequence[bytes], *, err: bool) -> None:
    if lines:
        typer.echo(b"\n".join(lines), err=err)
