"""The guarantees on real platforms, judged by what those received beside the export at the end."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction

from fanbot.testing.crowd import Told
from fanbot.testing.observing import Observation, Violations, violations
from fanbot.testing.pipes import Heard
from fanbot.testing.platforms.seats import TELEGRAM
from fanbot.testing.platforms.seen import Arrival, PlatformObservation, Record

Matched = Sequence[tuple[Arrival, str]]
"""What arrived, each with the key of its record; of something unknown, a key of no record."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What broke a guarantee, and the keys of what is parked and stands there, or is parked and does not."""

    found: Violations
    parked_and_there: Sequence[str]
    parked_and_missing: Sequence[str]


def judged(
    seen: PlatformObservation, *, share: Fraction, gap: timedelta, slack: timedelta = timedelta()
) -> Judgement:
    """Judge a run after it came to rest; ``slack`` is the longest time from an admission to its arrival.

    What holds everywhere is judged by ``observing.violations``. Telegram keeps no key, so what may have
    arrived is parked there: it may stand there once or not at all, if a person is shown it.
    """
    records = [_named(record) for record in seen.exported]
    outbounds = {str(record["key"]): record for record in records if record["type"] == "outbound"}
    matched = list(_matched(seen.arrivals, outbounds))
    there = {key for _, key in matched}
    parked = _parked(outbounds, seen)
    missing = frozenset(parked) - there
    found = violations(
        Observation(
            told=_still_owed(seen, outbounds, missing),
            confirmed=frozenset(told.number for told in seen.told),
            replies=[_heard(arrival, key, outbounds.get(key)) for arrival, key in matched],
            answered=[
                reply
                for reply in seen.answered
                if not any(reply.token in str(outbounds[key]["text"]) for key in missing)
            ],
            exported=[
                {**record, "state": "sent"} if record.get("key") in parked else record
                for record in records
                if record.get("key") not in missing
            ],
        ),
        share=share,
        gap=gap,
        slack=slack,
    )
    found.doubled += _there_twice(matched)
    found.reordered += _decided_out_of_order(seen, records)
    found.lost += (f"{key} is parked and nobody is shown it" for key in parked if key not in seen.undelivered)
    return Judgement(found, sorted(there & set(parked)), sorted(missing))


def _named(record: Record) -> Record:
    """Name messages as the fans' side does, for ids are unique only within a chat."""
    match record["type"]:
        case "message":
            return {**record, "id": f"{record['channel']}/{record['id']}"}
        case "outbound":
            return {**record, "in_reply_to": f"{record['channel']}/{record['in_reply_to']}"}
    return record


def _matched(arrivals: Sequence[Arrival], outbounds: Mapping[str, Record]) -> Iterator[tuple[Arrival, str]]:
    """Find each arrival's record: by its key, or by its words and what it answers."""
    answers: dict[object, list[str]] = defaultdict(list)
    for key, record in outbounds.items():
        answers[record["in_reply_to"]].append(key)
    taken: set[str] = set()
    for number, arrival in enumerate(arrivals):
        words = arrival.text.strip()
        fitting = [
            key for key in answers[arrival.in_reply_to] if str(outbounds[key]["text"]).strip() == words
        ]
        fresh = [key for key in fitting if key not in taken]
        # One that fits, when every record that it fits has its arrival, is the same once more.
        key = arrival.key or next(iter([*fresh, *fitting]), f"unknown-{number}")
        taken.add(key)
        yield arrival, key


def _parked(outbounds: Mapping[str, Record], seen: PlatformObservation) -> Sequence[str]:
    """Return what is parked where the platform cannot be asked."""
    channels = {told.message.partition("/")[0] for told in seen.told if told.fan.startswith(f"{TELEGRAM}:")}
    return [
        key
        for key, record in outbounds.items()
        if record["state"] == "parked" and record["channel"] in channels
    ]


def _still_owed(
    seen: PlatformObservation, outbounds: Mapping[str, Record], missing: frozenset[str]
) -> Sequence[Told]:
    """Expect no answer to arrive where it is parked."""
    waived = {outbounds[key]["in_reply_to"] for key in missing}
    return [replace(told, plain=told.plain and told.message not in waived) for told in seen.told]


def _heard(arrival: Arrival, key: str, record: Record | None) -> Heard:
    """Tell of an arrival as of something heard; what it is for comes from its record."""
    return Heard(
        at=arrival.at,
        generation=0,
        kind="answer" if record is None else str(record["kind"]),
        in_reply_to=arrival.in_reply_to,
        key=key,
        channel=arrival.place,
        text=arrival.text,
        promotional="[promo:" in arrival.text if record is None else record["promotional"] is True,
    )


def _there_twice(matched: Matched) -> Iterator[str]:
    """A fan sees a reply once (G3)."""
    places = {key: arrival for arrival, key in matched}
    for key, count in Counter(key for _, key in matched).items():
        if count > 1:
            yield f"{key} stands {count} times in {places[key].place} on {places[key].platform}"


def _decided_out_of_order(seen: PlatformObservation, records: Sequence[Record]) -> Iterator[str]:
    """A conversation's messages are decided in the order in which they were written (G4)."""
    decided = {
        record["id"]: str(record["decision"]["at"])
        for record in records
        if record["type"] == "message" and isinstance(record["decision"], Mapping)
    }
    latest: dict[tuple[str, str], str] = {}
    for told in seen.told:
        at = decided.get(told.message, "")
        before = latest.get(told.conversation, "")
        if at and at < before:
            yield f"{told.message} was decided at {at}, before one that was written earlier"
        latest[told.conversation] = max(before, at)
