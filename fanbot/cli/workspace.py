"""Which workspace a command works on, wherever in the line it was named."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fanbot.workspace.folder import FolderWorkspace


def _nearest(context: typer.Context, given: Path | None) -> Path:
    """Take the folder named here, else the one named before the command, else this folder."""
    if given is not None or context.parent is None:
        return given or Path()
    above = context.parent.params.get("folder")
    return above if isinstance(above, Path) else Path()


Folder = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        callback=_nearest,
        metavar="DIR",
        file_okay=False,
        show_default="this folder",
        help="The folder with your settings and templates.",
    ),
]
"""The option of every command; a command always gets a folder, never None."""


def opened(folder: Path | None) -> "FolderWorkspace":
    """Open the workspace; raises WorkspaceError with what is wrong and where."""
    from fanbot import bootstrap

    return bootstrap.open_workspace(folder or Path())
