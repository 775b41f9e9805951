"""Keep the token, which stands in every address of the Bot API, out of logs and errors."""

import hmac
import logging

_LOGGERS = (
    "aiohttp.client",
    "aiohttp.internal",
    "telegram.Bot",
    "telegram.request.BaseRequest",
)
HIDDEN = "<token>"


class Secrecy(logging.Filter):
    """Take a token out of what foreign libraries log, while it is in force."""

    def __init__(self, token: str) -> None:
        """Hide this token."""
        super().__init__()
        self._token = token

    def without(self, words: str) -> str:
        """Return the words without the token."""
        return words.replace(self._token, HIDDEN)

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass, without the token."""
        try:
            told = record.getMessage()
        except (TypeError, ValueError):
            told = str(record.msg)
        if self._token in told:
            record.msg, record.args = self.without(told), ()
        if record.exc_info:
            record.exc_info, record.exc_text = None, None
        return True

    def begin(self) -> None:
        """Watch over the libraries that know the token; foreign tracebacks are left out."""
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self)

    def end(self) -> None:
        """Watch no longer."""
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self)


def webhook_secret(key: bytes) -> str:
    """Return what the platform shows when it posts, made of the account's key; empty without one.

    >>> webhook_secret(b"")
    ''
    """
    return hmac.new(key, b"telegram webhook", "sha256").hexdigest() if key else ""
