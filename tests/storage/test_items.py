"""What the store does to items in bulk is what the pure hand-off says of one."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fanbot.domain.handoffs import ARCHIVE_AFTER, CLAIM_IDLE, Family, Handoff, Lane, State
from fanbot.domain.messages import Inbound
from fanbot.ports.store import Move, QueueEntry
from fanbot.storage import SqlStore
from fanbot.storage.items import RANKS
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.stores import decide, entry_of, handed_over, hear, records

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hear:
    """Some messages of the fan in one batch, each with its lane and whether it only thanks."""

    messages: tuple[tuple[Lane, bool], ...]


@dataclass(frozen=True, slots=True)
class Do:
    """A move of a person on the item of a family, if it is allowed there."""

    family: Family
    move: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Time that passes, at the end of which the queue is tended."""

    span: timedelta


LANES = st.sampled_from([Lane.PERSONAL, Lane.HUMAN, Lane.OTHER, Lane.TECH, Lane.MINOR, Lane.THREAT])
HEARD = st.lists(st.tuples(LANES, st.booleans()), min_size=1, max_size=3).map(tuple).map(Hear)
DONE = st.builds(
    Do,
    st.sampled_from([Family.PEOPLE, Family.TECH, Family.THREAT]),
    st.sampled_from(["claim", "release", "reply", "snooze", "escalate", "close"]),
)
WAITED = st.sampled_from(
    [timedelta(minutes=1), CLAIM_IDLE, timedelta(hours=5), DAY, ARCHIVE_AFTER, 2 * ARCHIVE_AFTER]
).map(Wait)


@dataclass(slots=True)
class Model:
    """One conversation's items as the pure hand-off has them, with the day each last gained weight."""

    clock: ManualClock
    items: dict[Family, Handoff] = field(default_factory=dict)
    weighed: dict[Family, int] = field(default_factory=dict)

    def hear(self, lane: Lane, *, thanks: bool) -> None:
        """Take in a message."""
        now, family = self.clock.now(), lane.family
        today = (now - now.replace(year=1970, month=1, day=1, hour=0, minute=0, second=0)).days
        item = self.items.get(family)
        if item is None or item.state.finished:
            self.items[family] = Handoff(0, 0, 0, lane, State.WAITING, now, now)
            self.weighed[family] = today
            return
        heard = item.hear(now, thanks=thanks, heavier=today > self.weighed[family])
        if heard.weight > item.weight:
            self.weighed[family] = today
        urgent = min(item.lane, lane, key=RANKS.__getitem__)
        self.items[family] = replace(heard, lane=urgent)

    def tend(self) -> int:
        """Let time do what it may; count what moved."""
        now, moved = self.clock.now(), 0
        for family, item in self.items.items():
            tended = item.lapse(now).wake(now).archive(now)
            moved += tended.state is not item.state
            self.items[family] = tended
        return moved


def moved(item: Handoff, move: str, clock: ManualClock) -> Handoff | None:
    """Make the move as the item's owner, or nothing where it is not allowed."""
    now, who = clock.now(), item.owner or "sam"
    needs_person = item.state.needs_person
    if move == "claim":
        return item.claim(who, now) if needs_person else None
    if move == "release":
        return item.release(who, now) if item.state is State.CLAIMED else None
    if move == "snooze":
        return item.snooze(who, now + timedelta(hours=3), now) if needs_person else None
    if move == "escalate":
        return item.escalate(who, now) if needs_person else None
    if item.state.finished:
        return None
    return item.reply(who, now) if move == "reply" else item.close(who, now)


def told(item: Handoff) -> tuple[object, ...]:
    """Say all of an item but its ids."""
    return (
        item.lane, item.state, item.weight, item.owner, item.opened_at, item.touched_at,
        item.claimed_at, item.snoozed_until, item.answered_at,
    )  # fmt: skip


NUMBERS = count()


@given(steps=st.lists(st.one_of(HEARD, DONE, WAITED), min_size=1, max_size=14))
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_items_move_as_the_pure_hand_off_says(
    store: SqlStore, clock: ManualClock, steps: Sequence[Hear | Do | Wait]
) -> None:
    """Any run of messages, moves and days leaves in the store what the value objects say."""
    channel, model = f"fan{next(NUMBERS)}", Model(clock)
    numbers = count()
    for step in (Hear(((Lane.PERSONAL, False),)), *steps):
        clock.move(timedelta(seconds=1))
        if isinstance(step, Hear):
            await _hear(store, clock, channel, step, numbers)
            for lane, thanks in step.messages:
                model.hear(lane, thanks=thanks)
        elif isinstance(step, Do):
            await _do(store, model, channel, step)
        else:
            clock.move(step.span)
            assert await store.desk.tend(now=clock.now()) == model.tend()
        await _compare(store, model, channel)
    for family in model.items:
        await _do(store, model, channel, Do(family, "close"))


async def _hear(store: SqlStore, clock: ManualClock, channel: str, step: Hear, numbers: "count[int]") -> None:
    events: list[Inbound] = [
        inbound("hi", channel=channel, message=str(next(numbers))) for _ in step.messages
    ]
    pending = await hear(store, *events)
    await decide(
        store,
        *(
            handed_over(each, lane, at=clock.now(), thanks=thanks)
            for each, (lane, thanks) in zip(pending, step.messages, strict=True)
        ),
    )


async def _do(store: SqlStore, model: Model, channel: str, step: Do) -> None:
    item = model.items.get(step.family)
    changed = moved(item, step.move, model.clock) if item else None
    if changed is None:
        return
    model.items[step.family] = changed

    def change(entry: QueueEntry) -> Move:
        result = moved(entry.handoff, step.move, model.clock)
        assert result is not None
        return Move(result, step.move, {})

    for entry in await store.desk.entries(everything=True):
        if entry.latest.address.channel == channel and entry.handoff.lane.family is step.family:
            await store.desk.move(entry.handoff.id, who="sam", change=change)


async def _compare(store: SqlStore, model: Model, channel: str) -> None:
    stored = {
        entry.handoff.lane.family: told(entry.handoff)
        for entry in await store.desk.entries(everything=True)
        if entry.latest.address.channel == channel
    }
    expected = {f: told(item) for f, item in model.items.items() if not item.state.finished}
    assert stored == expected


async def test_an_item_knows_what_raised_it_and_its_newest_message(store: SqlStore) -> None:
    """The reasons are those of its lane; a reply goes to what the fan wrote last."""
    one, two, three = await hear(store, *(inbound(t, message=t) for t in ("one", "two", "three")))
    await decide(store, handed_over(one, Lane.OTHER), handed_over(two, Lane.PERSONAL))
    await decide(store, handed_over(three, Lane.HUMAN))
    entry = await entry_of(store, one.conversation_id)
    assert (entry.latest, entry.messages, entry.reasons) == (three.inbound, 3, ("it is personal",))
    joined = [event["event"] for event in await records(store, "item-event")]
    assert joined == [str(each.inbound.event) for each in (one, two, three)]


async def test_thanks_alone_never_make_an_answered_item(store: SqlStore) -> None:
    """Where nothing was answered, thanks wait for a person like anything else."""
    (one,) = await hear(store, inbound("thank you so much"))
    await decide(store, handed_over(one, thanks=True))
    assert (await entry_of(store, one.conversation_id)).handoff.state is State.WAITING


async def test_tending_is_on_record(store: SqlStore, clock: ManualClock) -> None:
    """Whoever wonders why an item came back can read it (P21)."""
    (one,) = await hear(store, inbound("hi"))
    await decide(store, handed_over(one, at=clock.now()))
    item = (await entry_of(store, one.conversation_id)).handoff.id
    await store.desk.move(
        item, who="sam", change=lambda entry: Move(entry.handoff.claim("sam", clock.now()), "claimed", {})
    )
    assert await store.desk.tend(now=clock.now()) == 0
    clock.move(CLAIM_IDLE)
    assert await store.desk.tend(now=clock.now()) == 1
    assert await store.desk.tend(now=clock.now()) == 0
    events = await records(store, "item-event")
    assert [(event["who"], event["what"]) for event in events] == [
        ("fan", "message"),
        ("sam", "claimed"),
        ("fanbot", "lapsed"),
    ]
    assert events[-1]["at"] == clock.now().isoformat()
