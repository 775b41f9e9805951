"""What an update says of the team's group: who pressed or wrote there, never anything of a fan."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from fanbot.ports.staff import Act, ActKind
from fanbot_telegram.contents import attachments, whole
from fanbot_telegram.entities import Me
from fanbot_telegram.shape import author, replied, topic, whole_id
from fanbot_telegram.staff_group import StaffGroup

REMARK = "italic"
"""How what fanbot remarks to somebody looks, and by what it is known when it is replied to."""
_LATE = timedelta(minutes=15)
"""After so long a reply is no longer sent by itself: whoever wrote it saw nothing happen, and went on."""
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError)


class Noticed(Protocol):
    """Told of a topic that somebody closed or opened again."""

    def __call__(self, thread: str, *, is_open: bool) -> None:
        """Note it."""
        ...


@dataclass(frozen=True, slots=True)
class StaffEvent:
    """An act, the message below which it is answered, and the ``query`` that waits when it is a press."""

    act: Act
    message: int
    query: str = ""


def as_one_act(album: Sequence[StaffEvent]) -> StaffEvent:
    """Join what was sent together, at least one: the first one's key, all words, every file counted."""
    first, *others = album
    if not others:
        return first
    text = "\n\n".join(each.act.text for each in album if each.act.text)
    return replace(first, act=replace(first.act, text=text, files=sum(each.act.files for each in album)))


class StaffReader:
    """Tell the team's updates from fans', and read them."""

    def __init__(
        self, account: str, me: Me, group: StaffGroup, *, noticed: Noticed, now: Callable[[], datetime]
    ) -> None:
        """Read for the bot ``me`` what happens in ``group``."""
        self._account = account
        self._me = me
        self._group = group
        self._noticed = noticed
        self._now = now

    def read(self, update: Mapping[str, Any]) -> Sequence[StaffEvent] | None:
        """Return what a person of the team did, nothing for all else there; None for what is not the team's.

        An odd update of the team's group is nothing; it is never taken for a fan's.
        """
        if not any(self._ours(told) for told in update.values() if isinstance(told, Mapping)):
            return None
        try:
            if "callback_query" in update:
                return self._press(update["callback_query"])
            return self._words(update["message"]) if "message" in update else ()
        except _UNREADABLE:
            return ()

    def _ours(self, told: Mapping[str, Any]) -> bool:
        """Tell whether it happened in the team's group; notes its new id when it has one."""
        if "chat" not in told and isinstance(told.get("message"), Mapping):
            told = told["message"]
        chat = told.get("chat")
        here = chat.get("id") if isinstance(chat, Mapping) else None
        before, after = told.get("migrate_from_chat_id"), told.get("migrate_to_chat_id")
        if self._group.holds(before) and type(here) is int:
            self._group.moved(here)
        elif self._group.holds(here) and type(after) is int:
            self._group.moved(after)
        return self._group.holds(here)

    def _press(self, query: Mapping[str, Any]) -> Sequence[StaffEvent]:
        shown, choice, id_ = query["message"], query.get("data"), whole(str(query["id"]))
        if not isinstance(choice, str):
            return ()
        act = self._act(f"press/{id_}", ActKind.PRESS, query, topic(shown), whole(choice))
        return (StaffEvent(act, whole_id(shown["message_id"]), id_),)

    def _words(self, message: Mapping[str, Any]) -> Sequence[StaffEvent]:
        thread = topic(message)
        for sign, is_open in (("forum_topic_closed", False), ("forum_topic_reopened", True)):
            if sign in message:
                self._noticed(thread, is_open=is_open)
        text = whole(str(message.get("text", message.get("caption", ""))))
        files = len(attachments(message))
        is_reply = self._answers_us(message) and not self._late(message)
        kind = ActKind.REPLY if is_reply else ActKind.WORDS
        if not thread or not (text or files) or (kind is ActKind.WORDS and _command(message)):
            return ()
        who = author(self._me, message)
        if who.bot or who.own:
            return ()
        number = whole_id(message["message_id"])
        key = f"{whole_id(message['chat']['id'])}/{number}"
        return (StaffEvent(self._act(key, kind, message, thread, text, files), number),)

    def _act(
        self, key: str, kind: ActKind, told: Mapping[str, Any], thread: str, text: str, files: int = 0
    ) -> Act:
        who = author(self._me, told)
        return Act(f"telegram/{self._account}/{key}", kind, who.id, who.name, thread, text, files)

    def _late(self, message: Mapping[str, Any]) -> bool:
        """Tell whether it waited at the platform for long, while fanbot was away."""
        return self._now() - datetime.fromtimestamp(whole_id(message["date"]), UTC) > _LATE

    def _answers_us(self, message: Mapping[str, Any]) -> bool:
        """Tell whether it replies to a card or a told line; to a remark people only talk back."""
        answered = replied(message)
        by = answered.get("from")
        ours = isinstance(by, Mapping) and by.get("id") == self._me.id
        return ours and not any(
            entity.get("type") == REMARK and entity.get("offset") == 0
            for entity in answered.get("entities", ())
        )


def _command(message: Mapping[str, Any]) -> bool:
    return any(
        entity.get("type") == "bot_command" and entity.get("offset") == 0
        for entity in message.get("entities", ())
    )
