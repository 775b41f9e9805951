"""What keeps a bot from working well, asked of Discord; nothing is changed there."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

import aiohttp
import discord

from fanbot.domain.checks import Check
from fanbot.errors import AdapterError
from fanbot.ports.platform import Opening
from fanbot_discord.channels import question_channel, staff_channel
from fanbot_discord.interactions import COMMANDS
from fanbot_discord.permissions import FOR_STAFF, INVITED, NEEDED, lacking_in
from fanbot_discord.refusals import bad_token, missing_intent, named
from fanbot_discord.relay import relay
from fanbot_discord.rest import Rest
from fanbot_discord.settings import Settings, read

Account = tuple[str, Settings, Rest]
"""What an account is called in a check, its settings, and its requests."""

FAILURES = (discord.DiscordException, aiohttp.ClientError, OSError, AdapterError)
_WITHIN = 30.0
_PORTAL = "discord.com/developers/applications"
_MOST_SHOWN = 20
"""Servers that are named one by one."""
_PAGE = 200
"""Servers that Discord tells of at once."""


async def examine(opening: Opening) -> Sequence[Check]:
    """Look at an account without changing it; raises AdapterError for unusable settings."""
    return await asked(opening, _checks)


async def asked(opening: Opening, ask: Callable[[Account], Awaitable[Sequence[Check]]]) -> Sequence[Check]:
    """Ask Discord and tell, instead, why it cannot be asked; raises AdapterError for unusable settings."""
    settings = read(opening.settings)
    relay()
    rest = Rest(settings)
    name = f"discord/{opening.account}"
    try:
        async with asyncio.timeout(_WITHIN):
            return await ask((name, settings, rest))
    except discord.LoginFailure:
        return (Check(f"{name} token", ok=False, found="is unknown to Discord", remedy=bad_token()),)
    except FAILURES as error:
        return (
            Check(
                name,
                ok=False,
                found=str(error) if isinstance(error, AdapterError) else f"cannot be asked ({named(error)})",
                remedy="Look whether this machine reaches discord.com, and at `address` and `ca_file`.",
            ),
        )
    finally:
        await rest.close()


async def _checks(account: Account) -> Sequence[Check]:
    name, _, rest = account
    application, _ = await rest.application()
    known = await rest.ask("GET", "/applications/{application_id}/commands", application_id=application)
    there = (
        {each.get("name") for each in known if isinstance(each, Mapping)}
        if isinstance(known, list)
        else set()
    )
    lacking = [f"/{each['name']}" for each in COMMANDS if each["name"] not in there]
    told = f"fanbot registers {', '.join(lacking)} at its start" if lacking else "all are registered"
    return (
        *await of_account(account),
        Check(f"{name} commands", ok=True, found=told),
        *await of_places(account),
    )


async def of_account(account: Account) -> Sequence[Check]:
    """Look at the token, at what the bot may read, and at how it is reached."""
    name, _, rest = account
    application, flags = await rest.application()
    own = await rest.own_id()
    told = record(await rest.ask("GET", "/applications/@me"))
    return (
        Check(
            f"{name} token",
            ok=True,
            found=f"belongs to the bot with the id {own} (application {told.get('name')}, id {application})",
        ),
        _reading(f"{name} message content", flags),
        *_hindrances(name, told),
    )


async def of_places(account: Account) -> Sequence[Check]:
    """Look at the servers that the bot is on, and at each channel that the settings name."""
    name, settings, rest = account
    own = await rest.own_id()
    checks = [await _servers(account)]
    checks += [
        await question_channel(f"{name} channel {channel}", channel, own, settings, rest)
        for channel in sorted(settings.question_channels)
    ]
    if settings.staff_channel:
        checks.append(await staff_channel(f"{name} staff channel", settings.staff_channel, own, rest))
    return checks


def invitation(application: str, settings: Settings) -> str:
    """Return the address at which somebody brings the bot to their server, with what it needs alone."""
    asks = INVITED | (sum(FOR_STAFF.values()) if settings.staff_channel else 0)
    return (
        f"https://discord.com/oauth2/authorize?client_id={application}"
        f"&scope=bot%20applications.commands&permissions={asks}"
    )


def record(value: object) -> Mapping[str, object]:
    """Return an object that Discord answered with; an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def _reading(name: str, flags: discord.ApplicationFlags) -> Check:
    if flags.gateway_message_content:
        found = "the Message Content Intent is on: fans' words can be read, on any number of servers"
    elif flags.gateway_message_content_limited:
        found = (
            "the Message Content Intent is on: fans' words can be read. Before the bot is on 100 servers "
            "it needs Discord's approval"
        )
    else:
        found = "the Message Content Intent is off: fans' words cannot be read"
        return Check(name, ok=False, found=found, remedy=missing_intent())
    return Check(name, ok=True, found=found)


def _hindrances(name: str, application: Mapping[str, object]) -> Sequence[Check]:
    """Name switches of the application that keep buttons or invitations from working."""
    checks = []
    if application.get("interactions_endpoint_url"):
        checks.append(
            Check(
                f"{name} buttons",
                ok=False,
                found="presses and commands are sent to a web address and not to fanbot",
                remedy=f"Empty the field Interactions Endpoint URL (page General Information at {_PORTAL}).",
            )
        )
    if application.get("bot_require_code_grant"):
        checks.append(
            Check(
                f"{name} invitation",
                ok=False,
                found="Discord asks for more than an invitation before the bot may come to a server",
                remedy=f"Turn off the switch Requires OAuth2 Code Grant (page Bot at {_PORTAL}).",
            )
        )
    return checks


async def _servers(account: Account) -> Check:
    name, settings, rest = account
    application, _ = await rest.application()
    answer = await rest.ask("GET", "/users/@me/guilds")
    servers = [record(each) for each in answer] if isinstance(answer, list) else []
    if not servers:
        remedy = f"Invite it: {invitation(application, settings)}"
        return Check(f"{name} servers", ok=False, found="the bot is on no server", remedy=remedy)
    shown = [_server(each) for each in servers[:_MOST_SHOWN]]
    more = f"; and {len(servers) - _MOST_SHOWN} more" if len(servers) > _MOST_SHOWN else ""
    least = "at least " if len(servers) == _PAGE else ""
    count = f"{least}{len(servers)} server{'' if len(servers) == 1 else 's'}"
    return Check(f"{name} servers", ok=True, found=f"the bot is on {count}: {'; '.join(shown)}{more}")


def _server(server: Mapping[str, object]) -> str:
    """Name a server, and what the bot may not do there unless a channel allows it."""
    lacking = lacking_in(server.get("permissions"), NEEDED)
    kept = f" (there only in channels that allow it {', '.join(lacking)})" if lacking else ""
    return f"{server.get('name')}{kept}"
