"""``fanbot export``, ``backup`` and ``restore``: what is kept, out and in again."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from fanbot.cli import workspace
from fanbot.cli.awaiting import wait_for
from fanbot.cli.plain import document
from fanbot.cli.saying import AsJson, hint, progress, say, say_document
from fanbot.errors import FanbotError

if TYPE_CHECKING:
    from fanbot.bootstrap import RestoreReport

Fan = Annotated[
    str | None,
    typer.Argument(help="Whose data, as platform:user, for example telegram:12345.", show_default=False),
]
Everything = Annotated[bool, typer.Option("--all", help="Everybody's data.")]
Output = Annotated[
    Path | None,
    typer.Option(dir_okay=False, metavar="FILE", help="Write to this new file.", show_default="the terminal"),
]
Target = Annotated[
    Path, typer.Argument(help="The file to make, for example fanbot-monday.zip.", show_default=False)
]
Backup = Annotated[
    Path,
    typer.Argument(
        metavar="ARCHIVE", exists=True, dir_okay=False, help="A file that `fanbot backup` made.",
        show_default=False,
    ),
]  # fmt: skip

_TOGETHER = 500
"""Records that are written in one go."""
_ENOUGH = 4 * 1024 * 1024
"""Bytes that are written at once: a record may hold a whole file."""


def export(
    fan: Fan = None, everything: Everything = False, output: Output = None, folder: workspace.Folder = None
) -> None:
    """Write one fan's data, or everything, as JSON lines: every message with its decision and reasons."""
    if (fan is None) != everything:
        raise typer.BadParameter("Name a fan, for example telegram:12345, or say --all.", param_hint="FAN")
    count = wait_for(_export(fan, output, folder))
    if output is not None:
        hint(f"{count:,} records are in {output}. It holds personal data: keep it safe, and delete it later.")


async def _export(fan: str | None, output: Path | None, folder: workspace.Folder) -> int:
    from fanbot import bootstrap

    count = 0
    async with bootstrap.opened_store(workspace.opened(folder)) as store:
        with _written(output) as file, progress("Exporting", shown=output is not None) as done:
            async for lines in _lines(store.archive.export(fan=fan)):
                if file is None:
                    typer.echo(b"\n".join(lines))
                else:
                    file.writelines(line + b"\n" for line in lines)
                count += len(lines)
                done(len(lines))
    return count


async def _lines(records: AsyncIterator[Mapping[str, object]]) -> AsyncIterator[list[bytes]]:
    lines: list[bytes] = []
    size = 0
    async for record in records:
        lines.append(document(record))
        size += len(lines[-1])
        if len(lines) == _TOGETHER or size >= _ENOUGH:
            yield lines
            lines, size = [], 0
    if lines:
        yield lines


@contextmanager
def _written(output: Path | None) -> Iterator[BinaryIO | None]:
    """Open a new file that only its owner reads and that appears when it is whole (P28)."""
    if output is None:
        yield None
        return
    if output.exists():
        raise FanbotError(f"{output} exists already; nothing was written. Choose another name.")
    unfinished = output.with_name(f".{output.name}.unfinished")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
        unfinished.rename(output)
    except OSError as error:
        raise FanbotError(
            f"{output} could not be written ({error.strerror}); no half file was left behind."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def backup(target: Target, as_json: AsJson = False, folder: workspace.Folder = None) -> None:
    """Put workspace, store and fans' files into one file, also while fanbot runs; secrets stay out of it."""
    from fanbot import bootstrap

    if not target.parent.is_dir():
        raise typer.BadParameter(f"There is no folder {target.parent}.", param_hint="TARGET")
    opened = workspace.opened(folder)
    with progress("Backing up"):
        wait_for(bootstrap.back_up(opened, (folder or Path()).resolve(), target))
    if as_json:
        say_document({"file": str(target), "bytes": target.stat().st_size})
    else:
        say(f"Everything but the secrets is in {target}. It holds personal data: keep it safe.")


def restore(source: Backup, as_json: AsJson = False, folder: workspace.Folder = None) -> None:
    """Put a backup in place. What was there is moved aside, never overwritten."""
    from fanbot import bootstrap

    with progress("Restoring"):
        report = wait_for(bootstrap.restore(source, (folder or Path()).resolve()))
    if as_json:
        previous = None if report.previous is None else str(report.previous)
        told = {"backup_at": report.backup_at.isoformat(), "parked": report.parked, "previous": previous}
        say_document(told)
    else:
        say(_told(report))


def _told(report: "RestoreReport") -> str:
    lines = [f"The backup of {report.backup_at:%d %B %Y, %H:%M} UTC is in place."]
    if report.previous is not None:
        lines.append(f"What was here before is in {report.previous}.")
    if report.parked:
        lines.append(
            f"{report.parked} messages were on their way when it was made, so they may have arrived. "
            "None is sent again by itself; `fanbot queue list` shows the items they belong to."
        )
    lines.append("Secrets are not in a backup: `fanbot doctor` says which are missing.")
    return "\n".join(lines)
