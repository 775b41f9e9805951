"""What discord.py and aiohttp log, as single lines in fanbot's own log, with no secret in them."""

import logging
import re

import structlog

_SECRET = re.compile(r"(/(?:webhooks|interactions)/[0-9]+/)[^/\s]+|[\w-]{20,}\.[\w-]{4,}\.[\w-]{20,}")


class _Relay(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """Say one warning without its traceback; fanbot uses no voice, and nobody needs to hear of it."""
        if record.getMessage().endswith("voice will NOT be supported"):
            return
        structlog.get_logger("fanbot.adapters").warning(
            "discord.py", told=without_secrets(record.getMessage())
        )


def without_secrets(text: str) -> str:
    """Take out of a text what would let somebody act as the bot.

    >>> without_secrets("POST https://discord.com/api/v10/webhooks/42/aW50ZXJhY3Rpb24/messages is late")
    'POST https://discord.com/api/v10/webhooks/42/[hidden]/messages is late'
    """
    return _SECRET.sub(lambda found: f"{found[1] or ''}[hidden]", text)


def relay() -> None:
    """Send the library's warnings our way; a second call changes nothing."""
    log = logging.getLogger("discord")
    if not any(isinstance(handler, _Relay) for handler in log.handlers):
        log.addHandler(_Relay(logging.WARNING))
        log.propagate = False
