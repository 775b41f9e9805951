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


async def _set_up(opening: Opening) -> Sequence[Check]:
    """Set menu and webhook, and look at everything; raises ImportError without the SDK."""
    from fanbot_telegram.setting_up import set_up

    return await set_up(opening)


spec = AdapterSpec(
    name="telegram",
    summary="Telegram bots: private chats, groups and topics",
    capabilities=Capabilities(resend=Resend.NEVER, max_length=4096, length_unit="utf16"),
    open=_open,
    extra="telegram",
    mount="/telegram",
    staff=True,
    examine=_examine,
    set_up=_set_up,
    credential="token",
    credential_from="Write to @BotFather on Telegram: /newbot makes a bot and gives you its token, /mybots "
    "shows the token of one that you have.",
)
