"""What one run showed from outside, and how to look things up in it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fanbot.testing.faces.artist import Closing, Reply
from fanbot.testing.faces.visitor import Shown, Written

FAN, PERSON = "fan", "person"
Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Seat:
    """What one visitor wrote and was shown. ``final`` is the conversation at the end.

    ``followed``: the page was open to the end, so it should have shown all of that by itself.
    """

    name: str
    channel: str
    written: Sequence[Written]
    looks: Sequence[tuple[Shown, ...]]
    final: tuple[Shown, ...]
    followed: bool = False


@dataclass(frozen=True, slots=True)
class ChatObservation:
    """Everything that one run over several processes showed to visitors and artists.

    ``both_won`` and ``complaints`` are what its clients noticed themselves, in words.
    """

    seats: Sequence[Seat]
    replies: Sequence[Reply]
    closings: Sequence[Closing]
    exported: Sequence[Record]
    both_won: Sequence[str] = ()
    complaints: Sequence[str] = ()


def settled(exported: Iterable[Record]) -> bool:
    """Tell whether everything was decided and everything that leaves has left."""
    return not any(
        (record["type"] == "message" and record["decision"] is None)
        or (record["type"] == "outbound" and record["state"] in ("ready", "queued", "sending"))
        for record in exported
    )


def looks(seat: Seat) -> tuple[tuple[Shown, ...], ...]:
    """Return everything that a visitor was shown, look by look; the last is the end."""
    return (*seat.looks, seat.final)


def ever(seat: Seat) -> set[Shown]:
    """Return every bubble that a visitor was ever shown."""
    return {bubble for look in looks(seat) for bubble in look}


def messages(seen: ChatObservation) -> dict[tuple[object, object], list[Record]]:
    """Return the exported records of each message, by channel and id."""
    found: dict[tuple[object, object], list[Record]] = defaultdict(list)
    for record in seen.exported:
        if record["type"] == "message":
            found[record["channel"], record["id"]].append(record)
    return found


def outbounds(seen: ChatObservation) -> Iterator[Record]:
    """Yield what the export holds of messages to fans."""
    return (record for record in seen.exported if record["type"] == "outbound")


def events(seen: ChatObservation) -> dict[object, list[Record]]:
    """Return what is on record of each item, in order."""
    found: dict[object, list[Record]] = defaultdict(list)
    for record in seen.exported:
        if record["type"] == "item-event":
            found[record["item"]].append(record)
    return found
