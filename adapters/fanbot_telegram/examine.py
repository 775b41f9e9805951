"""Ask Telegram what keeps a bot from working well."""

from collections.abc import Mapping, Sequence
from typing import Any

from telegram.error import InvalidToken, TelegramError

from fanbot.domain.checks import Check
from fanbot.errors import AdapterError
from fanbot.ports.platform import Opening
from fanbot_telegram import failures
from fanbot_telegram.api import Api
from fanbot_telegram.secrecy import Secrecy
from fanbot_telegram.settings import Settings, read

_MANY = 100
"""Updates that may wait without a word."""


async def examined(opening: Opening) -> Sequence[Check]:
    """Look at settings, token, privacy mode, webhook and what waits; change nothing."""
    name = "telegram" if opening.account == "main" else f"telegram/{opening.account}"
    try:
        settings = read(opening.settings)
    except AdapterError as error:
        return [Check(f"{name} settings", ok=False, found="cannot be used", remedy=str(error))]
    secrecy = Secrecy(settings.token)
    secrecy.begin()
    api = Api(settings)
    try:
        me = await api.call("getMe")
        info = await api.call("getWebhookInfo")
    except InvalidToken:
        found = "Telegram does not accept the token"
        return [Check(f"{name} token", ok=False, found=found, remedy=failures.UNKNOWN_BOT)]
    except TelegramError as error:
        found = f"Telegram cannot be reached ({failures.named(error)})"
        remedy = "Look whether this machine reaches the internet, then try again."
        return [Check(f"{name} token", ok=False, found=found, remedy=remedy)]
    finally:
        await api.end()
        secrecy.end()
    return [
        Check(f"{name} token", ok=True, found=f"the bot is @{me.get('username', '')}"),
        privacy(name, me),
        webhook(name, info, settings),
        waiting(name, info),
    ]


def privacy(name: str, me: Mapping[str, Any]) -> Check:
    """Explain what the bot sees in groups; either way is fit for work."""
    if not me.get("can_join_groups", True):
        found = "the bot cannot be added to groups; private chats work"
    elif me.get("can_read_all_group_messages"):
        found = "privacy mode is off: in groups the bot sees every message, keeps all, answers those to it"
    else:
        found = (
            "privacy mode is on: in groups the bot sees commands, replies to it and mentions it is shown, "
            "unless it is an administrator. To keep everything, turn it off with @BotFather (/setprivacy) "
            "and add the bot to its groups again"
        )
    return Check(f"{name} groups", ok=True, found=found)


def webhook(name: str, info: Mapping[str, Any], settings: Settings) -> Check:
    """Compare where Telegram delivers with where fanbot hears."""
    url, checked = info.get("url", ""), f"{name} webhook"
    if settings.mode == "polling":
        if not url:
            return Check(checked, ok=True, found="none is set, and fanbot asks for messages itself")
        ours = url == settings.webhook_url
        found = "fanbot removes it at its start" if ours else "one is set, so no messages come to fanbot"
        return Check(checked, ok=ours, found=found, remedy="" if ours else failures.WEBHOOK_SET)
    if url not in ("", settings.webhook_url):
        remedy = "fanbot sets its own at its start. If another program set this one, stop that program."
        return Check(checked, ok=False, found="another one is set", remedy=remedy)
    if not url:
        return Check(checked, ok=True, found="none is set yet; fanbot sets it at its start")
    if error := info.get("last_error_message"):
        remedy = "Look whether webhook_url leads to fanbot's public listener over https."
        return Check(checked, ok=False, found=f"Telegram reports: {str(error)[:200]}", remedy=remedy)
    return Check(checked, ok=True, found="it leads to fanbot")


def waiting(name: str, info: Mapping[str, Any]) -> Check:
    """Tell how many updates wait at Telegram, which keeps them for 24 hours."""
    count = info.get("pending_update_count", 0)
    many = isinstance(count, int) and count > _MANY
    remedy = "Start fanbot: Telegram keeps them for 24 hours." if many else ""
    return Check(f"{name} waiting", ok=not many, found=f"{count} updates wait at Telegram", remedy=remedy)
