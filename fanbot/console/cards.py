"""An item of the queue as its list shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from fanbot.console import words
from fanbot.domain.handoffs import State
from fanbot.domain.messages import Inbound, Kind
from fanbot.ports.store import QueueEntry

_EXCERPT = 240


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks, when, and by which clock on the wall."""

    me: str
    now: datetime
    zone: ZoneInfo

    def when(self, at: datetime) -> "When":
        """Say a moment as it is read here and now."""
        past = self.now - at
        return When(at.isoformat(), words.moment(at, self.zone), f"{words.span(past)} ago")


@dataclass(frozen=True, slots=True)
class When:
    """A moment for machines, on the wall, and as people say it."""

    iso: str
    moment: str
    ago: str


@dataclass(frozen=True, slots=True)
class Card:
    """What the list says of one item. A safety item is opened on purpose: its words stay covered (P20)."""

    id: int
    fan: str
    fan_id: int
    lane: str
    covered: bool
    where: str
    opened: When
    latest: When
    late: str
    reason: str
    weight: int
    messages: int
    standing: str
    taken: bool
    mine: bool
    escalated: bool
    excerpt: str
    draft: bool
    error: str
    unreachable: str


@dataclass(frozen=True, slots=True)
class Group:
    """What waits of one fan."""

    fan: str
    cards: tuple[Card, ...]


def card(entry: QueueEntry, *, due: datetime, eyes: Eyes) -> Card:
    """Show an item of the queue to somebody."""
    item, covered = entry.handoff, entry.handoff.lane.safety
    over = eyes.now - due
    return Card(
        id=item.id,
        fan=words.fan(entry.latest),
        fan_id=item.fan_id,
        lane=words.lane(item.lane),
        covered=covered,
        where=where(entry.latest),
        opened=eyes.when(item.opened_at),
        latest=eyes.when(entry.latest.received_at),
        late=words.span(over) if item.state.needs_person and over > timedelta(0) else "",
        reason="" if covered else next(iter(entry.reasons), ""),
        weight=item.weight,
        messages=entry.messages,
        standing=words.standing(item, me=eyes.me, now=eyes.now),
        taken=item.state is State.CLAIMED and item.owner != eyes.me,
        mine=item.state is State.CLAIMED and item.owner == eyes.me,
        escalated=item.state is State.ESCALATED,
        excerpt="" if covered else excerpt(entry.latest),
        draft=bool(item.draft),
        error=entry.error,
        unreachable=_unreachable(entry, eyes),
    )


def _unreachable(entry: QueueEntry, eyes: Eyes) -> str:
    """Say that a reply cannot reach the fan, or nothing."""
    lost, letter = entry.unreachable, entry.latest
    if lost is None:
        return ""
    known = f"since {words.moment(lost.since, eyes.zone)}"
    return words.out_of_reach(lost.why, fan=words.fan(letter), on=letter.address.platform, known=known)


def where(letter: Inbound) -> str:
    """Say where a message was written, and whether others can read it there."""
    place = letter.address
    account = "" if place.account == "main" else f" ({place.account})"
    heard = "in a direct chat" if letter.direct else f"in public, in {place.channel}"
    return f"{words.platform(place.platform)}{account}, {heard}"


def excerpt(letter: Inbound) -> str:
    """Return the beginning of what a fan wrote, or what they did instead of writing."""
    text = " ".join(letter.text.split())
    match letter.kind:
        case Kind.DELETION:
            return "Took a message back."
        case Kind.REACTION:
            return f"Reacted with {text}"
        case _ if not text:
            names = ", ".join(each.name or "a file" for each in letter.attachments)
            return f"Sent {names}." if names else "Wrote nothing."
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT].rstrip()}…"


def grouped(cards: Iterable[Card]) -> Sequence[Group]:
    """Put what waits of one fan together, at the place of its most urgent item."""
    fans: dict[int, list[Card]] = {}
    for each in cards:
        fans.setdefault(each.fan_id, []).append(each)
    return [Group(cards[0].fan, tuple(cards)) for cards in fans.values()]
