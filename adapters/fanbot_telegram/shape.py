"""Parts of an update that fans' and the team's doings have alike; raw, so they raise for what is odd."""

from collections.abc import Mapping
from typing import Any

from fanbot.domain.messages import Author
from fanbot_telegram.contents import whole
from fanbot_telegram.entities import Me


def whole_id(value: object) -> int:
    """Return an id; raises TypeError for what is none."""
    if type(value) is not int:
        raise TypeError("an id is a whole number")
    return value


def author(me: Me, told: Mapping[str, Any]) -> Author:
    """Name who did it; a person who writes as a chat (an anonymous administrator) is that chat."""
    chat, user = told.get("sender_chat"), told.get("from")
    if isinstance(chat, Mapping):
        return Author(str(whole_id(chat["id"])), whole(str(chat.get("title", ""))))
    if not isinstance(user, Mapping):
        raise TypeError("nobody wrote it")
    names = (user.get("first_name"), user.get("last_name"))
    name = " ".join(whole(part) for part in names if isinstance(part, str) and part)
    id_ = whole_id(user["id"])
    return Author(str(id_), name, bot=bool(user.get("is_bot")), own=id_ == me.id)


def topic(message: Mapping[str, Any]) -> str:
    """Return the topic; the id that every chain of replies has in a supergroup is none."""
    return str(whole_id(message["message_thread_id"])) if message.get("is_topic_message") else ""


def replied(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a message replies to; in a topic everything stands below the note that opened it."""
    answered = message.get("reply_to_message")
    if not isinstance(answered, Mapping) or "forum_topic_created" in answered:
        return {}
    return answered
