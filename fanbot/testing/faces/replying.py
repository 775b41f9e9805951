"""What is promised to artists: replies, what was taken back, and who has an item."""

from collections import Counter
from collections.abc import Iterator

from fanbot.testing.crowd import CLOSED
from fanbot.testing.faces.artist import Reply
from fanbot.testing.faces.seen import PERSON, ChatObservation, events, ever

_FREES = ("released", "answered", "closed", "lapsed", "escalated", "snoozed", "passed on", "reopened")
"""What is on record between two people's claims of one item."""


def _arrivals(seen: ChatObservation, reply: Reply) -> list[str]:
    """Name for each bubble at the end that holds the reply whose conversation it stands in."""
    return [seat.name for seat in seen.seats for bubble in seat.final if reply.token in bubble.text]


def replies_lost(seen: ChatObservation) -> Iterator[str]:
    """A reply that an artist was told is kept arrives."""
    for reply in seen.replies:
        certain = reply.confirmed and not (reply.recalled or reply.unsure)
        if certain and reply.fan not in _arrivals(seen, reply):
            yield f"{reply.token} to {reply.fan} was confirmed and did not arrive"


def replies_twice(seen: ChatObservation) -> Iterator[str]:
    """However often its form came, a reply arrives once."""
    for reply in seen.replies:
        arrived = _arrivals(seen, reply)
        if len(arrived) > 1:
            yield f"{reply.token} arrived {len(arrived)} times, in {arrived}"


def replies_elsewhere(seen: ChatObservation) -> Iterator[str]:
    """A reply is shown to the one to whom it was written."""
    tokens = {reply.token: reply.fan for reply in seen.replies}
    for seat in seen.seats:
        for bubble in (bubble for bubble in ever(seat) if bubble.voice == PERSON):
            token = bubble.text[: bubble.text.find("]") + 1]
            if tokens.get(token) != seat.name:
                yield f"{seat.name} was shown {token or bubble.text!r}, written to {tokens.get(token)}"


def recalled(seen: ChatObservation) -> Iterator[str]:
    """What was taken back before it left was never shown."""
    for reply in seen.replies:
        if not reply.recalled:
            continue
        for seat in seen.seats:
            if any(reply.token in bubble.text for bubble in ever(seat)):
                yield f"{reply.token} was taken back and shown to {seat.name}"


def closings_lost(seen: ChatObservation) -> Iterator[str]:
    """What was confirmed as closed is on record as that."""
    confirmed = sum(closing.confirmed for closing in seen.closings)
    on_record = sum(event["what"] == "closed" for noted in events(seen).values() for event in noted)
    if on_record < confirmed:
        yield f"{confirmed} items were closed with confirmation, and {on_record} are on record"


def noted_twice(seen: ChatObservation) -> Iterator[str]:
    """An item ends once, and its fan is told once."""
    for item, noted in events(seen).items():
        if sum(event["what"] == "closed" for event in noted) > 1:
            yield f"item {item} was closed twice"
    asked = Counter(closing.fan for closing in seen.closings)
    for seat in seen.seats:
        notes = sum(bubble.text.startswith(CLOSED) for bubble in seat.final)
        if notes > asked[seat.name]:
            yield f"{seat.name} was told {notes} times that a person has read it, of {asked[seat.name]}"


def claimed_over(seen: ChatObservation) -> Iterator[str]:
    """Nobody's claim is on record while somebody else has the item."""
    for item, noted in events(seen).items():
        owner = ""
        for event in noted:
            if event["what"] == "claimed":
                if owner and event["who"] != owner:
                    yield f"item {item} was claimed by {event['who']} while {owner} had it"
                owner = str(event["who"])
            elif event["what"] in _FREES:
                owner = ""
