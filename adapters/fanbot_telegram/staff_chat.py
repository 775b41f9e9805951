"""Whether the team's group is fit to hold a topic for each item."""

from collections.abc import Mapping, Sequence
from typing import Any

from telegram.error import BadRequest, ChatMigrated, Forbidden

from fanbot.domain.checks import Check
from fanbot_telegram.api import Api
from fanbot_telegram.settings import Settings

_OPEN_SETTINGS = "Open the group's settings in Telegram"


async def staff_chat(name: str, api: Api, me: Mapping[str, Any], settings: Settings) -> Sequence[Check]:
    """Look at the group, if the settings name one; raises TelegramError when it cannot be asked."""
    if settings.staff_chat is None:
        return ()
    checked, place = f"{name} staff chat", {"chat_id": settings.staff_chat}
    try:
        chat = await api.call("getChat", place)
        member = await api.call("getChatMember", {**place, "user_id": me.get("id")})
    except ChatMigrated as moved:
        remedy = f"Write the group's new id into the settings: staff_chat = {moved.new_chat_id}"
        return [Check(checked, ok=False, found="the group has another id now", remedy=remedy)]
    except (BadRequest, Forbidden):
        remedy = "Look whether the id is right, and add the bot to that group as an administrator."
        return [Check(checked, ok=False, found="the bot sees no group with that id", remedy=remedy)]
    return [_fitness(checked, chat, member)]


def _fitness(checked: str, chat: Mapping[str, Any], member: Mapping[str, Any]) -> Check:
    """Find what is missing, the worst first.

    >>> group = {"type": "supergroup", "title": "Team", "is_forum": True}
    >>> _fitness("staff chat", group, {"status": "member"}).found
    'the bot is no administrator of Team'
    """
    called = chat.get("title") or "the group"
    if chat.get("username"):
        found = f"{called} is public (@{chat['username']}), and fans' messages would be shown there"
        return Check(checked, ok=False, found=found, remedy=f"{_OPEN_SETTINGS} and make it a private group.")
    if chat.get("type") != "supergroup" or not chat.get("is_forum"):
        remedy = (
            f"{_OPEN_SETTINGS} and turn on Topics. The group may get another id by that; then look again."
        )
        return Check(checked, ok=False, found=f"{called} has no topics", remedy=remedy)
    if member.get("status") not in ("administrator", "creator"):
        remedy = f"{_OPEN_SETTINGS}, make the bot an administrator, and let it manage topics."
        return Check(checked, ok=False, found=f"the bot is no administrator of {called}", remedy=remedy)
    if member.get("status") == "administrator" and not member.get("can_manage_topics"):
        remedy = f"{_OPEN_SETTINGS}, open the bot among the administrators, and turn on Manage Topics."
        return Check(checked, ok=False, found=f"the bot may not manage topics in {called}", remedy=remedy)
    return Check(checked, ok=True, found=f"the bot may open a topic for each item in {called}")
