"""Where updates go before they are confirmed: fans' events to the intake, the team's acts to its door."""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from fanbot.domain.messages import Inbound, Kind
from fanbot.errors import StoreError
from fanbot.ports.platform import Intake
from fanbot.ports.staff import Act, Remark, TeamDoor
from fanbot_telegram.staff_reader import StaffEvent

_FAILED = Remark(
    "Something in fanbot failed over this, and it is not tried again. Look into the console whether it was "
    "done; the log of fanbot says more."
)

Found = Inbound | StaffEvent
Take = Callable[[Sequence[Found]], Awaitable[None]]


class Taking:
    """Bring what was found to whom it is for; when the call returns, it is durable."""

    def __init__(
        self,
        intake: Intake,
        *,
        team: TeamDoor | None,
        pressed: Callable[[str], None],
        remarked: Callable[[StaffEvent, Remark], None] | None,
    ) -> None:
        """Tell ``pressed`` the queries of buttons that were pressed, and ``remarked`` what the door said."""
        self._intake = intake
        self._team = team
        self._pressed = pressed
        self._remarked = remarked
        self._log = structlog.get_logger("fanbot.telegram")

    async def __call__(self, found: Sequence[Found]) -> None:
        """Bring fans' events, then the acts one by one; raises StoreError when they are to come again."""
        events = [each for each in found if isinstance(each, Inbound)]
        if events:
            await self._intake(events)
        for event in events:
            if event.kind is Kind.PRESS:
                self._pressed(event.event.revision)
        for each in found:
            if isinstance(each, StaffEvent):
                await self._acted(each)

    async def _acted(self, event: StaffEvent) -> None:
        remark = await self._done(self._team, event.act) if self._team is not None else None
        if event.query:
            self._pressed(event.query)
        if remark is not None and self._remarked is not None and remark.text.strip():
            self._remarked(event, remark)

    async def _done(self, team: TeamDoor, act: Act) -> Remark | None:
        try:
            return await team(act)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - it would come again for ever, and keep fans waiting
            told = "an act of the team failed inside fanbot and is not brought again"
            self._log.warning(told, key=act.key, error=type(error).__name__)
            return _FAILED
