"""All that one account has for its team: the group, what is called and said there, and what is heard."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from fanbot_telegram.api import Api
from fanbot_telegram.entities import Me
from fanbot_telegram.pace import Pace
from fanbot_telegram.remarks import Remarks
from fanbot_telegram.staff_calls import StaffCalls
from fanbot_telegram.staff_group import StaffGroup
from fanbot_telegram.staff_reader import StaffReader
from fanbot_telegram.staff_room import TopicRoom


class Staff:
    """The parts of the team's side, put together."""

    def __init__(
        self,
        api: Api,
        number: int,
        *,
        account: str,
        pace: Pace,
        must_be_fit: Callable[[], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Make the group ``number`` the team's."""
        self._account = account
        self._group = StaffGroup(number, account=account)
        self.calls = StaffCalls(api, self._group, account=account, pace=pace, must_be_fit=must_be_fit)
        self.room = TopicRoom(self.calls)
        self.remarks = Remarks(self.room.remark, account=account, sleep=sleep)

    def reader(self, me: Me, *, now: Callable[[], datetime]) -> StaffReader:
        """Read what the bot ``me`` hears of the group."""
        return StaffReader(self._account, me, self._group, noticed=self.room.noticed, now=now)
