"""Read updates for one account; an odd one is told in the log and holds up no other."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from fanbot_telegram.entities import Me
from fanbot_telegram.found import Found
from fanbot_telegram.reach import Reach
from fanbot_telegram.staff_reader import StaffReader
from fanbot_telegram.standing import Standing
from fanbot_telegram.translate import UnreadableUpdateError, events


class Reader:
    """What is the same for every update of an account."""

    def __init__(
        self,
        account: str,
        me: Me,
        *,
        standing: Standing,
        now: Callable[[], datetime],
        reach: Reach,
        staff: StaffReader | None = None,
    ) -> None:
        """Translate what the bot ``me`` hears; events are received ``now``, the team's are for ``staff``.

        Who blocks the bot is noted in ``reach``.
        """
        self._account = account
        self._me = me
        self._standing = standing
        self._now = now
        self._reach = reach
        self._staff = staff

    def read(self, update: Mapping[str, Any]) -> Sequence[Found]:
        """Return what an update tells; nothing for one that nobody can read."""
        if self._staff is not None and (acts := self._staff.read(update)) is not None:
            return acts
        if "my_chat_member" in update:
            change = self._reach.note(update["my_chat_member"])
            return (change,) if change is not None else ()
        try:
            return events(update, me=self._me, account=self._account, received_at=self._now())
        except UnreadableUpdateError as error:
            self._standing.unreadable([kind for kind in update if kind != "update_id"], str(error))
            return ()
