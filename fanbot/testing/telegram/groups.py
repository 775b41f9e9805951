"""Groups in which the bot is: their topics, what it may do there, and where a group went."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fanbot.testing.telegram import fans


@dataclass(slots=True)
class Topic:
    """A topic; ``id`` is the note that opened it."""

    id: int
    name: str
    closed: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Group:
    """A supergroup as it stands on the platform; ``moved_to`` is its id after it got another one, else 0."""

    id: int
    forum: bool = True
    member: bool = True
    administrator: bool = True
    manages_topics: bool = True
    moved_to: int = 0
    username: str = ""
    topics: dict[int, Topic] = field(default_factory=dict)

    @property
    def chat(self) -> dict[str, Any]:
        """Return it as the chat of an update."""
        return fans.group(self.id, forum=self.forum)

    def refusal(self, method: str, wanted: Mapping[str, Any]) -> str:
        """Return why the platform does not do what is asked here, empty when it does."""
        if not self.member:
            return "Forbidden: bot was kicked from the supergroup chat"
        match method:
            case "createForumTopic":
                if not self.forum:
                    return "Bad Request: the chat is not a forum"
                return "" if self.manages_topics else "Bad Request: not enough rights to create a topic"
            case "closeForumTopic" | "reopenForumTopic":
                return self._change_refusal(wanted["message_thread_id"], closed=method == "closeForumTopic")
            case "sendMessage":
                return self._thread_refusal(wanted.get("message_thread_id", 0))
        return ""

    def write(self, text: str, topic: int, *, by: Mapping[str, Any], id_: int, **more: Any) -> dict[str, Any]:
        """Tell of what somebody wrote in a topic; now, and below its first note unless it replies."""
        opened = fans.message(
            id_=topic,
            chat=self.chat,
            by=fans.user(123456789, "Nova", bot=True),
            forum_topic_created={"name": self.topics[topic].name, "icon_color": 7322096},
        )
        below: dict[str, Any] = {"message_thread_id": topic, "is_topic_message": True}
        below |= {"reply_to_message": opened, "date": int(time.time())}
        return fans.said(text, id_=id_, chat=self.chat, by=by, **(below | more))

    def _change_refusal(self, topic: int, *, closed: bool) -> str:
        found = self.topics.get(topic)
        if found is None or found.deleted:
            return "Bad Request: TOPIC_ID_INVALID"
        return "Bad Request: TOPIC_NOT_MODIFIED" if found.closed is closed else ""

    def _thread_refusal(self, topic: int) -> str:
        if not topic:
            return ""
        found = self.topics.get(topic)
        if found is None or found.deleted:
            return "Bad Request: message thread not found"
        return "Bad Request: TOPIC_CLOSED" if found.closed and not self.manages_topics else ""
