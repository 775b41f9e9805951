"""Where updates go before they are confirmed: to the intake, to the team's door, into the store."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from fanbot.domain.messages import Inbound, Kind
from fanbot.errors import StoreError, StoreUnavailableError
from fanbot.ports.platform import Intake, Recollection
from fanbot.ports.staff import Act, Remark, TeamDoor
from fanbot_telegram.found import Found
from fanbot_telegram.reach import ReachChange
from fanbot_telegram.staff_reader import StaffEvent

_FAILED = Remark(
    "Something in fanbot failed over this, and it is not tried again. Look into the console whether it was "
    "done; the log of fanbot says more."
)

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
        recollection: Recollection | None = None,
    ) -> None:
        """Tell ``pressed`` the queries of buttons that were pressed, and ``remarked`` what the door said.

        Whom the bot cannot reach any more, or can again, is kept in ``recollection``.
        """
        self._intake = intake
        self._team = team
        self._pressed = pressed
        self._remarked = remarked
        self._recollection = recollection
        self._log = structlog.get_logger("fanbot.telegram")

    async def __call__(self, found: Sequence[Found]) -> None:
        """Bring fans' events, then the acts; raises StoreError when they are to come again.

        The acts in one thread are brought in their order, and hold up none in another.
        """
        events = [each for each in found if isinstance(each, Inbound)]
        if events:
            await self._intake(events)
        for event in events:
            if event.kind is Kind.PRESS:
                self._pressed(event.event.revision)
        for each in found:
            if isinstance(each, ReachChange):
                await self._note(each)
        await self._bring([each for each in found if isinstance(each, StaffEvent)])

    async def _note(self, change: ReachChange) -> None:
        """Keep who can be reached; what cannot be kept is told by the next message to that fan."""
        if self._recollection is None:
            return
        try:
            await self._recollection.note_reach(change.user, change.why)
        except StoreUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - it would come again for ever, and keep fans waiting
            told = "it could not be noted that a fan blocked the bot, or came back"
            self._log.warning(told, error=type(error).__name__)

    async def _bring(self, events: Sequence[StaffEvent]) -> None:
        threads: dict[str, list[StaffEvent]] = {}
        for event in events:
            threads.setdefault(event.act.thread, []).append(event)
        lanes = [self._in_order(lane) for lane in threads.values()]
        for ended in await asyncio.gather(*lanes, return_exceptions=True):
            if isinstance(ended, BaseException):
                raise ended

    async def _in_order(self, events: Sequence[StaffEvent]) -> None:
        for event in events:
            await self._acted(event)

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
