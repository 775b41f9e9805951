"""Fans on Discord, in direct messages, servers and threads."""

from collections.abc import Sequence

from fanbot.domain.checks import Check
from fanbot.ports.platform import AdapterSpec, Capabilities, Opening, Platform, Resend


def _open(opening: Opening) -> Platform:
    """Open the account; raises AdapterError for settings that cannot work, ImportError without the SDK."""
    from fanbot_discord.platform import opened

    return opened(opening)


async def _examine(opening: Opening) -> Sequence[Check]:
    """Look at token, intents, servers and permissions; raises as ``_open`` does."""
    from fanbot_discord.examining import examine

    return await examine(opening)


async def _set_up(opening: Opening) -> Sequence[Check]:
    """Register the commands and look at everything; raises as ``_open`` does."""
    from fanbot_discord.setting_up import set_up

    return await set_up(opening)


spec = AdapterSpec(
    name="discord",
    summary="Discord bots: direct messages, servers and threads",
    capabilities=Capabilities(resend=Resend.SAME_KEY, max_length=2000),
    open=_open,
    extra="discord",
    staff=True,
    examine=_examine,
    set_up=_set_up,
    credential="token",
    credential_from="Make an application at discord.com/developers/applications, press Reset Token on its "
    "page Bot, and copy the token.",
)
