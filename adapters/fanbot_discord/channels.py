"""Whether the bot can work in a channel that the settings name."""

from collections.abc import Mapping

import discord

from fanbot.domain.checks import Check
from fanbot_discord.permissions import FOR_RECEIPTS, FOR_STAFF, IN_THREADS, NEEDED, missing, readable_by_all
from fanbot_discord.rest import Rest
from fanbot_discord.settings import Settings

Payload = Mapping[str, object]
_TEXT = 0
_GRANT = "Give the bot's role these permissions in the channel's settings."


async def question_channel(name: str, id_: str, own: str, settings: Settings, rest: Rest) -> Check:
    """Look at a channel in which every message is for the assistant; ``own`` is the bot's id."""
    found = await _found(id_, own, rest)
    if found is None:
        return _unseen(name, "question_channels")
    needed = {**NEEDED, **IN_THREADS, **(FOR_RECEIPTS if settings.receipts else {})}
    lacking = missing(needed, server=found[1], channel=found[0], member=found[2], own=own)
    return Check(
        name,
        ok=not lacking,
        found=f"the bot lacks {', '.join(lacking)}"
        if lacking
        else f"the bot may read and write in #{found[0].get('name')}, threads too",
        remedy=_GRANT if lacking else "",
    )


async def staff_channel(name: str, id_: str, own: str, rest: Rest) -> Check:
    """Look at the team's channel, which must be able to hold threads and must not be open to everybody."""
    found = await _found(id_, own, rest)
    if found is None:
        return _unseen(name, "staff_channel")
    channel, server, member = found
    called = f"#{channel.get('name')}"
    if channel.get("type") != _TEXT:
        return Check(
            name,
            ok=False,
            found=f"{called} is no text channel of a server, so it cannot hold a thread for each item",
            remedy="Put the id of a text channel into `staff_channel`.",
        )
    if readable_by_all(server=server, channel=channel):
        return Check(
            name,
            ok=False,
            found=f"everybody on the server can read {called}, and fans' messages would be shown there",
            remedy="In the channel's settings, under Permissions, turn on Private Channel, then add the bot "
            "and your team.",
        )
    lacking = missing({**NEEDED, **FOR_STAFF}, server=server, channel=channel, member=member, own=own)
    return Check(
        name,
        ok=not lacking,
        found=f"the bot lacks {', '.join(lacking)} in {called}"
        if lacking
        else f"the bot may open a thread for each item in {called}, which not everybody can read",
        remedy=_GRANT if lacking else "",
    )


async def _found(id_: str, own: str, rest: Rest) -> tuple[Payload, Payload, Payload] | None:
    """Return a channel, its server and the bot as its member; None when it cannot be seen."""
    try:
        channel = _record(await rest.ask("GET", "/channels/{channel_id}", channel_id=id_))
        guild = str(channel.get("guild_id"))
        server = _record(await rest.ask("GET", "/guilds/{guild_id}", guild_id=guild))
        member = _record(
            await rest.ask("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild, user_id=own)
        )
    except (discord.Forbidden, discord.NotFound):
        return None
    return channel, server, member


def _unseen(name: str, setting: str) -> Check:
    return Check(
        name,
        ok=False,
        found="cannot be seen",
        remedy=f"Look whether the id in `{setting}` is right, invite the bot to that server, and "
        "give it the permission View Channel there.",
    )


def _record(value: object) -> Payload:
    return value if isinstance(value, Mapping) else {}
