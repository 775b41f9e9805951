"""Fans on Discord, in direct messages, servers and threads."""

from fanbot.ports.platform import AdapterSpec, Capabilities, Opening, Platform, Resend


def _open(opening: Opening) -> Platform:
    """Open the account; raises AdapterError for settings that cannot work, ImportError without the SDK."""
    from fanbot_discord.platform import opened

    return opened(opening)


spec = AdapterSpec(
    name="discord",
    summary="Discord bots: direct messages, servers and threads",
    capabilities=Capabilities(resend=Resend.SAME_KEY, max_length=2000),
    open=_open,
    extra="discord",
)
