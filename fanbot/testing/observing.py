"""The guarantees judged from outside: by what fans wrote, what came out of the pipe, and the export."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction

from fanbot.testing.capcheck import CapChecker
from fanbot.testing.crowd import CLOSED, Label, Told
from fanbot.testing.pipes import Heard

_BY_PEOPLE = "human"
_ANSWER = "answer"
_ACKNOWLEDGEMENT = "acknowledgement"
_WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Answered:
    """A person's reply that the command line took; ``token`` stands in its words and nowhere else."""

    token: str
    channel: str


@dataclass(frozen=True, slots=True)
class Observation:
    """Everything that one run over several processes showed.

    ``confirmed`` holds the numbers of what was receipted, ``replies`` what was said to fans in the
    order of arrival, ``exported`` the records of the export at the end, ``waits`` the seconds from
    each start to its first line.
    """

    told: Sequence[Told]
    confirmed: frozenset[int]
    replies: Sequence[Heard]
    answered: Sequence[Answered]
    exported: Sequence[Mapping[str, object]]
    waits: Sequence[float] = ()
    kills: int = 0


@dataclass(slots=True)
class Violations:
    """What broke a guarantee, in words; all empty when every one was kept."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    reworded: list[str] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)
    beyond_the_cap: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        """Yield all of them."""
        for told in (
            self.lost, self.doubled, self.reworded, self.reordered, self.beyond_the_cap, self.misplaced
        ):  # fmt: skip
            yield from told


def violations(
    seen: Observation, *, share: Fraction, gap: timedelta, slack: timedelta = timedelta()
) -> Violations:
    """Judge a run after it drained; ``slack`` is the longest time from an admission to its arrival."""
    by_message = {told.message: told for told in seen.told if not told.edit}
    strays = [reply for reply in seen.replies if reply.in_reply_to not in by_message]
    firsts = _first_of_each_key(reply for reply in seen.replies if reply.in_reply_to in by_message)
    return Violations(
        lost=[*_undecided(seen), *_unanswered(seen, firsts), *_undelivered(seen, firsts)],
        doubled=[*_decided_twice(seen), *_answered_twice(firsts), *_people_twice(seen, firsts)],
        reworded=[*_reworded(seen.replies), *_unlike_the_record(seen, firsts)],
        reordered=list(_reordered(firsts, by_message)),
        beyond_the_cap=list(_beyond_the_cap(firsts, by_message, share=share, gap=gap, slack=slack)),
        misplaced=[
            *(f"{reply.key} answers {reply.in_reply_to}, which nobody wrote" for reply in strays),
            *_personal_answered(seen, firsts),
            *_elsewhere(firsts, by_message),
        ],
    )


def _first_of_each_key(replies: Iterable[Heard]) -> list[Heard]:
    firsts: dict[str, Heard] = {}
    for reply in replies:
        firsts.setdefault(reply.key, reply)
    return list(firsts.values())


def _messages(seen: Observation) -> dict[tuple[object, object, object], list[Mapping[str, object]]]:
    found: dict[tuple[object, object, object], list[Mapping[str, object]]] = defaultdict(list)
    for record in seen.exported:
        if record["type"] == "message":
            found[record["id"], record["kind"], record["text"]].append(record)
    return found


def _record_of(told: Told) -> tuple[object, object, object]:
    return told.message, "edit" if told.edit else "message", told.text


def _undecided(seen: Observation) -> Iterator[str]:
    """What was confirmed is in the store and has its decision (G1)."""
    records = _messages(seen)
    for told in seen.told:
        kept = records.get(_record_of(told), ())
        if told.number in seen.confirmed and not kept:
            yield f"{told.message} was confirmed and is not in the export"
        for record in kept:
            decision = record["decision"]
            if decision is None:
                yield f"{told.message} was kept and never decided"
            elif isinstance(decision, Mapping) and "fanbot failed" in str(decision["reasons"]):
                yield f"{told.message} failed: {decision['reasons']}"


def _unanswered(seen: Observation, firsts: Sequence[Heard]) -> Iterator[str]:
    """Every message of a conversation without people gets its answer (P2)."""
    answered = {reply.in_reply_to for reply in firsts}
    for told in seen.told:
        if told.plain and told.number in seen.confirmed and told.message not in answered:
            yield f"{told.message} ({told.label}) never got an answer"


def _undelivered(seen: Observation, firsts: Sequence[Heard]) -> Iterator[str]:
    """What the export calls sent has arrived, and nothing is left behind after the end of input."""
    arrived = {reply.key for reply in firsts}
    for record in _outbounds(seen):
        if record["state"] != "sent":
            yield f"{record['key']} is left {record['state']}: {record['error']}"
        elif record["key"] not in arrived:
            yield f"{record['key']} counts as sent and never arrived"


def _outbounds(seen: Observation) -> Iterator[Mapping[str, object]]:
    return (record for record in seen.exported if record["type"] == "outbound")


def _decided_twice(seen: Observation) -> Iterator[str]:
    """One event, one decision (G2)."""
    for (message, kind, _), records in _messages(seen).items():
        if len(records) > 1:
            yield f"the {kind} {message} has {len(records)} records or decisions"


def _answered_twice(firsts: Sequence[Heard]) -> Iterator[str]:
    """A message has one answer of each kind, under one key (G2, G3); people may write more."""
    keys = Counter(
        (reply.in_reply_to, reply.kind)
        for reply in firsts
        if reply.kind != _BY_PEOPLE and not reply.text.startswith(CLOSED)
    )
    for (message, kind), count in keys.items():
        if count > 1:
            yield f"{message} has {count} replies of the kind {kind} under different keys"


def _people_twice(seen: Observation, firsts: Sequence[Heard]) -> Iterator[str]:
    """A person's reply arrives under one key, where it belongs (G3)."""
    arrived = [(reply.text, reply.channel) for reply in firsts if reply.kind == _BY_PEOPLE]
    for answered in seen.answered:
        places = [channel for text, channel in arrived if answered.token in text]
        if places != [answered.channel]:
            yield f"the reply {answered.token} to {answered.channel} arrived in {places}"


def _reworded(replies: Sequence[Heard]) -> Iterator[str]:
    """The same key always carries the same words (G3)."""
    words: dict[str, tuple[object, ...]] = {}
    for reply in replies:
        said = (reply.kind, reply.channel, reply.text, reply.in_reply_to, reply.promotional)
        if words.setdefault(reply.key, said) != said:
            yield f"{reply.key} came again with other words"


def _unlike_the_record(seen: Observation, firsts: Sequence[Heard]) -> Iterator[str]:
    """What arrived is what the export holds; choices may follow its words."""
    records = {record["key"]: record for record in _outbounds(seen)}
    for reply in firsts:
        record = records.get(reply.key)
        if record is None:
            yield f"{reply.key} arrived and is not in the export"
        elif (
            not reply.text.startswith(str(record["text"]))
            or record["in_reply_to"] != reply.in_reply_to
            or record["promotional"] != reply.promotional
        ):
            yield f"{reply.key} arrived otherwise than the export has it"


def _reordered(firsts: Sequence[Heard], by_message: Mapping[str, Told]) -> Iterator[str]:
    """Replies first arrive in the order of the messages, conversation by conversation (G4)."""
    places: dict[tuple[str, str], int] = {}
    for reply in firsts:
        told = by_message[reply.in_reply_to]
        if reply.kind == _BY_PEOPLE or reply.text.startswith(CLOSED):
            continue
        before = places.get(told.conversation, -1)
        if told.place < before:
            yield f"{told.message} was answered after the message at {before}"
        places[told.conversation] = max(before, told.place)


def _beyond_the_cap(
    firsts: Sequence[Heard],
    by_message: Mapping[str, Told],
    *,
    share: Fraction,
    gap: timedelta,
    slack: timedelta,
) -> Iterator[str]:
    """The cap holds for each fan; no promotion in a hall, behind a stop or beside an open item (G5)."""
    cap = CapChecker(share=share, window=_WINDOW, gap=max(gap - slack, timedelta()))
    closed: set[str] = set()
    for reply in firsts:
        told = by_message[reply.in_reply_to]
        try:
            cap.saw(
                reply.at,
                scope=told.fan,
                key=reply.key,
                kind=reply.kind,
                text=reply.text,
                promotional=reply.promotional,
            )
        except AssertionError as error:
            yield str(error)
        if reply.promotional and (not told.direct or told.fan in closed):
            yield f"{told.message} carries a promotion that has no place there"
        if told.label is Label.STOP or reply.kind == _ACKNOWLEDGEMENT:
            closed.add(told.fan)


def _personal_answered(seen: Observation, firsts: Sequence[Heard]) -> Iterator[str]:
    """A personal message goes to a person and gets no template (G6)."""
    templates = {reply.in_reply_to for reply in firsts if reply.kind == _ANSWER}
    records = _messages(seen)
    for told in seen.told:
        if told.label is not Label.PERSONAL:
            continue
        if told.message in templates and not told.edit:
            yield f"{told.message} is personal and was answered by a template"
        for record in records.get(_record_of(told), ()):
            decision = record["decision"]
            if isinstance(decision, Mapping) and decision["route"] not in ("handoff", "merge", "hush"):
                yield f"{told.message} is personal and its route is {decision['route']}"


def _elsewhere(firsts: Sequence[Heard], by_message: Mapping[str, Told]) -> Iterator[str]:
    """A reply stands in the channel of the message that it answers."""
    for reply in firsts:
        if by_message[reply.in_reply_to].channel != reply.channel:
            yield f"{reply.key} came out in {reply.channel}, not where {reply.in_reply_to} was written"
