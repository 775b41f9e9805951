"""Setting up a bot on Discord: its commands are registered, and what only a person can do is named."""

from collections.abc import Sequence

from fanbot.domain.checks import Check
from fanbot.ports.platform import Opening
from fanbot_discord.examining import FAILURES, Account, asked, invitation, of_account, of_places
from fanbot_discord.interactions import COMMANDS
from fanbot_discord.refusals import named
from fanbot_discord.rest import Rest


async def set_up(opening: Opening) -> Sequence[Check]:
    """Register the commands, and look at everything; raises AdapterError for unusable settings."""
    return await asked(opening, _set_up)


async def _set_up(account: Account) -> Sequence[Check]:
    name, settings, rest = account
    application, _ = await rest.application()
    return (
        *await of_account(account),
        Check(
            f"{name} invite",
            ok=True,
            found="to bring the bot to a server that you manage, with what it needs and no more, open "
            f"{invitation(application, settings)}",
        ),
        await _commands(f"{name} commands", application, rest),
        *await of_places(account),
    )


async def _commands(name: str, application: str, rest: Rest) -> Check:
    """Tell Discord which slash commands there are, in place of all that were there before."""
    try:
        path = "/applications/{application_id}/commands"
        await rest.ask("PUT", path, list(COMMANDS), application_id=application)
    except FAILURES as error:
        return Check(
            name,
            ok=False,
            found=f"Discord did not take them ({named(error)})",
            remedy="Try again later; fanbot offers them at each of its starts as well.",
        )
    listed = ", ".join(f"/{each['name']}" for each in COMMANDS)
    return Check(name, ok=True, found=f"{listed} are registered")
