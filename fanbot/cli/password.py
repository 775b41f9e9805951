"""``fanbot password``: a new password for the team's page."""

import secrets
from pathlib import Path

from fanbot.cli import workspace
from fanbot.cli.awaiting import wait_for
from fanbot.cli.saying import say

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike on paper."""
_GROUPS, _SIZE = 4, 4


def password(folder: workspace.Folder = None) -> None:
    """Make a new password for the team's page; everybody who is signed in there is signed out."""
    from fanbot import bootstrap

    place = folder or Path()
    opened = workspace.opened(place)
    made = new_password(place)
    ended = wait_for(bootstrap.sign_everybody_out(opened))
    out = f" {ended} sign-ins ended." if ended else ""
    say(
        f"The new password is {made}\nIt is shown only now.{out} A running fanbot takes it after a new start."
    )


def new_password(folder: Path) -> str:
    """Make a password, keep its hash in the workspace and return it."""
    from fanbot import bootstrap
    from fanbot.workspace.secrets import keep_secret

    made = "-".join("".join(secrets.choice(_LETTERS) for _ in range(_SIZE)) for _ in range(_GROUPS))
    keep_secret(folder, section="console", key="password_hash", value=bootstrap.password_hash(made))
    return made
