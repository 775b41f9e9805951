"""What fans do on the platform, as the updates that tell of it."""

from collections.abc import Mapping
from typing import Any

NOW = 1_777_636_800
"""Seconds since 1970: the moment at which fans do everything."""


def user(id_: int = 3001, name: str = "Ada", *, bot: bool = False) -> dict[str, Any]:
    """Make a user."""
    return {"id": id_, "is_bot": bot, "first_name": name}


def private(id_: int = 3001) -> dict[str, Any]:
    """Make the chat between one fan and the bot."""
    return {"id": id_, "type": "private", "first_name": "Ada"}


def group(id_: int = -1002001, *, forum: bool = False) -> dict[str, Any]:
    """Make a supergroup."""
    return {"id": id_, "type": "supergroup", "title": "Fans", **({"is_forum": True} if forum else {})}


def message(
    text: str | None = None,
    *,
    id_: int = 101,
    chat: Mapping[str, Any] | None = None,
    by: Mapping[str, Any] | None = None,
    **more: object,
) -> dict[str, Any]:
    """Make a message; ``more`` are further fields of it."""
    words = {} if text is None else {"text": text}
    return {"message_id": id_, "date": NOW, "from": by or user(), "chat": chat or private(), **words, **more}


def said(text: str | None = None, **more: Any) -> dict[str, Any]:
    """Tell of a new message."""
    return {"message": message(text, **more)}


def edited(text: str | None = None, *, at: int = NOW + 60, **more: Any) -> dict[str, Any]:
    """Tell of a changed message."""
    return {"edited_message": message(text, edit_date=at, **more)}


def reacted(
    *emoji: str, before: tuple[str, ...] = (), id_: int = 101, chat: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Tell of the emoji that a fan has put to a message now, and had before."""
    return {
        "message_reaction": {
            "chat": chat or private(),
            "message_id": id_,
            "user": user(),
            "date": NOW + 5,
            "old_reaction": [{"type": "emoji", "emoji": each} for each in before],
            "new_reaction": [{"type": "emoji", "emoji": each} for each in emoji],
        }
    }


def pressed(
    choice: str, *, on: Mapping[str, Any], query: str = "4711", by: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Tell of a button that was pressed below one of the bot's messages."""
    return {
        "callback_query": {
            "id": query,
            "from": by or user(),
            "message": on,
            "chat_instance": "1",
            "data": choice,
        }
    }


def joined(status: str, *, chat: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Tell what the bot is in a chat now: ``kicked`` of a private one is a fan who blocked it."""
    bot = user(123456789, "Nova", bot=True)
    before = {"user": bot, "status": "member" if status == "kicked" else "kicked", "until_date": 0}
    after = {"user": bot, "status": status, "until_date": 0}
    told = {"chat": chat or private(), "from": user(), "date": NOW}
    return {"my_chat_member": {**told, "old_chat_member": before, "new_chat_member": after}}
