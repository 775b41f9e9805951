"""Setting up a bot on Telegram: menu and webhook are set, and what only a person can do is named."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from telegram.error import BadRequest

from fanbot.domain.checks import Check
from fanbot.ports.platform import Opening
from fanbot_telegram.api import Api
from fanbot_telegram.asking import asked
from fanbot_telegram.commands import MENUS, menu
from fanbot_telegram.examine import delivered, privacy, token, waiting
from fanbot_telegram.examine import webhook as compared
from fanbot_telegram.polling import ALLOWED
from fanbot_telegram.secrecy import webhook_secret
from fanbot_telegram.settings import Settings
from fanbot_telegram.staff_chat import staff_chat


async def set_up(opening: Opening) -> Sequence[Check]:
    """Set the menu and the webhook, and look at everything; raises nothing that Telegram can cause."""
    return await asked(opening, partial(_set_up, webhook_secret(opening.secret)))


async def _set_up(secret: str, name: str, api: Api, settings: Settings) -> Sequence[Check]:
    me = await api.call("getMe")
    return [
        token(name, me),
        privacy(name, me),
        await _webhook(name, api, settings, settings.secret_token or secret),
        await _commands(name, api),
        *await staff_chat(name, api, me, settings),
        waiting(name, await api.call("getWebhookInfo")),
    ]


async def _webhook(name: str, api: Api, settings: Settings, secret: str) -> Check:
    """Let Telegram deliver where fanbot hears; somebody else's webhook is never taken away for polling."""
    before = await api.call("getWebhookInfo")
    if settings.mode == "polling":
        if before.get("url") and before.get("url") == settings.webhook_url:
            await api.call("deleteWebhook", {"drop_pending_updates": False})
            before = await api.call("getWebhookInfo")
        return compared(name, before, settings)
    return await _delivery(f"{name} webhook", api, settings, secret, before)


async def _delivery(
    checked: str, api: Api, settings: Settings, secret: str, before: Mapping[str, Any]
) -> Check:
    if not secret:
        remedy = "Mend the store first (fanbot doctor); it keeps the secret by which fanbot knows Telegram."
        return Check(checked, ok=False, found="it was not set, for it has no secret", remedy=remedy)
    wanted = {
        "url": settings.webhook_url,
        "secret_token": secret,
        "max_connections": 1,
        "allowed_updates": ALLOWED,
    }
    try:
        await api.call("setWebhook", wanted)
    except BadRequest as error:
        remedy = "Mend webhook_url: Telegram takes an address with https, at port 443, 80, 88 or 8443."
        return Check(checked, ok=False, found=f"Telegram refused it: {error.message[:200]}", remedy=remedy)
    told = delivered(checked, await api.call("getWebhookInfo"), now=datetime.now(UTC))
    if before.get("url") in ("", settings.webhook_url):
        return told
    other = "the one that another program had set was replaced; stop that program"
    return Check(told.name, ok=told.ok, found=f"{told.found}; {other}", remedy=told.remedy)


async def _commands(name: str, api: Api) -> Check:
    """Put the commands below the fans' text field, in every language that there is."""
    for language in MENUS:
        await api.call("setMyCommands", menu(language))
    listed = ", ".join(f"/{command}" for command in MENUS[""])
    found = f"{listed} are in the menu, in {len(MENUS)} languages"
    return Check(f"{name} commands", ok=True, found=found)
