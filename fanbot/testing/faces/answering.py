"""What is promised about decisions and answers, by the export beside what visitors were shown."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from fanbot.testing.crowd import CLOSED
from fanbot.testing.faces.seen import FAN, PERSON, ChatObservation, ever, messages, outbounds

_NAME = re.compile(r"Guest\d+")
_ROUTES_WITH_WORDS = ("answer", "clarify")


def undecided(seen: ChatObservation) -> Iterator[str]:
    """Every message that is kept, and each that was confirmed is, has its decision."""
    records = messages(seen)
    for seat in seen.seats:
        for told in seat.written:
            for record in records.get((seat.channel, told.id), [{"decision": None}]):
                decision = record["decision"]
                if not isinstance(decision, Mapping):
                    yield f"{seat.name}: {told.text!r} has no decision"
                elif "fanbot failed" in str(decision["reasons"]):
                    yield f"{seat.name}: {told.text!r} failed: {decision['reasons']}"


def decided_twice(seen: ChatObservation) -> Iterator[str]:
    """One message, one record, one decision."""
    for (_, message), records in messages(seen).items():
        if len(records) > 1:
            yield f"{message} has {len(records)} records or decisions"


def unanswered(seen: ChatObservation) -> Iterator[str]:
    """Where the decision was to say something, something is said."""
    records = messages(seen)
    for seat in seen.seats:
        answered = {bubble.in_reply_to for bubble in seat.final if bubble.voice not in (FAN, PERSON)}
        for told in seat.written:
            for record in records.get((seat.channel, told.id), ()):
                decision = record["decision"]
                route = decision["route"] if isinstance(decision, Mapping) else ""
                if route in _ROUTES_WITH_WORDS and told.id not in answered:
                    yield f"{seat.name}: {told.text!r} never got its answer"


def unlike_the_record(seen: ChatObservation) -> Iterator[str]:
    """What the export calls sent is what stands there, and no more; nothing is parked or left behind."""
    shown = {(seat.channel, bubble.key): bubble for seat in seen.seats for bubble in seat.final}
    mine = {seat.channel for seat in seen.seats}
    known = {str(record["key"]) for record in outbounds(seen)}
    for (_, key), bubble in shown.items():
        if bubble.voice != FAN and key not in known:
            yield f"{key} is shown and not in the export: {bubble.text!r}"
    for record in outbounds(seen):
        there = shown.get((str(record["channel"]), str(record["key"])))
        if record["state"] == "dropped" or record["channel"] not in mine:
            continue
        if record["state"] != "sent":
            yield f"{record['key']} is left {record['state']}: {record['error']}"
        elif there is None:
            yield f"{record['key']} counts as sent and is not shown"
        elif there.text != record["text"] or there.in_reply_to != record["in_reply_to"]:
            yield f"{record['key']} is shown otherwise than the export has it"


def answered_twice(seen: ChatObservation) -> Iterator[str]:
    """A message has one answer of each kind; people may write more."""
    kinds = {str(record["key"]): str(record["kind"]) for record in outbounds(seen)}
    for seat in seen.seats:
        counts = Counter(
            (bubble.in_reply_to, kinds.get(bubble.key, ""))
            for bubble in seat.final
            if bubble.voice not in (FAN, PERSON) and not bubble.text.startswith(CLOSED)
        )
        for (message, kind), count in counts.items():
            if count > 1:
                yield f"{seat.name}: {message} has {count} replies of the kind {kind!r}"


def misplaced(seen: ChatObservation) -> Iterator[str]:
    """Nobody sees a name or a message of somebody else."""
    names = {seat.name for seat in seen.seats}
    for seat in seen.seats:
        mine = {told.id for told in seat.written}
        for bubble in ever(seat):
            if bubble.voice == FAN and bubble.key not in mine:
                yield f"{seat.name} was shown {bubble.key}, which is not theirs"
            others = sorted({*_NAME.findall(bubble.text)} & names - {seat.name})
            if others:
                yield f"{seat.name} was shown words of {others}: {bubble.text!r}"
