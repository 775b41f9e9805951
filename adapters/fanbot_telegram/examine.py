"""Ask Telegram what keeps a bot from working well."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from fanbot.domain.checks import Check
from fanbot.ports.platform import Opening
from fanbot_telegram import failures
from fanbot_telegram.api import Api
from fanbot_telegram.asking import asked
from fanbot_telegram.commands import MENUS
from fanbot_telegram.settings import Settings
from fanbot_telegram.staff_chat import staff_chat

_MANY = 100
"""Updates that may wait without a word."""
_RECENT = timedelta(hours=1)
"""How long what went wrong with a webhook counts: Telegram tells of the last time for ever."""


async def examined(opening: Opening) -> Sequence[Check]:
    """Look at settings, token, groups, webhook, menu, the team's group and what waits; change nothing."""
    return await asked(opening, _examined)


async def _examined(name: str, api: Api, settings: Settings) -> Sequence[Check]:
    me = await api.call("getMe")
    info = await api.call("getWebhookInfo")
    menu = await api.call("getMyCommands")
    return [
        token(name, me),
        privacy(name, me),
        webhook(name, info, settings),
        _commands(name, menu),
        *await staff_chat(name, api, me, settings),
        waiting(name, info),
    ]


def token(name: str, me: Mapping[str, Any]) -> Check:
    """Tell whose the token is."""
    return Check(f"{name} token", ok=True, found=f"the bot is @{me.get('username', '')}")


def privacy(name: str, me: Mapping[str, Any]) -> Check:
    """Explain what the bot sees in groups; either way is fit for work."""
    if not me.get("can_join_groups", True):
        found = (
            "the bot cannot be added to groups; private chats work. To let it join groups, use @BotFather "
            "(/setjoingroups)"
        )
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
    return delivered(checked, info, now=datetime.now(UTC))


def delivered(checked: str, info: Mapping[str, Any], *, now: datetime) -> Check:
    """Tell of the last time that Telegram could not deliver to our webhook.

    >>> at = datetime(2026, 5, 1, 12, tzinfo=UTC)
    >>> told = {"last_error_message": "Connection refused", "last_error_date": at.timestamp() - 60}
    >>> delivered("telegram webhook", told, now=at).found
    'Telegram could not deliver at 11:59 UTC on 2026-05-01: Connection refused'
    >>> delivered("telegram webhook", told, now=at + timedelta(days=1)).ok
    True
    """
    error, at = info.get("last_error_message"), info.get("last_error_date")
    if not error:
        return Check(checked, ok=True, found="it leads to fanbot")
    moment = datetime.fromtimestamp(at, UTC) if isinstance(at, int | float) else now
    found = f"Telegram could not deliver at {moment:%H:%M UTC on %Y-%m-%d}: {str(error)[:200]}"
    if now - moment > _RECENT:
        return Check(checked, ok=True, found=f"it leads to fanbot. {found}; since then it could")
    remedy = "Look whether fanbot runs, and whether webhook_url leads to its public listener over https."
    return Check(checked, ok=False, found=found, remedy=remedy)


def _commands(name: str, menu: object) -> Check:
    there = (
        {each.get("command") for each in menu if isinstance(each, Mapping)}
        if isinstance(menu, list)
        else set()
    )
    lacking = [f"/{command}" for command in MENUS[""] if command not in there]
    found = (
        f"fanbot puts {', '.join(lacking)} into the menu at its start" if lacking else "the menu has them all"
    )
    return Check(f"{name} commands", ok=True, found=found)


def waiting(name: str, info: Mapping[str, Any]) -> Check:
    """Tell how many updates wait at Telegram, which keeps them for 24 hours."""
    count = info.get("pending_update_count", 0)
    many = isinstance(count, int) and count > _MANY
    remedy = "Start fanbot: Telegram keeps them for 24 hours." if many else ""
    return Check(f"{name} waiting", ok=not many, found=f"{count} updates wait at Telegram", remedy=remedy)
