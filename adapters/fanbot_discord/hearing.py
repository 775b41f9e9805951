"""What the gateway tells, in a queue that has an end, on its way to the intake in order."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from fanbot.domain.messages import Author, Inbound, Kind
from fanbot.ports.platform import Intake, Recollection
from fanbot_discord.afterwards import Afterwards
from fanbot_discord.catching_up import CatchingUp
from fanbot_discord.directory import Directory, Room, Written
from fanbot_discord.interactions import asked
from fanbot_discord.rest import Rest
from fanbot_discord.snowflakes import number
from fanbot_discord.translate import Payload, deletion, edit, message, reaction

MOST_WAITING = 5000
"""Events that wait for the intake; messages beyond them are read from the history later."""
_BATCH = 100


@dataclass(frozen=True, slots=True)
class _Gap:
    """A new session began: what happened before it was not told."""


@dataclass(frozen=True, slots=True)
class _Announced:
    """A server told of its channels and threads."""

    rooms: tuple[Room, ...]


@dataclass(frozen=True, slots=True)
class _Gone:
    """A message was taken away that nobody here remembers."""

    payload: Payload
    received_at: datetime


class Hearing:
    """Take events as they come, which never waits, and bring them, which may."""

    def __init__(
        self,
        rest: Rest,
        directory: Directory,
        *,
        recollection: Recollection | None,
        intake: Intake,
        afterwards: Afterwards,
        now: Callable[[], datetime],
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._rest = rest
        self._directory = directory
        self._intake = intake
        self._afterwards = afterwards
        self._now = now
        self._most = most_waiting
        self._queue: deque[Inbound | _Gap | _Announced | _Gone] = deque()
        self._news = asyncio.Event()
        self._newest: dict[str, int] = {}
        self._behind: dict[str, tuple[int, bool]] = {}
        self._dropped = 0
        self._recipients: dict[str, str] = {}
        self._histories = CatchingUp(rest, directory, recollection=recollection, bring=self._bring, now=now)

    def take(self, name: str, payload: Payload) -> None:
        """Take one event of the gateway by its name."""
        match name:
            case "READY":
                user = payload.get("user")
                self._directory.own = str(user.get("id")) if isinstance(user, Mapping) else ""
                self._queue.append(_Gap())
            case "GUILD_CREATE":
                self._queue.append(_Announced(tuple(self._directory.announced(payload))))
            case "CHANNEL_CREATE":
                tuple(self._directory.announced({"channels": [payload]}))
            case "THREAD_CREATE" | "THREAD_UPDATE":
                self._directory.thread(payload)
            case "THREAD_LIST_SYNC":
                tuple(self._directory.announced({"threads": payload.get("threads")}))
            case "MESSAGE_DELETE_BULK":
                self._gone_at_once(payload)
            case "INTERACTION_CREATE":
                self._interaction(payload)
            case _:
                self._enqueue(self._event(name, payload))
        self._news.set()

    async def run(self) -> None:
        """Bring events until cancelled; raises what the intake raises."""
        tasks = [asyncio.create_task(self._pump()), asyncio.create_task(self._histories.run())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _event(self, name: str, payload: Payload) -> Inbound | _Gone | None:
        now, direct = self._now(), payload.get("guild_id") is None
        match name:
            case "MESSAGE_CREATE":
                return message(payload, self._directory, direct=direct, received_at=now)
            case "MESSAGE_UPDATE":
                return edit(payload, self._directory, direct=direct, received_at=now)
            case "MESSAGE_REACTION_ADD":
                return reaction(payload, self._directory, received_at=now)
            case "MESSAGE_DELETE":
                written = self._directory.written(str(payload.get("id")))
                if written is not None:
                    return deletion(payload, written, account=self._directory.account, received_at=now)
                return _Gone(payload, now) if direct else None
        return None

    def _gone_at_once(self, payload: Payload) -> None:
        ids = payload.get("ids")
        for id_ in ids if isinstance(ids, list) else ():
            self._enqueue(self._event("MESSAGE_DELETE", {**payload, "id": id_}))

    def _interaction(self, payload: Payload) -> None:
        heard = asked(payload, self._directory, received_at=self._now())
        if heard is not None:
            self._afterwards.heard(heard)
            self._enqueue(heard.event)

    def _enqueue(self, event: Inbound | _Gone | None) -> None:
        """Queue an event; a full queue leaves messages to the history, which keeps them."""
        if event is None or (isinstance(event, Inbound) and event.author.own):
            return
        if isinstance(event, Inbound):
            self._remember(event)
            id_ = number(event.message) if event.kind is Kind.MESSAGE else None
            channel = event.event.channel
            if id_ is not None and (channel in self._behind or len(self._queue) >= self._most):
                self._behind.setdefault(channel, (self._newest.get(channel, id_ - 1), event.direct))
                return
            if id_ is not None:
                self._newest[channel] = id_
        if len(self._queue) >= 2 * self._most:
            self._dropped += 1
            return
        self._queue.append(event)

    def _remember(self, event: Inbound) -> None:
        if event.kind is Kind.MESSAGE:
            self._directory.wrote(event.message, Written(event.author, event.address, event.direct))

    async def _pump(self) -> None:
        while True:
            if not self._queue:
                self._catch_up()
                self._news.clear()
                await self._news.wait()
            batch: list[Inbound] = []
            while self._queue and len(batch) < _BATCH and isinstance(head := self._queue[0], Inbound):
                self._queue.popleft()
                if not self._histories.hold(head):
                    batch.append(head)
            if batch:
                await self._bring(batch)
            elif self._queue and not isinstance(self._queue[0], Inbound):
                await self._heed(self._queue.popleft())

    async def _heed(self, told: Inbound | _Gap | _Announced | _Gone) -> None:
        match told:
            case _Gap():
                await self._histories.begin()
            case _Announced(rooms):
                self._histories.announced(rooms)
            case _Gone(payload, received_at):
                await self._gone(payload, received_at)

    async def _gone(self, payload: Payload, received_at: datetime) -> None:
        """Bring the deletion of a direct message that was written before this start."""
        channel = str(payload.get("channel_id"))
        author = await self._recipient(channel)
        if not author:
            return
        whose = Author(author, self._directory.name(author))
        written = Written(whose, self._directory.address(channel), direct=True)
        event = deletion(payload, written, account=self._directory.account, received_at=received_at)
        if event is not None and not self._histories.hold(event):
            await self._bring([event])

    async def _recipient(self, channel: str) -> str:
        """Ask with whom a direct channel is; empty when Discord does not say."""
        if channel not in self._recipients and number(channel) is not None:
            self._recipients[channel] = await self._rest.recipient(channel)
        return self._recipients.get(channel, "")

    def _catch_up(self) -> None:
        """Leave to the history what did not fit into the queue, now that it is empty."""
        if self._dropped:
            structlog.get_logger("fanbot.adapters").warning(
                "More came from Discord than could be stored in time; reactions, edits and deletions "
                "are lost",
                events=self._dropped,
            )
            self._dropped = 0
        behind, self._behind = self._behind, {}
        for channel, (after, direct) in behind.items():
            self._histories.open(channel, after=after, direct=direct)

    async def _bring(self, events: Sequence[Inbound]) -> None:
        theirs = [event for event in events if not (event.author.own or self._is_the_teams(event))]
        if theirs:
            for event in theirs:
                self._remember(event)
            await self._intake(theirs)
            self._afterwards.kept(theirs)

    def _is_the_teams(self, event: Inbound) -> bool:
        """Tell whether it happened in the staff channel, which is no place of fans."""
        return not event.direct and self._directory.for_team(event.event.channel) is True
