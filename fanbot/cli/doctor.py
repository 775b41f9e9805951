"""``fanbot doctor``: what a running fanbot needs, what is there, and how to mend the rest."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from fanbot.cli import workspace
from fanbot.cli.awaiting import wait_for
from fanbot.cli.saying import AsJson, say, say_document
from fanbot.errors import WorkspaceError

if TYPE_CHECKING:
    from fanbot.domain.checks import Check


def doctor(as_json: AsJson = False, folder: workspace.Folder = None) -> None:
    """Check settings, templates, platforms and store, and say how to mend what is not right.

    Ends with exit code 1 when something keeps fanbot from doing its work well.
    """
    checks = wait_for(_examined(folder))
    well = all(check.ok for check in checks)
    if as_json:
        told = [
            {"name": check.name, "ok": check.ok, "found": check.found, "remedy": check.remedy}
            for check in checks
        ]
        say_document({"ok": well, "checks": told})
    else:
        say("\n".join(_told(check) for check in checks))
        say("\nAll is well." if well else "\nWhat is marked with ! needs a hand.")
    if not well:
        raise typer.Exit(1)


async def _examined(folder: workspace.Folder) -> Sequence["Check"]:
    from fanbot import bootstrap
    from fanbot.domain.checks import Check

    try:
        opened = workspace.opened(folder)
    except WorkspaceError as error:
        return [Check("workspace", ok=False, found=str(error), remedy="Mend this first, then look again.")]
    return await bootstrap.examine(opened)


def _told(check: "Check") -> str:
    lines = [f"{'ok' if check.ok else '! '}  {check.name}: {check.found}"]
    if check.remedy:
        lines.append(f"    {check.remedy}")
    return "\n".join(lines)
