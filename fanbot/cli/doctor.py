"""``fanbot doctor``: what a running fanbot needs, what is there, and how to mend the rest."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fanbot.cli import workspace
from fanbot.cli.awaiting import wait_for
from fanbot.cli.checks import tell
from fanbot.cli.saying import AsJson
from fanbot.errors import WorkspaceError

if TYPE_CHECKING:
    from fanbot.domain.checks import Check


def doctor(as_json: AsJson = False, folder: workspace.Folder = None) -> None:
    """Check settings, templates, platforms and store, and say how to mend what is not right.

    Ends with exit code 1 when something keeps fanbot from doing its work well.
    """
    from fanbot.cli import logs

    with logs.aside():
        checks = wait_for(_examined(folder))
    tell(checks, as_json=as_json)


async def _examined(folder: workspace.Folder) -> Sequence["Check"]:
    from fanbot import bootstrap
    from fanbot.domain.checks import Check

    try:
        opened = workspace.opened(folder)
    except WorkspaceError as error:
        return [Check("workspace", ok=False, found=str(error), remedy="Mend this first, then look again.")]
    return await bootstrap.examine(opened)
