"""Fans on Telegram, in private chats, groups and topics, over the Bot API."""

from collections.abc import Sequence

from fanbot.domain.checks import Check
from fanbot.ports.platform import AdapterSpec, Capabilities, Opening, Platform, Resend


def _open(opening: Opening) -> Platform:
    """Open the account; raises AdapterError for settings that cannot work, ImportError without the SDK."""
    from fanbot_telegram.platform import opened

    return opened(opening)


async def _examine(opening: Opening) -> Sequence[Check]:
    """Ask Telegram about the account; raises ImportError without the SDK."""
    from fanbot_telegram.examine import examined

    return await examined(opening)


spec = AdapterSpec(
    name="telegram",
    summary="Telegram bots: private chats, groups and topics",
    capabilities=Capabilities(resend=Resend.NEVER, max_length=4096, length_unit="utf16"),
    open=_open,
    extra="telegram",
    mount="/telegram",
    examine=_examine,
)
