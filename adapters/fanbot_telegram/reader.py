"""Translate updates for one account; an odd one is told in the log and holds up no other."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fanbot.domain.messages import Inbound
from fanbot_telegram.entities import Me
from fanbot_telegram.standing import Standing
from fanbot_telegram.translate import UnreadableUpdateError, events


class Reader:
    """What is the same for every update of an account."""

    def __init__(self, account: str, me: Me, *, standing: Standing, now: Callable[[], datetime]) -> None:
        """Translate what the bot ``me`` hears; events are received ``now``."""
        self._account = account
        self._me = me
        self._standing = standing
        self._now = now

    def read(self, update: Mapping[str, Any]) -> Sequence[Inbound]:
        """Return the events of an update; none for one that nobody can read."""
        try:
            return events(update, me=self._me, account=self._account, received_at=self._now())
        except UnreadableUpdateError as error:
            self._standing.unreadable([kind for kind in update if kind != "update_id"], str(error))
            return ()
