"""What stands on the fake Discord: channels, messages, nonces; plain values that any part may read."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

BOT = "900000000000000001"
APPLICATION = "900000000000000002"
TOKEN = "OTAwMDAwMDAwMDAwMDAwMDAx.GfakeX.a-token-of-the-fake-discord-01"  # noqa: S105 - of the fake alone
SERVER = "800000000000000001"
MESSAGE_CONTENT = 1 << 18
"""The application's flag that lets it read what people write."""
EVERYBODY_MAY = 1 << 10 | 1 << 11 | 1 << 16 | 1 << 35 | 1 << 38
"""View channels, write, read the history, open threads, and write in them."""
_EPOCH = 1_420_070_400_000
_NONCES_LIVE = 300.0


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in; ``path`` follows ``/api/v10``."""

    method: str
    path: str
    body: Any
    host: str


@dataclass(slots=True)
class World:
    """``channels`` maps an id to its payload; ``told`` holds each channel's messages in order of their ids.

    ``servers`` maps the id of each server to its name, ``settings`` are more of the application's own.
    ``interactions`` maps a token to the interaction, ``answers`` to the message that answers it.
    ``hidden`` maps a channel to the status and code with which it is refused.
    """

    flags: int = MESSAGE_CONTENT
    servers: dict[str, str] = field(default_factory=lambda: {SERVER: "Nova's"})
    settings: Json = field(default_factory=dict)
    everybody_may: int = EVERYBODY_MAY
    channels: dict[str, Json] = field(default_factory=dict)
    told: dict[str, dict[int, Json]] = field(default_factory=dict)
    hidden: dict[str, tuple[int, int]] = field(default_factory=dict)
    reactions: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[tuple[str, str, Json]] = field(default_factory=list)
    interactions: dict[str, Json] = field(default_factory=dict)
    answers: dict[str, Json | None] = field(default_factory=dict)
    commands: list[Json] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    repeats: Counter[str] = field(default_factory=Counter)
    nonces: dict[tuple[str, str], tuple[float, Json]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    _last: int = 0

    def snowflake(self) -> str:
        """Make an id that is higher than all before."""
        now = (time.time_ns() // 1_000_000 - _EPOCH) << 22
        self._last = max(self._last + 1, now)
        return str(self._last)

    def server_channel(self, id_: str, *, name: str = "questions", server: str = SERVER) -> Json:
        """Open a text channel on a server."""
        channel = self.channels[id_] = {
            "id": id_, "type": 0, "guild_id": server, "name": name, "position": 0, "parent_id": None,
            "permission_overwrites": [], "nsfw": False, "last_message_id": None,
        }  # fmt: skip
        return channel

    def thread(self, id_: str, parent: str) -> Json:
        """Open a public thread of a channel."""
        now = datetime.now(UTC).isoformat()
        channel = self.channels[id_] = {
            "id": id_, "type": 11, "guild_id": self.channels[parent]["guild_id"], "name": "a thread",
            "parent_id": parent,
            "owner_id": BOT, "last_message_id": None, "message_count": 0, "member_count": 1,
            "thread_metadata": {
                "archived": False, "auto_archive_duration": 1440, "archive_timestamp": now, "locked": False,
            },
        }  # fmt: skip
        return channel

    def direct(self, id_: str, fan: str) -> Json:
        """Open a direct channel with a fan."""
        channel = self.channels[id_] = {
            "id": id_, "type": 1, "last_message_id": None, "recipients": [user(fan)],
        }  # fmt: skip
        return channel

    def place(self, message: Json) -> Json:
        """Put a message where its channel is; return it."""
        channel = message["channel_id"]
        self.told.setdefault(channel, {})[int(message["id"])] = message
        newest = self.channels[channel].get("last_message_id")
        self.channels[channel]["last_message_id"] = str(max(int(newest or 0), int(message["id"])))
        return message

    def answered_before(self, channel: str, nonce: str) -> Json | None:
        """Return the message that this nonce made in the last minutes."""
        at, message = self.nonces.get((channel, nonce), (0.0, None))
        return message if time.monotonic() - at < _NONCES_LIVE else None

    @property
    def said(self) -> list[Json]:
        """Return what the bot said, in the order in which it was taken."""
        ours = [each for told in self.told.values() for each in told.values() if each["author"]["id"] == BOT]
        return sorted(ours, key=lambda message: int(message["id"]))

    def server(self, id_: str = SERVER) -> Json:
        """Describe a server as it is announced."""
        here = [dict(each) for each in self.channels.values() if each.get("guild_id") == id_]
        return {
            "id": id_, "name": self.servers[id_], "owner_id": "7", "unavailable": False, "member_count": 2,
            "roles": [
                role(id_, "@everyone", permissions=self.everybody_may),
                {**role("800000000000000009", "the bot", permissions=0), "tags": {"bot_id": BOT}},
            ],
            "channels": [each for each in here if each["type"] == 0],
            "threads": [
                each for each in here if each["type"] == 11 and not each["thread_metadata"]["archived"]
            ],
            "members": [], "emojis": [], "stickers": [], "features": [], "voice_states": [], "presences": [],
            "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [],
            "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0,
            "mfa_level": 0, "nsfw_level": 0, "premium_tier": 0, "preferred_locale": "en-US",
            "afk_timeout": 300, "system_channel_flags": 0, "large": False, "joined_at": None,
        }  # fmt: skip


def user(id_: str, name: str = "ada", *, bot: bool = False) -> Json:
    """Describe somebody."""
    return {
        "id": id_, "username": name.lower(), "global_name": name, "discriminator": "0", "avatar": None,
        "bot": bot, "public_flags": 0,
    }  # fmt: skip


def role(id_: str, name: str, *, permissions: int) -> Json:
    """Describe a role of the server."""
    return {
        "id": id_, "name": name, "permissions": str(permissions), "position": 0, "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False, "managed": False, "mentionable": False, "flags": 0,
    }  # fmt: skip
