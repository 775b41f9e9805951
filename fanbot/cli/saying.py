"""How commands print: words for people, one JSON document for programs, progress for who waits."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from fanbot.cli import plain

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON document for programs instead of words for people.")
]


def say(text: str) -> None:
    """Print words for people, with nothing in them that a terminal would obey."""
    typer.echo(plain.block(text))


def say_document(record: Mapping[str, object] | Sequence[object]) -> None:
    """Print one JSON document."""
    typer.echo(plain.document(record))


def hint(text: str) -> None:
    """Print a remark beside the result, on standard error."""
    typer.echo(plain.block(text), err=True)


@contextmanager
def progress(label: str, *, total: int | None = None, shown: bool = True) -> Iterator[Callable[[int], None]]:
    """Show on a terminal's standard error how far a work is; call the result with what was done since."""
    if not (shown and sys.stderr.isatty()):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda count: bar.update(task, advance=count)
