"""What is promised about one visitor's conversation, by what their page showed."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from fanbot.testing.crowd import CLOSED
from fanbot.testing.faces.seen import FAN, PERSON, Seat, looks
from fanbot.testing.faces.visitor import Shown


def lost(seat: Seat) -> Iterator[str]:
    """What was confirmed stands in the conversation, in the words that were written."""
    there = {bubble.key: bubble for bubble in seat.final if bubble.voice == FAN}
    for told in seat.written:
        if not told.confirmed:
            yield f"{told.text!r} was never confirmed"
        elif told.id not in there:
            yield f"{told.text!r} was confirmed and is not there"
        elif there[told.id].text != told.text:
            yield f"{told.text!r} reads {there[told.id].text!r}"


def never_shown(seat: Seat) -> Iterator[str]:
    """An open page comes to show everything by itself."""
    if seat.followed and (not seat.looks or seat.looks[-1] != seat.final):
        yield "the open page never showed the conversation as it is"


def twice_in_a_look(seat: Seat) -> Iterator[str]:
    """No bubble stands there twice."""
    for look in looks(seat):
        for key, count in Counter(bubble.key for bubble in look).items():
            if count > 1:
                yield f"{key} stands there {count} times"
                return


def changed(seat: Seat) -> Iterator[str]:
    """The same key is the same bubble, to the letter and to the second."""
    known: dict[str, Shown] = {}
    told: set[str] = set()
    for look in looks(seat):
        for bubble in look:
            before = known.setdefault(bubble.key, bubble)
            if before != bubble and bubble.key not in told:
                told.add(bubble.key)
                yield f"{bubble.key} was {before} and became {bubble}"


def vanished(seat: Seat) -> Iterator[str]:
    """What was shown stays."""
    told: set[str] = set()
    for before, after in pairwise(looks(seat)):
        there = {bubble.key for bubble in after}
        for bubble in before:
            if bubble.key not in there and bubble.key not in told:
                told.add(bubble.key)
                yield f"{bubble.key} was shown and then was not: {bubble.text!r}"


def moved(seat: Seat) -> Iterator[str]:
    """What was shown stays in its place."""
    for before, after in pairwise(looks(seat)):
        place_after = {bubble.key: place for place, bubble in enumerate(after)}
        kept = [place_after[bubble.key] for bubble in before if bubble.key in place_after]
        if kept != sorted(kept):
            yield f"what was shown changed places: {[bubble.text for bubble in before][-6:]}"
            break


def reordered(seat: Seat) -> Iterator[str]:
    """Messages stand as written, answers behind their message and in its order."""
    places = {told.id: place for place, told in enumerate(seat.written)}
    for look in looks(seat):
        mine = [places[bubble.key] for bubble in look if bubble.key in places]
        if mine != sorted(mine):
            yield f"messages stand in the order {mine}"
            break
    said: set[str] = set()
    latest = -1
    for bubble in seat.final:
        said.add(bubble.key)
        if bubble.voice == FAN or bubble.in_reply_to not in places:
            continue
        if bubble.in_reply_to not in said:
            yield f"{bubble.key} stands before the message that it answers"
        if bubble.voice != PERSON and not bubble.text.startswith(CLOSED):
            place = places[bubble.in_reply_to]
            if place < latest:
                yield f"message {place} was answered behind message {latest}"
            latest = max(latest, place)
