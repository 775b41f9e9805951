"""Discord's gateway: a client that hands over every event as it came, at once and in order."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import discord

from fanbot_discord.pace import Pace
from fanbot_discord.reconnecting import PAUSES, ReconnectingClient
from fanbot_discord.rest import new_client
from fanbot_discord.settings import Settings

Take = Callable[[str, Mapping[str, object]], None]
"""Takes the name of an event and its payload; must return at once."""


class GatewayClient(ReconnectingClient):
    """Bypass discord.py's own tasks for events: they have no order once one of them waits."""

    take: Take

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Take a raw event; everything else goes discord.py's way."""
        if event == "socket_raw_receive":
            told = json.loads(args[0])
            name, payload = told.get("t"), told.get("d")
            if isinstance(name, str) and isinstance(payload, dict):
                self.take(name, payload)
            return
        if event != "socket_raw_send":
            super().dispatch(event, *args, **kwargs)


def gateway(
    settings: Settings, take: Take, *, pace: Pace, pauses: Sequence[float] = PAUSES
) -> discord.Client:
    """Make a client that listens with the intents that reading fans takes.

    Sessions are begun at this ``pace``; ``pauses`` are the seconds between tries to connect again.
    """
    intents = discord.Intents.none()
    intents.guilds = True
    intents.guild_messages = intents.dm_messages = True
    intents.guild_reactions = intents.dm_reactions = True
    intents.message_content = True
    client = new_client(settings, make=GatewayClient, intents=intents, debug=True)
    assert isinstance(client, GatewayClient)  # noqa: S101 - it was made one line above
    client.take = take
    client.pace = pace
    client.pauses = pauses
    return client
