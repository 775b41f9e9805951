"""Whether the account is in order, as the listener finds it and the sender minds it."""

from collections.abc import Sequence

import structlog


class Standing:
    """What keeps the account from working, told once when it begins and once when it is over."""

    def __init__(self, account: str) -> None:
        """Begin with nothing in the way."""
        self.trouble = ""
        self._log = structlog.get_logger("fanbot.telegram").bind(account=account)

    def troubled(self, why: str) -> None:
        """Note what is in the way; the same again is not told again."""
        if why != self.trouble:
            self._log.warning("telegram is not in order", error=why)
        self.trouble = why

    def well(self) -> None:
        """Note that nothing is in the way any more."""
        if self.trouble:
            self._log.info("telegram is in order again")
        self.trouble = ""

    def unreadable(self, kinds: Sequence[str], why: str) -> None:
        """Tell of an update that was passed over."""
        told = "an update from telegram is not as documented and was passed over"
        self._log.warning(told, kinds=kinds, error=why)

    def unreachable(self, what: str, *, retry_in: float) -> None:
        """Tell that the platform cannot be heard for now."""
        self._log.warning("telegram cannot be reached", error=what, retry_in=retry_in)
