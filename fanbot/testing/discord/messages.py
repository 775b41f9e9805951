"""Messages on the fake Discord, as its payloads show them."""

from datetime import UTC, datetime
from typing import Any

from fanbot.testing.discord.world import BOT, Json, World, user


def from_fan(
    world: World,
    channel: str,
    text: str,
    *,
    fan: str = "3001",
    name: str = "Ada",
    id_: str = "",
    bot: bool = False,
    mentions: tuple[str, ...] = (),
    reply_to: str = "",
    **more: Any,
) -> Json:
    """Describe what a fan writes."""
    message: Json = {
        "id": id_ or world.snowflake(), "channel_id": channel, "author": user(fan, name, bot=bot),
        "content": text, "timestamp": datetime.now(UTC).isoformat(), "edited_timestamp": None, "tts": False,
        "mention_everyone": False, "mentions": [user(each, bot=each == BOT) for each in mentions],
        "mention_roles": [], "attachments": [], "embeds": [], "pinned": False, "type": 19 if reply_to else 0,
        "components": [], "flags": 0,
    }  # fmt: skip
    if reply_to:
        message["message_reference"] = {"type": 0, "channel_id": channel, "message_id": reply_to}
        message["referenced_message"] = world.told.get(channel, {}).get(int(reply_to))
    return {**message, **more}


def from_bot(world: World, channel: str, body: Json) -> Json:
    """Describe what the bot writes with this body; ``pings`` counts whom it would notify by name."""
    message = from_fan(world, channel, body["content"].strip(), fan=BOT, name="Nova's assistant", bot=True)
    reference = body.get("message_reference")
    if reference and int(reference["message_id"]) in world.told.get(channel, {}):
        message["message_reference"] = {
            "type": 0, "channel_id": channel, "message_id": str(reference["message_id"]),
        }  # fmt: skip
        message["type"] = 19
    message["components"] = body.get("components") or []
    message["flags"] = body.get("flags") or 0
    message["nonce"] = body.get("nonce")
    return message


def pings(body: Json) -> int:
    """Count the ways in which a message may notify somebody."""
    allowed = body.get("allowed_mentions")
    if allowed is None:
        return 1
    asked = (*allowed.get("parse", ()), *allowed.get("users", ()), *allowed.get("roles", ()))
    return len(asked) + bool(allowed.get("replied_user"))


def described(world: World, message: Json) -> Json:
    """Return a message as the gateway tells it: with its server and its member."""
    server = world.channels[message["channel_id"]].get("guild_id")
    if server is None:
        return dict(message)
    member = {
        "nick": None,
        "roles": [],
        "joined_at": message["timestamp"],
        "deaf": False,
        "mute": False,
        "flags": 0,
    }
    return {**message, "guild_id": server, "member": member}
