"""The whole machine under everything at once: fans, people, failing sends, crashes, a clock that goes on."""

import asyncio
import shutil
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from fanbot.bootstrap import Machine
from fanbot.domain.handoffs import State
from fanbot.domain.messages import Author, Inbound, OutboundKind
from fanbot.domain.settings import SignalSettings
from fanbot.errors import DeliveryError, MoveError
from fanbot.ports.platform import Dispatch
from fanbot.ports.workspace import Workspace
from fanbot.services.desk import Desk
from fanbot.storage import SqlStore, open_store
from fanbot.testing.capcheck import CapChecker
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.platform import MemoryPlatform
from fanbot.testing.stores import records
from fanbot.testing.understanding import ScriptedUnderstanding

CAP = SignalSettings(share=Fraction(1, 2), window=timedelta(days=365), gap=timedelta(hours=24))
FANS = ("ada", "bob")
CUSTOMERS = ("cid", "dan")
"""They ask what has an answer and nothing else, so promotions may reach them."""
QUESTIONS = ("where are tickets", "when will my hoodie come", "do you have large")
TEXTS = (
    *QUESTIONS,
    "my dog died",
    "my parcel came broken",
    "i do not want to live",
    "thank you",
    "large tickets",
    "the one that cannot be said",
    "☃",
    "/human",
    "/takeback",
    "/stop",
)
PLACES = ("main", "once", "lobby")
PEOPLE = ("Sam", "Juno")
CLOSING = "has been read by"
ENDS = ("answered", "closed", "withdrawn")


@dataclass(frozen=True, slots=True)
class Mood:
    """What becomes of one send: whether it arrives, and what the adapter says of it."""

    arrives: bool
    error: Exception | None


MOODS: Mapping[str, Mood] = {
    "a passing failure": Mood(arrives=False, error=DeliveryError("gateway away")),
    "a wish for patience": Mood(arrives=False, error=DeliveryError("slow down", retry_after=90)),
    "a lost request": Mood(arrives=False, error=DeliveryError("connection lost", ambiguous=True)),
    "a lost answer": Mood(arrives=True, error=DeliveryError("connection lost", ambiguous=True)),
    "a closed door": Mood(arrives=False, error=DeliveryError("no such chat", permanent=True)),
    "a surprise": Mood(arrives=True, error=KeyError("message_id")),
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a fan got, and when its words were frozen."""

    at: datetime
    number: int
    dispatch: Dispatch


class Fickle(MemoryPlatform):
    """A platform whose next sends go as a test wants; it outlives every crash.

    What it refused for good it refuses for ever. ``reworded`` keeps what came in other words under a
    key that may have arrived before.
    """

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.moods: deque[Mood] = deque()
        self.arrivals: list[Arrival] = []
        self.reworded: list[Dispatch] = []
        self._clock = clock
        self._frozen: dict[str, tuple[datetime, int, str]] = {}
        self._doubted: set[str] = set()
        self._refused: dict[str, Mood] = {}

    async def send(self, dispatch: Dispatch) -> None:
        """Freeze the words until it is certain that they did not arrive."""
        frozen = self._frozen.setdefault(dispatch.key, (self._clock.now(), len(self.tried), dispatch.text))
        if frozen[2] != dispatch.text:
            self.reworded.append(dispatch)
        await super().send(dispatch)
        self.sent.pop()
        mood = self.moods.popleft() if self.moods else Mood(arrives=True, error=None)
        mood = self._refused.get(dispatch.key, mood)
        if isinstance(mood.error, DeliveryError) and mood.error.permanent:
            self._refused[dispatch.key] = mood
        if mood.arrives:
            self.sent.append(dispatch)
            self.arrivals.append(Arrival(frozen[0], frozen[1], dispatch))
        certain = isinstance(mood.error, DeliveryError) and not mood.error.ambiguous
        if mood.error is not None and not certain:
            self._doubted.add(dispatch.key)
        if certain and dispatch.key not in self._doubted:
            del self._frozen[dispatch.key]
        if mood.error is not None:
            raise mood.error


@dataclass(slots=True)
class Ground:
    """What every example begins with."""

    assemble: Callable[..., Machine]
    migrated: Path
    folder: Path
    understanding: ScriptedUnderstanding
    workspace: Workspace
    desk: Callable[..., Desk]
    examples: int = field(default=0)


class World(RuleBasedStateMachine):
    """Fans write, people answer, platforms fail, the process dies and comes back."""

    ground: ClassVar[Ground]

    def __init__(self) -> None:
        super().__init__()
        self.ground.examples += 1
        self.file = self.ground.folder / f"{self.ground.examples}.db"
        shutil.copy(self.ground.migrated, self.file)
        self.clock = ManualClock()
        self.platforms = {"main": Fickle(self.clock), "once": Fickle(self.clock)}
        self.written: list[Inbound] = []
        self.loop = asyncio.Runner()
        self.loop.run(self._start())

    @rule(
        fan=st.sampled_from(FANS),
        place=st.sampled_from(PLACES),
        texts=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4),
    )
    def a_fan_writes(self, fan: str, place: str, texts: list[str]) -> None:
        """Let some messages be stored; they are decided when the engine comes to it."""
        self._write(fan, place, texts)

    @rule(
        fan=st.sampled_from(CUSTOMERS),
        place=st.sampled_from(PLACES),
        texts=st.lists(st.sampled_from(QUESTIONS), min_size=1, max_size=4),
    )
    def a_customer_asks(self, fan: str, place: str, texts: list[str]) -> None:
        """Let some questions be stored that have an answer."""
        self._write(fan, place, texts)

    @rule(
        fan=st.sampled_from(CUSTOMERS),
        account=st.sampled_from(("main", "main", "once")),
        moods=st.lists(st.sampled_from([*MOODS]), min_size=1, max_size=3),
    )
    def an_offer_meets_trouble(self, fan: str, account: str, moods: list[str]) -> None:
        """Let somebody ask for tickets, and let the answer go out on a bad day."""
        self._write(fan, account, ["where are tickets"])
        self.sends_will_fail(account, moods)
        for _ in moods:
            self.loop.run(self._drained())
            self.clock.move(timedelta(minutes=6))

    def _write(self, fan: str, place: str, texts: list[str]) -> None:
        shared = place == "lobby"
        events = [
            inbound(
                text,
                message=f"{len(self.written) + number}",
                channel="lobby" if shared else fan,
                author=Author(fan, fan.title()),
                account="main" if shared else place,
                direct=not shared,
                mentioned=shared,
                received_at=self.clock.now(),
            )
            for number, text in enumerate(texts)
        ]
        self.written += events
        self.loop.run(self.machine.bus.publish(events))

    @precondition(lambda self: self.written)
    @rule(back=st.integers(1, 5))
    def the_platform_repeats_itself(self, back: int) -> None:
        """Deliver the newest messages once more."""
        self.loop.run(self.machine.bus.publish(self.written[-back:]))

    @rule()
    def the_engine_works(self) -> None:
        """Let everything stored be decided, and what is first in its conversation be sent."""
        self.loop.run(self._decided())

    @rule()
    def everything_due_is_sent(self) -> None:
        """Let the outbox settle and send what is due."""
        self.loop.run(self._drained())

    @rule(account=st.sampled_from(("main", "once")), moods=st.lists(st.sampled_from([*MOODS]), max_size=3))
    def sends_will_fail(self, account: str, moods: list[str]) -> None:
        """Let the next sends go badly."""
        self.platforms[account].moods.extend(MOODS[mood] for mood in moods)

    @rule(span=st.sampled_from([timedelta(seconds=2), timedelta(minutes=6), timedelta(hours=25)]))
    def time_passes(self, span: timedelta) -> None:
        """Let the clock go on, and the desk's timers with it."""
        self.clock.move(span)
        self.loop.run(self.store.desk.tend(now=self.clock.now()))

    @rule(
        who=st.sampled_from(PEOPLE),
        act=st.sampled_from(["claim", "reply", "reply", "close", "release", "escalate"]),
        place=st.integers(0, 3),
    )
    def a_person_acts(self, who: str, act: str, place: int) -> None:
        """Let somebody of the team do something with an item; a move that is not allowed changes nothing."""
        self.loop.run(self._moved(who, act, place))

    @rule()
    def the_process_dies(self) -> None:
        """Drop everything that is only in memory, whatever was under way."""
        self.loop.run(self._crashed())

    def teardown(self) -> None:
        """Let all trouble end, drain, and look at what came of it."""
        for platform in self.platforms.values():
            platform.moods.clear()
        self.loop.run(self._settled())
        self.loop.run(self._every_message_was_decided_once())
        self.loop.run(self._whoever_needs_a_person_has_one())
        self._order_was_kept()
        self._nothing_was_said_twice()
        self._the_cap_held()
        self.loop.run(self._stopped())
        self.loop.close()

    async def _start(self) -> None:
        self.store: SqlStore = await open_store(f"sqlite:///{self.file}", settings=CAP, now=self.clock.now)
        self.machine = self.ground.assemble(
            store=self.store,
            accounts=self.platforms,
            workspace=self.ground.workspace,
            understanding=self.ground.understanding,
            clock=self.clock,
        )
        self.desk = self.ground.desk(self.store, self.clock)
        await self.store.outbox.recover(now=self.clock.now())

    async def _stopped(self) -> None:
        """Forget everything but the file and the platforms."""
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.store.close()

    async def _crashed(self) -> None:
        engine = asyncio.create_task(self.machine.engine.run())
        for _ in range(3):
            await asyncio.sleep(0)
        engine.cancel()
        await self._stopped()
        await self._start()

    async def _decided(self) -> None:
        engine = asyncio.create_task(self.machine.engine.run())
        drained = asyncio.create_task(self.machine.bus.drained())
        await asyncio.wait({engine, drained}, return_when=asyncio.FIRST_COMPLETED)
        if engine.done():
            engine.result()
        engine.cancel()
        await asyncio.gather(engine, return_exceptions=True)

    async def _drained(self) -> None:
        await self._decided()
        await self.machine.outbox.drain()

    async def _settled(self) -> None:
        on_the_way = True
        while on_the_way:
            await self._drained()
            self.clock.move(timedelta(minutes=6))
            rows = await records(self.store, "outbound")
            on_the_way = any(row["state"] in {"ready", "queued", "sending"} for row in rows)

    async def _moved(self, who: str, act: str, place: int) -> None:
        entries = await self.desk.waiting()
        if not entries:
            return
        item = entries[place % len(entries)].handoff.id
        moves = {
            "claim": lambda: self.desk.claim(item, who=who),
            "reply": lambda: self.desk.reply(item, "We have read it.", who=who),
            "close": lambda: self.desk.close(item, who=who),
            "release": lambda: self.desk.release(item, who=who),
            "escalate": lambda: self.desk.escalate(item, who=who),
        }
        try:
            await moves[act]()
        except MoveError:
            return

    async def _every_message_was_decided_once(self) -> None:
        kept = await records(self.store, "message")
        assert sorted(message["id"] for message in kept) == sorted(each.message for each in self.written)
        assert all(message["decision"] for message in kept)

    async def _whoever_needs_a_person_has_one(self) -> None:
        """Nothing that was for a person is gone: it waits, or somebody or the fan ended it."""
        items = {item["id"]: item for item in await records(self.store, "item")}
        history = defaultdict(list)
        holds: set[object] = set()
        for event in await records(self.store, "item-event"):
            history[event["item"]].append((event["what"], event["who"]))
            if event["what"] == "message":
                holds.add(event["event"])
        for message in await records(self.store, "message"):
            if message["decision"]["lane"] is not None:
                assert message["event"] in holds, message
        queue = {entry.handoff.id for entry in await self.desk.waiting()}
        for number, item in items.items():
            ended = [(what, who) for what, who in history[number] if what in ENDS]
            state = State(item["state"])
            if state.needs_person:
                continue
            assert ended, (item, history[number])
            assert all(who in (*PEOPLE, "fan") for _, who in ended)
            if item["lane"].startswith("safety"):
                assert all(what != "withdrawn" for what, _ in ended)
        assert len(queue) == sum(State(item["state"]).needs_person for item in items.values())

    def _order_was_kept(self) -> None:
        """What is first read in a conversation was first decided; a key sorts as its decision did."""
        for platform in self.platforms.values():
            firsts: dict[object, list[Dispatch]] = defaultdict(list)
            for arrival in platform.arrivals:
                said = arrival.dispatch
                fan = self._message(said).author.id
                if said.key not in {each.key for each in firsts[said.address, fan]}:
                    firsts[said.address, fan].append(said)
            for conversation in firsts.values():
                assert [said.key for said in conversation] == sorted(said.key for said in conversation)
                automatic = [int(said.in_reply_to) for said in conversation if _automatic(said)]
                assert automatic == sorted(automatic)

    def _nothing_was_said_twice(self) -> None:
        """An event has one key for each kind of words; what may have come stays word for word."""
        keys: dict[tuple[str, OutboundKind], set[str]] = defaultdict(set)
        for platform in self.platforms.values():
            assert platform.reworded == []
            for arrival in platform.arrivals:
                said = arrival.dispatch
                if _automatic(said):
                    keys[said.in_reply_to, said.kind].add(said.key)
        assert all(len(each) == 1 for each in keys.values())
        forgetful = [arrival.dispatch.key for arrival in self.platforms["once"].arrivals]
        assert len(forgetful) == len(set(forgetful))

    def _the_cap_held(self) -> None:
        """Each fan's promotions were paid for when their words were frozen, over all accounts."""
        checker = CapChecker(share=CAP.share, window=CAP.window, gap=CAP.gap)
        everything = [arrival for platform in self.platforms.values() for arrival in platform.arrivals]
        for arrival in sorted(everything, key=lambda each: (each.at, each.number)):
            said = arrival.dispatch
            assert said.direct or not said.promotional
            checker.saw(
                arrival.at,
                scope=self._message(said).author.id,
                key=said.key,
                kind=said.kind.value,
                text=said.text,
                promotional=said.promotional,
            )

    def _message(self, said: Dispatch) -> Inbound:
        return self.written[int(said.in_reply_to)]


def _automatic(said: Dispatch) -> bool:
    """Tell whether the assistant said it of itself: no reply of a person, and no word that one closed."""
    return said.kind is not OutboundKind.HUMAN and CLOSING not in said.text


def test_whatever_happens_nothing_is_lost_doubled_or_out_of_order(
    assemble: Callable[..., Machine],
    migrated: Path,
    tmp_path: Path,
    understanding: ScriptedUnderstanding,
    workspace: Workspace,
    desk_on: Callable[..., Desk],
) -> None:
    """After draining, every promise of the house holds (G1 to G6)."""
    understanding.stumble_over("☃", ValueError("no such letter"))

    class Here(World):
        ground = Ground(assemble, migrated, tmp_path, understanding, workspace, desk_on)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            suppress_health_check=[*HealthCheck],
        ),
    )
