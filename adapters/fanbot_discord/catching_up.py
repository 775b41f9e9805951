"""What was written while nobody listened, read from the history of each place before what is new there."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp
import discord
import structlog

from fanbot.domain.messages import Inbound, Kind
from fanbot.errors import AdapterError
from fanbot.ports.platform import Recollection
from fanbot_discord.directory import Directory, Room
from fanbot_discord.refusals import named
from fanbot_discord.rest import PAGE, Rest
from fanbot_discord.snowflakes import first_at, moment_of, number
from fanbot_discord.translate import message

Bring = Callable[[Sequence[Inbound]], Awaitable[None]]

_AT_ONCE = 4
"""Places whose history is read side by side."""
_MOST_HELD = 1000
"""Messages that wait behind a history; those after them are read from it as well."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_MARGIN = timedelta(minutes=10)
"""How far before the newest stored message places are read that nothing is stored of."""


@dataclass(slots=True)
class _Lane:
    """A channel or thread whose history is being read. ``told``: its gap is worth a word if it stays."""

    channel: str
    after: int
    direct: bool
    told: bool = True
    again: bool = False
    held: list[Inbound] = field(default_factory=list)


class CatchingUp:
    """Read histories; hold what happens in those places meanwhile."""

    def __init__(
        self,
        rest: Rest,
        directory: Directory,
        *,
        recollection: Recollection | None,
        bring: Bring,
        now: Callable[[], datetime],
    ) -> None:
        self._rest = rest
        self._directory = directory
        self._recollection = recollection
        self._bring = bring
        self._now = now
        self._lanes: dict[str, _Lane] = {}
        self._waiting: asyncio.Queue[_Lane] = asyncio.Queue()
        self._floor: int | None = None
        self._read_to: dict[str, int] = {}
        self._log = structlog.get_logger("fanbot.adapters")

    async def begin(self) -> None:
        """After a gap, read on in every place where a fan wrote."""
        places = () if self._recollection is None else await self._recollection.places()
        self._floor = None
        self._read_to.clear()
        if places:
            newest = max(place.received_at for place in places)
            self._floor = first_at(newest - _MARGIN)
            self._log.info(
                "Discord was not listened to for a while. Known places are read from their history. Direct "
                "messages of fans who never wrote before, edits and deletions of that time cannot be asked "
                "for; if there were any, they are lost.",
                account=self._directory.account,
                gap_from=newest.isoformat(timespec="seconds"),
                gap_to=self._now().isoformat(timespec="seconds"),
            )
        for place in places:
            self._directory.learn(place.address)
            last = number(place.message.rpartition(":")[2])
            if last is not None:
                self.open(place.address.thread or place.address.channel, after=last, direct=place.direct)

    def announced(self, rooms: Iterable[Room]) -> None:
        """Read also where nothing is stored of yet, if something was written there since."""
        for room in rooms:
            if self._floor is None or room.id in self._lanes:
                continue
            after = max(self._floor, self._read_to.get(room.id, 0))
            if room.newest > after:
                told = self._directory.for_questions(room.id)
                self.open(room.id, after=after, direct=False, told=told)

    def open(self, channel: str, *, after: int, direct: bool, told: bool = True) -> None:
        """Read a place on from a message; what happens there waits behind it. The team's is never read."""
        if not direct and self._directory.for_team(channel) is True:
            return
        lane = self._lanes.get(channel)
        if lane is not None:
            lane.again = True
            return
        lane = self._lanes[channel] = _Lane(channel, after, direct, told)
        self._waiting.put_nowait(lane)

    def hold(self, event: Inbound) -> bool:
        """Keep an event of a place that is still being read; tell whether it was kept."""
        lane = self._lanes.get(event.event.channel)
        if lane is None:
            return False
        in_history = event.kind is Kind.MESSAGE and number(event.message) is not None
        if in_history and (lane.again or len(lane.held) >= _MOST_HELD):
            lane.again = True  # the history has it, and everything after it in this place
        else:
            lane.held.append(event)
        return True

    async def run(self) -> None:
        """Read until cancelled; raises what the intake raises."""
        readers = [asyncio.create_task(self._reader()) for _ in range(_AT_ONCE)]
        try:
            done, _ = await asyncio.wait(readers, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in readers:
                task.cancel()
            await asyncio.gather(*readers, return_exceptions=True)

    async def _reader(self) -> None:
        while True:
            await self._read(await self._waiting.get())

    async def _read(self, lane: _Lane) -> None:
        brought: set[str] = set()
        more = True
        while more:
            lane.again = False
            page = await self._page(lane)
            events = list(self._events(lane, page))
            if events:
                await self._bring(events)
                brought.update(event.message for event in events)
            lane.after = max([lane.after, *(number(told.get("id")) or 0 for told in page)])
            more = len(page) >= PAGE or lane.again
        while lane.held:
            waiting = [
                each for each in lane.held if each.kind is not Kind.MESSAGE or each.message not in brought
            ]
            lane.held.clear()
            if waiting:
                await self._bring(waiting)
        if lane.again:
            self._waiting.put_nowait(lane)
        else:
            del self._lanes[lane.channel]
            self._read_to[lane.channel] = lane.after

    def _events(self, lane: _Lane, page: Iterable[Mapping[str, object]]) -> Iterable[Inbound]:
        for told in page:
            event = message(told, self._directory, direct=lane.direct, received_at=self._now())
            if event is not None:
                yield event

    async def _page(self, lane: _Lane) -> Sequence[Mapping[str, object]]:
        """Return the next page; empty where Discord will never show it."""
        pause = _FIRST_PAUSE
        while True:
            try:
                return await self._rest.history(lane.channel, after=lane.after)
            except (discord.Forbidden, discord.NotFound) as error:
                await self._name_the_gap(lane, error)
                return ()
            except discord.LoginFailure:
                raise
            except (discord.DiscordException, aiohttp.ClientError, OSError, AdapterError) as error:
                self._log.warning(
                    "Discord does not show a channel's history now; it is asked again, and what is new there "
                    "waits",
                    channel=lane.channel,
                    error=named(error),
                    retry_in=pause,
                )
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _name_the_gap(self, lane: _Lane, error: discord.HTTPException) -> None:
        if not lane.told:
            return
        why = (
            "the channel is gone."
            if isinstance(error, discord.NotFound)
            else "the bot may not read it. It takes the permissions View Channel and Read Message History."
        )
        told = f"What was written in a channel while nobody listened cannot be read, because {why}"
        self._log.warning(
            told,
            account=self._directory.account,
            channel=lane.channel,
            after_message=str(lane.after),
            gap_to=self._now().isoformat(timespec="seconds"),
        )
        if self._recollection is not None:
            since = moment_of(lane.after)
            await self._recollection.note_gap(told, place=f"channel {lane.channel}", since=since)
