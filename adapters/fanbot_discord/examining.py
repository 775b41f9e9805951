"""What keeps a bot from working well, asked of Discord; nothing is changed there."""

import asyncio
from collections.abc import Mapping, Sequence

import aiohttp
import discord

from fanbot.domain.checks import Check
from fanbot.errors import AdapterError
from fanbot.ports.platform import Opening
from fanbot_discord.permissions import FOR_RECEIPTS, INVITED, NEEDED, missing
from fanbot_discord.refusals import bad_token, missing_intent, named
from fanbot_discord.relay import relay
from fanbot_discord.rest import Rest
from fanbot_discord.settings import Settings, read

_WITHIN = 20.0
_FAILURES = (discord.DiscordException, aiohttp.ClientError, OSError, AdapterError)


async def examine(opening: Opening) -> Sequence[Check]:
    """Look at token, intent, servers and question channels; raises AdapterError for unusable settings."""
    settings = read(opening.settings)
    relay()
    rest = Rest(settings)
    name = f"discord/{opening.account}"
    try:
        async with asyncio.timeout(_WITHIN):
            return await _checks(name, settings, rest)
    except discord.LoginFailure:
        return (Check(f"{name} token", ok=False, found="is unknown to Discord", remedy=bad_token()),)
    except _FAILURES as error:
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


async def _checks(name: str, settings: Settings, rest: Rest) -> Sequence[Check]:
    application, flags = await rest.application()
    own = await rest.own_id()
    reads = flags.gateway_message_content or flags.gateway_message_content_limited
    servers = await rest.ask("GET", "/users/@me/guilds")
    count = len(servers) if isinstance(servers, list) else 0
    invite = (
        f"https://discord.com/oauth2/authorize?client_id={application}"
        f"&scope=bot%20applications.commands&permissions={INVITED}"
    )
    return (
        Check(f"{name} token", ok=True, found=f"belongs to the bot with the id {own}"),
        Check(
            f"{name} message content",
            ok=reads,
            found="fans' words can be read" if reads else "fans' words cannot be read",
            remedy="" if reads else missing_intent(),
        ),
        Check(
            f"{name} servers",
            ok=count > 0,
            found=f"the bot is on {count} server{'' if count == 1 else 's'}",
            remedy="" if count else f"Invite it: {invite}",
        ),
        *[
            await _channel(f"{name} channel {channel}", channel, own, settings, rest)
            for channel in sorted(settings.question_channels)
        ],
    )


async def _channel(name: str, id_: str, own: str, settings: Settings, rest: Rest) -> Check:
    try:
        channel = _record(await rest.ask("GET", "/channels/{channel_id}", channel_id=id_))
        guild = str(channel.get("guild_id"))
        server = _record(await rest.ask("GET", "/guilds/{guild_id}", guild_id=guild))
        member = _record(
            await rest.ask("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild, user_id=own)
        )
    except (discord.Forbidden, discord.NotFound):
        return Check(
            name,
            ok=False,
            found="cannot be seen",
            remedy="Look whether the id in `question_channels` is right, invite the bot to that server, and "
            "give it the permission View Channel there.",
        )
    needed = {**NEEDED, **FOR_RECEIPTS} if settings.receipts else NEEDED
    lacking = missing(needed, server=server, channel=channel, member=member, own=own)
    return Check(
        name,
        ok=not lacking,
        found=f"the bot lacks {', '.join(lacking)}" if lacking else "the bot may read and write there",
        remedy="Give the bot's role these permissions in the channel's settings." if lacking else "",
    )


def _record(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
