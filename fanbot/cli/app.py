"""The words that ``fanbot`` understands, in the order in which a newcomer meets them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from fanbot.cli import (
    archive,
    ask,
    begin,
    bench,
    chat,
    decide,
    doctor,
    moves,
    password,
    queue,
    run,
    switches,
    workspace,
)
from fanbot.cli.platforms import Commands

_START, _LOOK, _PEOPLE, _KEEP = "Start", "Look ahead", "People", "Keep"
_COMMANDS: tuple[tuple[str, Callable[..., None], str, str], ...] = (
    ("init", begin.init, "fanbot init mine", _START),
    ("try", chat.talk, "fanbot try --workspace mine", _START),
    ("run", run.run, "fanbot run --workspace mine", _START),
    ("doctor", doctor.doctor, "fanbot doctor --workspace mine", _START),
    ("ask", ask.ask, "fanbot ask 'when do you play in Berlin?' --platform telegram", _LOOK),
    ("decide", decide.decide, "fanbot decide messages.jsonl > decisions.jsonl", _LOOK),
    ("password", password.password, "fanbot password --workspace mine", _PEOPLE),
    ("pause", switches.pause, "fanbot pause --as Ines", _PEOPLE),
    ("resume", switches.resume, "fanbot resume --as Ines", _PEOPLE),
    ("bench", bench.bench, "fanbot bench --messages 20000", _KEEP),
    ("export", archive.export, "fanbot export telegram:12345 --output robin.jsonl", _KEEP),
    ("backup", archive.backup, "fanbot backup fanbot-monday.zip", _KEEP),
    ("restore", archive.restore, "fanbot restore fanbot-monday.zip --workspace mine", _KEEP),
)
_QUEUE: tuple[tuple[str, Callable[..., None], str], ...] = (
    ("list", queue.list_items, "fanbot queue list"),
    ("show", queue.show, "fanbot queue show k3x7"),
    ("claim", moves.claim, "fanbot queue claim k3x7 --as Mira"),
    ("reply", moves.reply, "fanbot queue reply k3x7 'Thank you for telling me this.' --as Mira"),
    ("release", moves.release, "fanbot queue release k3x7"),
    ("snooze", moves.snooze, "fanbot queue snooze k3x7 tomorrow"),
    ("escalate", moves.escalate, "fanbot queue escalate k3x7"),
    ("pass", moves.pass_on, "fanbot queue pass k3x7 --to Tom --note 'He knows this shop order.'"),
    ("close", moves.close, "fanbot queue close k3x7"),
)


@dataclass(slots=True)
class Manner:
    """How this call was asked to behave; filled in by the options before the command."""

    debug: bool = False


def _everywhere(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
    folder: workspace.Folder = None,  # noqa: ARG001 - read by the option of the command behind it
) -> None:
    """Answer fans' routine messages at once, and bring everything personal to a person."""
    if isinstance(context.obj, Manner):
        context.obj.debug = debug
    if version:
        from fanbot import __version__

        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit


def _app() -> typer.Typer:
    items = typer.Typer(no_args_is_help=True, add_completion=False)
    items.callback(epilog="Example: fanbot queue list")(queue.queue)
    for name, command, example in _QUEUE:
        items.command(name, epilog=f"Example: {example}")(command)
    whole = typer.Typer(cls=Commands, add_completion=False, pretty_exceptions_enable=False)
    whole.callback(
        invoke_without_command=True, epilog="Start here: fanbot init mine, then fanbot try --workspace mine"
    )(_everywhere)
    for name, command, example, panel in _COMMANDS:
        whole.command(name, epilog=f"Example: {example}", rich_help_panel=panel)(command)
    whole.add_typer(items, name="queue", rich_help_panel=_PEOPLE)
    return whole


app = _app()
