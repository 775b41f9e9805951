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


spec = AdapterSpec(
    name="discord",
    summary="Discord bots: direct messages, servers and threads",
    capabilities=Capabilities(resend=Resend.SAME_KEY, max_length=2000),
    open=_open,
    extra="discord",
    examine=_examine,
)
