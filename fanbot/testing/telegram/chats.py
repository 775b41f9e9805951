"""The chats of the fake platform: what the bot wrote there and changed, its groups and their topics."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fanbot.testing.telegram import fans
from fanbot.testing.telegram.groups import Group, Topic
from fanbot.testing.telegram.sent import Sent
from fanbot.testing.telegram.troubles import Refusal
from fanbot.testing.telegram.updates import Updates


class Chats:
    """Methods of the Bot API that happen in a chat."""

    def __init__(self, me: Mapping[str, Any]) -> None:
        """Begin with nothing said by the bot ``me``."""
        self.me = dict(me)
        self.updates = Updates()
        self.sent: list[Sent] = []
        self.groups: dict[int, Group] = {}
        self._ids = 900_000

    def group(self, id_: int = -1003001) -> Group:
        """Take the bot into a group with topics, where it is an administrator."""
        return self.groups.setdefault(id_, Group(id_))

    def delete(self, sent: Sent) -> None:
        """Let somebody delete a message."""
        self.sent.remove(sent)

    def shown(self, sent: Sent) -> dict[str, Any]:
        """Return a message of the bot as updates show it."""
        group = self.groups.get(sent.chat)
        kind = "private" if sent.chat > 0 else "supergroup"
        chat = group.chat if group is not None else {"id": sent.chat, "type": kind}
        more: dict[str, Any] = {
            name: sent.wanted[name] for name in ("entities", "reply_markup") if name in sent.wanted
        }
        if sent.topic:
            more |= {"message_thread_id": sent.topic, "is_topic_message": True}
        return fans.message(sent.text, id_=sent.id, chat=chat, by=self.me, **more)

    def refusal_there(self, method: str, wanted: Mapping[str, Any]) -> Refusal | None:
        """Return why a chat does not take what is asked; of a group that moved, where it went."""
        group = self.groups.get(wanted.get("chat_id", 0))
        if group is None:
            topics = method.endswith("ForumTopic")
            return Refusal(400, "Bad Request: chat not found") if topics else None
        if group.moved_to:  # whoever only reads is not told
            told = "Bad Request: group chat was upgraded to a supergroup chat"
            moved = Refusal(400, told, {"migrate_to_chat_id": group.moved_to})
            return None if method.startswith("get") else moved
        reason = group.refusal(method, wanted)
        return Refusal(403 if reason.startswith("Forbidden") else 400, reason) if reason else None

    async def _do_sendMessage(self, wanted: Mapping[str, Any]) -> object:  # noqa: N802 - the platform's name
        self._ids += 1
        at = asyncio.get_running_loop().time()
        sent = Sent(at, self._ids, wanted["chat_id"], wanted["text"], wanted)
        self.sent.append(sent)
        self.updates.tell()
        return self.shown(sent)

    async def _do_editMessageText(self, wanted: Mapping[str, Any]) -> object:  # noqa: N802 - as above
        place = wanted["chat_id"], wanted["message_id"]
        at = next((at for at, each in enumerate(self.sent) if (each.chat, each.id) == place), None)
        if at is None:
            return Refusal(400, "Bad Request: message to edit not found")
        before = self.sent[at]
        after = {name: value for name, value in before.wanted.items() if name != "reply_markup"}
        after |= {name: value for name, value in wanted.items() if name != "message_id"}
        if after == before.wanted:
            return Refusal(400, "Bad Request: message is not modified: it is exactly the same")
        self.sent[at] = replace(before, text=wanted["text"], wanted=after)
        self.updates.tell()
        return self.shown(self.sent[at])

    async def _do_createForumTopic(self, wanted: Mapping[str, Any]) -> object:  # noqa: N802 - as above
        self._ids += 1
        topic = Topic(self._ids, wanted["name"])
        self.groups[wanted["chat_id"]].topics[topic.id] = topic
        self.updates.tell()
        return {"message_thread_id": topic.id, "name": topic.name, "icon_color": 7322096}

    async def _do_closeForumTopic(self, wanted: Mapping[str, Any]) -> object:  # noqa: N802 - as above
        self.groups[wanted["chat_id"]].topics[wanted["message_thread_id"]].closed = True
        self.updates.tell()
        return True

    async def _do_reopenForumTopic(self, wanted: Mapping[str, Any]) -> object:  # noqa: N802 - as above
        self.groups[wanted["chat_id"]].topics[wanted["message_thread_id"]].closed = False
        self.updates.tell()
        return True

    async def _do_sendChatAction(self, _: Mapping[str, Any]) -> object:  # noqa: N802 - the platform's name
        return True

    async def _do_getChat(self, wanted: Mapping[str, Any]) -> object:  # noqa: N802 - the platform's name
        group = self.groups.get(wanted["chat_id"])
        if group is None:
            return Refusal(400, "Bad Request: chat not found")
        public = {"username": group.username} if group.username else {}
        return {**group.chat, "accent_color_id": 0, "max_reaction_count": 11, **public}

    async def _do_getChatMember(self, wanted: Mapping[str, Any]) -> object:  # noqa: N802 - the platform's name
        group = self.groups[wanted["chat_id"]]
        status = "administrator" if group.administrator else "member"
        rights = {"can_manage_topics": group.manages_topics} if group.administrator else {}
        return {"user": self.me, "status": status, **rights}
