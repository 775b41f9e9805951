"""``fanbot ADAPTER setup``: bring the accounts of one platform in order, and say what a person has to do."""

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fanbot.cli import workspace
from fanbot.cli.awaiting import wait_for
from fanbot.cli.checks import tell
from fanbot.cli.saying import AsJson, hint, say

if TYPE_CHECKING:
    from fanbot.bootstrap import AccountSetUp

Account = Annotated[
    str,
    typer.Option(
        metavar="NAME", show_default="all", help="This account alone; `main` is the one without a name."
    ),
]
NewToken = Annotated[
    bool, typer.Option("--new-token", help="Ask for another token, to be kept in place of the present one.")
]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MAIN = "main"


def setup_of(adapter: str) -> Callable[..., None]:
    """Return the command that sets up the accounts of this adapter."""

    def setup(
        account: Account = "",
        new_token: NewToken = False,
        as_json: AsJson = False,
        folder: workspace.Folder = None,
    ) -> None:
        """Set up the bot on its platform as far as a program can, and say what is left for you to do.

        May be run again at any time. Ends with exit code 1 when something is left to do.
        """
        if account and not _NAME.fullmatch(account):
            raise typer.BadParameter("a name has letters, digits, _ and - only", param_hint="--account")
        if new_token and not sys.stdin.isatty():
            raise typer.BadParameter("a token is asked for in a terminal only", param_hint="--new-token")
        reports = _set_up(adapter, folder, account=account)
        written: list[str] = []
        if sys.stdin.isatty() and not as_json:
            asked = [_asked(adapter, folder, each, anew=new_token) for each in reports]
            reports = [report for report, _ in asked]
            written = [place for _, place in asked if place]
        checks = [check for report in reports for check in report.checks]
        for place in written:
            say(f"The token was accepted and is kept in {place}, which only your user can read.\n")
        tell(checks, as_json=as_json)

    return setup


def _set_up(adapter: str, folder: Path | None, *, account: str, secret: str = "") -> Sequence["AccountSetUp"]:
    from fanbot import bootstrap
    from fanbot.cli import logs

    opened = workspace.opened(folder)
    with logs.aside():
        return wait_for(bootstrap.set_up(opened, adapter, account=account, secret=secret))


def _asked(
    adapter: str, folder: Path | None, report: "AccountSetUp", *, anew: bool
) -> tuple["AccountSetUp", str]:
    """Ask for a token where one is missing, try it, and keep it if it is taken; return where."""
    if not report.credential or not (report.lacking or anew):
        return report, ""
    hint(f"{adapter}/{report.account} needs its {report.credential}. {report.credential_from}")
    question = f"Paste the {report.credential} (it is not shown; Enter to leave it)"
    given = str(typer.prompt(question, default="", show_default=False, hide_input=True, err=True)).strip()
    hint("")
    if not given:
        return report, ""
    [tried] = _set_up(adapter, folder, account=report.account, secret=given)
    if not tried.accepted:
        hint("It was not taken, so it was not kept. The settings are as they were.\n")
        return tried, ""
    return tried, _kept(adapter, folder or Path(), tried, given)


def _kept(adapter: str, folder: Path, tried: "AccountSetUp", given: str) -> str:
    from fanbot import bootstrap
    from fanbot.workspace.secrets import git_would_take_it, keep_secret

    account = tried.account
    section = f"adapters.{adapter}" if account == _MAIN else f"adapters.{adapter}.accounts.{account}"
    place = keep_secret(folder, section=section, key=tried.credential, value=given)
    if not bootstrap.has_secret(workspace.opened(folder), adapter, account, given):
        hint("Another one stands in the environment and goes before the one in the file. Take it away.\n")
    if git_would_take_it(folder):
        hint("Git would take that file along: write config/secrets.toml into .gitignore before you commit.\n")
    return str(place)
