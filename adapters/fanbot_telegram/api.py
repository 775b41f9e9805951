"""The Bot API over python-telegram-bot, with updates as the platform sent them."""

import json
from collections.abc import Mapping
from typing import Any

from telegram import Bot
from telegram.error import TelegramError

from fanbot_telegram.settings import Settings
from fanbot_telegram.transport import AiohttpRequest

_CONNECTIONS = 64
_TOO_MANY, _USUAL_WAIT = 429, 30.0
"""The status of a flood, and the seconds to wait where its answer names none."""
_CONNECT, _ANSWER = 5.0, 20.0
"""Seconds to reach the platform, and to wait for what it answers."""


class Api(Bot):
    """Call methods by their names; raises telegram.error.TelegramError.

    Updates are not made into objects: one of a kind that the SDK does not know yet would keep all
    others of its batch from being read.
    """

    __slots__ = ()

    def __init__(self, settings: Settings) -> None:
        """Speak to the server that the settings name; no connection is opened yet."""
        super().__init__(
            settings.token,
            base_url=settings.base_url,
            base_file_url=settings.base_file_url,
            request=_http(_CONNECTIONS),
            get_updates_request=_http(1),
        )

    async def call(
        self, method: str, parameters: Mapping[str, object] | None = None, *, patience: float = _ANSWER
    ) -> Any:
        """Return the result of a method; wait ``patience`` seconds for the answer."""
        return await self._post(method, dict(parameters or {}), read_timeout=patience)

    async def end(self) -> None:
        """Close the connections."""
        for request in self._request:
            await request.shutdown()


class FloodError(TelegramError):
    """The platform wants nothing more for so many ``seconds``.

    Stands for the SDK's own error, which warns of a change of its type whenever it is made.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__("Too Many Requests")
        self.seconds = seconds


class _Http(AiohttpRequest):
    """Requests of which a refused one says for how long."""

    __slots__ = ()

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Return status and body; raises FloodError for 429."""
        status, body = await super().do_request(*args, **kwargs)
        if status == _TOO_MANY:
            raise FloodError(_wait(body))
        return status, body


def _wait(body: bytes) -> float:
    try:
        seconds = json.loads(body)["parameters"]["retry_after"]
    except (ValueError, KeyError, TypeError):
        return _USUAL_WAIT
    return float(seconds) if type(seconds) is int else _USUAL_WAIT


def _http(connections: int) -> _Http:
    return _Http(connections, connect=_CONNECT, answer=_ANSWER)
