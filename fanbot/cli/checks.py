"""How commands tell what was looked at: one line each, what to do below it, and an exit code."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from fanbot.cli.saying import say, say_document

if TYPE_CHECKING:
    from fanbot.domain.checks import Check


def tell(checks: Sequence["Check"], *, as_json: bool, **more: object) -> None:
    """Print the checks, and ``more`` in the document for programs; exits 1 when one of them is not ok."""
    well = all(check.ok for check in checks)
    if as_json:
        say_document({"ok": well, "checks": [_record(check) for check in checks], **more})
    else:
        say("\n".join(_told(check) for check in checks))
        say("\nAll is well." if well else "\nWhat is marked with ! needs a hand.")
    if not well:
        raise typer.Exit(1)


def _record(check: "Check") -> Mapping[str, object]:
    return {"name": check.name, "ok": check.ok, "found": check.found, "remedy": check.remedy}


def _told(check: "Check") -> str:
    lines = [f"{'ok' if check.ok else '! '}  {check.name}: {check.found}"]
    lines.extend(f"    {line}" for line in check.remedy.splitlines())
    return "\n".join(lines)
