"""The staff channel before fans' hearing: what happens there is the team's, and the rest is passed on."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import datetime

import aiohttp
import discord
import structlog

from fanbot.errors import AdapterError
from fanbot.ports.platform import Recollection
from fanbot.ports.staff import Remark, TeamDoor
from fanbot_discord.directory import Directory
from fanbot_discord.gateway import Take
from fanbot_discord.interactions import asked
from fanbot_discord.refusals import named
from fanbot_discord.rest import Rest
from fanbot_discord.staff_acts import Done, in_time, pressed, written
from fanbot_discord.staff_answers import StaffAnswers
from fanbot_discord.translate import Payload

UNSURE = Remark(
    "Something went wrong here, and it is not sure that this was done. Please look at the card before you do "
    "it again."
)
CLOSED = Remark("Nothing was done, because this fanbot takes nothing from here. Please use the console.")
_MOST_WAITING = 1000
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0


class StaffHearing:
    """Take every event of the gateway, which never waits; bring the acts of each thread in their order."""

    def __init__(
        self,
        rest: Rest,
        directory: Directory,
        answers: StaffAnswers,
        *,
        team: TeamDoor | None,
        recollection: Recollection | None,
        noticed: Take,
        others: Take,
        now: Callable[[], datetime],
    ) -> None:
        self._rest = rest
        self._directory = directory
        self._answers = answers
        self._team = team
        self._recollection = recollection
        self._noticed = noticed
        self._others = others
        self._now = now
        self._lanes: dict[str, deque[Done]] = {}
        self._unplaced: dict[str, list[tuple[str, Payload]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._log = structlog.get_logger("fanbot.adapters")

    def take(self, name: str, payload: Payload) -> None:
        """Take one event of the gateway by its name."""
        self._noticed(name, payload)
        channel = payload.get("channel_id")
        if payload.get("guild_id") is None or not isinstance(channel, str):
            self._others(name, payload)
            return
        where = payload.get("channel")
        if isinstance(where, Mapping):
            tuple(self._directory.announced({"channels": [where]}))
        match self._directory.for_team(channel):
            case True:
                self._of_the_team(name, payload)
            case False:
                self._others(name, payload)
            case None:
                self._hold(channel, name, payload)

    async def close(self, *, within: float) -> None:
        """Stop, and tell those whose press has no answer yet that it is not sure what became of it."""
        await _cancelled(self._tasks)
        open_ = [done for lane in self._lanes.values() for done in lane if done.asked is not None]
        self._lanes.clear()
        if open_:
            last = [asyncio.create_task(self._answers.answer(done, UNSURE)) for done in open_]
            await asyncio.wait(last, timeout=within)
            await _cancelled(last)
        await self._answers.close()

    def _of_the_team(self, name: str, payload: Payload) -> None:
        if name == "MESSAGE_CREATE":
            self._enqueue(written(payload, self._directory, received_at=self._now()))
        elif name == "INTERACTION_CREATE":
            heard = asked(payload, self._directory, received_at=self._now())
            if heard is None:
                return
            if not heard.pressed:
                self._answers.not_here(heard)
                return
            done = pressed(heard, payload, self._directory, self._answers.whispers)
            self._answers.heard(done)
            self._enqueue(done)

    def _enqueue(self, done: Done | None) -> None:
        if done is None:
            return
        if sum(map(len, self._lanes.values())) >= _MOST_WAITING:
            self._log.warning(
                "More was done in the staff channel than can wait; it is lost", user=done.act.user
            )
            return
        lane = self._lanes.setdefault(done.act.thread, deque())
        lane.append(done)
        if len(lane) == 1:
            self._start(self._work(done.act.thread, lane))

    async def _work(self, thread: str, lane: deque[Done]) -> None:
        while lane:
            await self._answers.answer(lane[0], await self._remark(lane[0]))
            lane.popleft()
        del self._lanes[thread]

    async def _remark(self, done: Done) -> Remark | None:
        if self._team is None:
            return CLOSED if done.asked is not None else None
        try:
            return await self._team(in_time(done, self._now()))
        except Exception as error:  # noqa: BLE001 - one act that fails stops no other and no fan (G7)
            self._log.warning(
                "What somebody of the team did on Discord failed", user=done.act.user, error=named(error)
            )
            return UNSURE

    def _hold(self, channel: str, name: str, payload: Payload) -> None:
        """Keep an event of a channel that nobody told of, until Discord says whose it is."""
        waiting = self._unplaced.setdefault(channel, [])
        waiting.append((name, payload))
        if len(waiting) == 1:
            self._start(self._place(channel))

    async def _place(self, channel: str) -> None:
        known = await self._ask(channel)
        tuple(self._directory.announced({"channels": [known]}))
        waiting = self._unplaced.pop(channel)
        if self._directory.for_team(channel) is not None:
            for name, payload in waiting:
                self.take(name, payload)
            return
        told = (
            "Something was written in a channel that Discord did not announce and does not show, so it is "
            "not known whether it is the team's or a fan's. It was not kept."
        )
        self._log.warning(told, account=self._directory.account, channel=channel)
        if self._recollection is not None:
            await self._recollection.note_gap(told, place=f"channel {channel}", since=self._now())

    async def _ask(self, channel: str) -> Payload | None:
        """Return the channel; None when Discord will never show it."""
        pause = _FIRST_PAUSE
        while True:
            try:
                known = await self._rest.ask("GET", "/channels/{channel_id}", channel_id=channel)
                return known if isinstance(known, Mapping) else None
            except (discord.Forbidden, discord.NotFound):
                return None
            except (discord.DiscordException, aiohttp.ClientError, OSError, AdapterError) as error:
                self._log.warning(
                    "Discord does not say which channel something was written in; it is asked again",
                    channel=channel,
                    error=named(error),
                    retry_in=pause,
                )
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _start(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - what is the team's stops no fan (G7)
            self._log.warning("Something of the staff channel failed", error=named(error))


async def _cancelled(tasks: Iterable[asyncio.Task[None]]) -> None:
    ending = tuple(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)
