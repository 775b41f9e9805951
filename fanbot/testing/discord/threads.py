"""Threads of the fake Discord and edits of what the bot said, as Discord takes and refuses them."""

from typing import Any

from fanbot.testing.discord.gateway import Gateway
from fanbot.testing.discord.messages import described
from fanbot.testing.discord.troubles import Refused
from fanbot.testing.discord.world import BOT, Json, World

HAS_THREAD = 1 << 5
LONGEST_CONTENT = 2000
"""Characters; the description allows more than bots may send."""


class Threads:
    """Change what stands in the world, and tell the gateway of it."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self.world = world
        self.gateway = gateway

    async def start(self, channel: str, message: str, body: Json) -> Json:
        """Start a thread from a message; it has the id of the message."""
        told = self._message(channel, message)
        if message in self.world.channels or told["flags"] & HAS_THREAD:
            raise Refused(400, 160004, "A thread has already been created for this message")
        thread = self.world.thread(message, channel)
        thread["name"] = body["name"]
        thread["thread_metadata"]["auto_archive_duration"] = body.get("auto_archive_duration") or 1440
        told["flags"] |= HAS_THREAD
        await self.gateway.tell("THREAD_CREATE", {**thread, "newly_created": True})
        await self.gateway.tell("MESSAGE_UPDATE", described(self.world, told))
        return thread

    async def edit(self, channel: str, message: str, body: Json) -> Json:
        """Edit a message of the bot."""
        self.check_open(channel)
        told = self._message(channel, message)
        if told["author"]["id"] != BOT:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        if len(body.get("content") or "") > LONGEST_CONTENT:
            raise Refused(400, 50035, "Invalid Form Body")
        told.update({key: body[key] for key in ("content", "components") if key in body})
        told["edited_timestamp"] = told["timestamp"]
        await self.gateway.tell("MESSAGE_UPDATE", described(self.world, told))
        return told

    async def change(self, channel: str, body: Json) -> Json:
        """Put a thread away or back; nothing else is changed by bots like fanbot."""
        thread = self.world.channels[channel]
        if "thread_metadata" not in thread:
            raise Refused(403, 50013, "Missing Permissions")
        if thread["thread_metadata"]["locked"]:
            raise Refused(403, 50013, "Missing Permissions")
        await self.put(channel, away=body["archived"])
        return thread

    async def put(self, channel: str, *, away: bool) -> None:
        """Put a thread away or back, and tell of it."""
        thread: dict[str, Any] = self.world.channels[channel]
        thread["thread_metadata"]["archived"] = away
        await self.gateway.tell("THREAD_UPDATE", dict(thread))

    def check_open(self, channel: str) -> None:
        """Refuse what takes an open thread; Discord itself opens it for some of that."""
        state = self.world.channels[channel].get("thread_metadata") or {}
        if state.get("locked"):
            raise Refused(400, 160005, "This thread is locked")
        if state.get("archived"):
            raise Refused(400, 50083, "Thread is archived")

    def _message(self, channel: str, message: str) -> Json:
        told = self.world.told.get(channel, {}).get(int(message))
        if told is None:
            raise Refused(404, 10008, "Unknown Message")
        return told
