"""A group of commands for each adapter that can set itself up, found when it is asked for."""

from typing import Any

import typer
from typer.core import TyperGroup

from fanbot.cli import workspace
from fanbot.cli.setup import setup_of

PANEL = "Platforms"


class Commands(TyperGroup):
    """The commands that fanbot always has, and one for each such adapter: ``fanbot telegram setup``.

    Values of the command library are Any here: it changed the place of its types between releases.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """Name every command; looks for adapters."""
        from fanbot.bootstrap import adapters_to_set_up

        known = super().list_commands(ctx)
        return [*known, *sorted(set(adapters_to_set_up()) - set(known))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; looks for adapters only when it is none that fanbot always has."""
        found = super().get_command(ctx, cmd_name)
        return found if found is not None else _group(cmd_name)


def _group(adapter: str) -> Any:
    from fanbot.bootstrap import adapters_to_set_up

    summary = adapters_to_set_up().get(adapter)
    if summary is None:
        return None

    def platform(folder: workspace.Folder = None) -> None:
        pass

    own = typer.Typer(no_args_is_help=True, add_completion=False)
    own.callback(help=f"{summary}.", epilog=f"Example: fanbot {adapter} setup")(platform)
    own.command("setup", epilog=f"Example: fanbot {adapter} setup --workspace mine")(setup_of(adapter))
    whole = typer.Typer()
    whole.add_typer(own, name=adapter, rich_help_panel=PANEL)
    made: Any = typer.main.get_command(whole)
    return made.commands[adapter]
