"""How interactions with the fake Discord are answered: in time, once, and afterwards by their token."""

from typing import Any

from fanbot.testing.discord.troubles import Refused
from fanbot.testing.discord.world import BOT, Json, World, user

_MESSAGE, _DEFER_MESSAGE, _DEFER_CHANGE = 4, 5, 6
LOADING = 1 << 7
"""The flag of an answer that was announced and is not there yet."""


class Responses:
    """``world.answers`` maps a token to the message that answers, None once it was taken away."""

    def __init__(self, world: World) -> None:
        self.world = world

    def call_back(self, token: str, body: Json) -> None:
        """Take the first answer to an interaction."""
        asked = self.world.interactions.get(token)
        if asked is None:
            raise Refused(404, 10062, "Unknown interaction")
        if token in self.world.answers:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        if body["type"] == _DEFER_CHANGE:
            self.world.answers[token] = asked["message"]
        elif body["type"] in (_MESSAGE, _DEFER_MESSAGE):
            data = dict(body.get("data") or {})
            if body["type"] == _DEFER_MESSAGE:
                data["flags"] = (data.get("flags") or 0) | LOADING
            self.world.answers[token] = self._message(asked, data)
        else:
            raise Refused(400, 50035, "Invalid Form Body")

    def change(self, token: str, body: Json) -> Json:
        """Change the first answer."""
        answer = self._answer(token)
        answer.update({key: body[key] for key in ("content", "components") if key in body})
        answer["flags"] &= ~LOADING
        return answer

    def follow(self, token: str, body: Json) -> Json:
        """Say more to whoever asked."""
        self._answer(token)
        return self._message(self.world.interactions[token], body)

    def take_away(self, token: str) -> None:
        """Take the first answer away."""
        self._answer(token)
        self.world.answers[token] = None

    def _answer(self, token: str) -> Json:
        answer = self.world.answers.get(token)
        if answer is None:
            raise Refused(404, 10015, "Unknown Webhook")
        return answer

    def _message(self, asked: Json, data: Json) -> Json:
        who: Any = asked.get("user") or asked["member"]["user"]
        metadata: Json = {"id": asked["id"], "type": asked["type"], "user": who}
        if "message" in asked:
            metadata["interacted_message_id"] = asked["message"]["id"]
        return {
            "id": self.world.snowflake(), "channel_id": asked["channel_id"],
            "author": user(BOT, "Nova's assistant", bot=True), "content": data.get("content") or "",
            "components": data.get("components") or [], "flags": data.get("flags") or 0, "type": 20,
            "interaction_metadata": metadata, "mentions": [], "mention_roles": [], "attachments": [],
            "embeds": [], "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None,
            "mention_everyone": False, "pinned": False, "tts": False,
        }  # fmt: skip
