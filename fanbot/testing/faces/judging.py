"""The guarantees of the web chat and the console, judged by what browsers were shown and the export."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields

from fanbot.testing.faces import answering, conversations, replying
from fanbot.testing.faces.seen import ChatObservation, Seat


@dataclass(frozen=True, slots=True)
class ChatViolations:
    """What broke a promise, in words; all empty when every one was kept."""

    lost: Sequence[str] = field(default=())
    doubled: Sequence[str] = field(default=())
    changed: Sequence[str] = field(default=())
    vanished: Sequence[str] = field(default=())
    reordered: Sequence[str] = field(default=())
    misplaced: Sequence[str] = field(default=())
    recalled: Sequence[str] = field(default=())
    both_won: Sequence[str] = field(default=())

    def by_name(self) -> Mapping[str, Sequence[str]]:
        """Return each kind with what was found of it."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def __iter__(self) -> Iterator[str]:
        """Yield all of them."""
        for found in self.by_name().values():
            yield from found


def chat_violations(seen: ChatObservation) -> ChatViolations:
    """Judge a run whose last process had sent everything that was due."""
    seats = seen.seats
    return ChatViolations(
        lost=[
            *_over(seats, conversations.lost),
            *answering.undecided(seen),
            *answering.unanswered(seen),
            *answering.unlike_the_record(seen),
            *replying.replies_lost(seen),
            *replying.closings_lost(seen),
            *_over(seats, conversations.never_shown),
            *seen.complaints,
        ],
        doubled=[
            *_over(seats, conversations.twice_in_a_look),
            *answering.decided_twice(seen),
            *answering.answered_twice(seen),
            *replying.replies_twice(seen),
            *replying.noted_twice(seen),
        ],
        changed=[*_over(seats, conversations.changed), *_over(seats, conversations.moved)],
        vanished=[*_over(seats, conversations.vanished)],
        reordered=[*_over(seats, conversations.reordered)],
        misplaced=[*answering.misplaced(seen), *replying.replies_elsewhere(seen)],
        recalled=[*replying.recalled(seen)],
        both_won=[*seen.both_won, *replying.claimed_over(seen)],
    )


def _over(seats: Iterable[Seat], found: Callable[[Seat], Iterable[str]]) -> Iterator[str]:
    for seat in seats:
        for told in found(seat):
            yield f"{seat.name}: {told}"
