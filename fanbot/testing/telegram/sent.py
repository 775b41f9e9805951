"""A message of the bot, as it stands in its chat."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_MENTION = re.compile(r"(?<![\w@])@[A-Za-z]\w{3,31}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of the bot as it stands in its chat; ``at`` is the loop's time."""

    at: float
    id: int
    chat: int
    text: str
    wanted: Mapping[str, Any]

    @property
    def reply_to(self) -> int:
        """Return the message that it answers, 0 for none."""
        return int(self.wanted.get("reply_parameters", {}).get("message_id", 0))

    @property
    def choices(self) -> list[str]:
        """Return what its buttons give back."""
        rows = self.wanted.get("reply_markup", {}).get("inline_keyboard", ())
        return [button["callback_data"] for row in rows for button in row]

    @property
    def topic(self) -> int:
        """Return the topic that it stands in, 0 for none."""
        return int(self.wanted.get("message_thread_id", 0))

    @property
    def pings(self) -> int:
        """Count who would be notified by name; nobody is in a private chat."""
        return len(_MENTION.findall(self.text)) if self.chat < 0 else 0
