"""The judge of the web chat's crash run finds each kind of broken promise, and nothing in a sound run."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fanbot.testing.faces.artist import Closing, Reply
from fanbot.testing.faces.judging import chat_violations
from fanbot.testing.faces.rivalry import Claimed, Rivalry
from fanbot.testing.faces.seen import ChatObservation, Record, Seat
from fanbot.testing.faces.visitor import Shown, Written

QUESTION = Shown("m1", "1", "fan", "where is it")
ANSWER = Shown("k1", "2", "assistant", "It is here.", in_reply_to="m1")
STORY = Shown("m2", "3", "fan", "my gran loved it")
REPLY = Shown("k2", "4", "person", "[reply Vera-0] Dear Guest0001, thank you.", in_reply_to="m2")
FINAL = (QUESTION, ANSWER, STORY, REPLY)


def message(bubble: Shown, route: str) -> Record:
    decision = {"route": route, "reasons": []}
    return {"type": "message", "id": bubble.key, "channel": "one", "text": bubble.text, "decision": decision}


def outbound(bubble: Shown, kind: str) -> Record:
    return {
        "type": "outbound",
        "key": bubble.key,
        "kind": kind,
        "channel": "one",
        "text": bubble.text,
        "in_reply_to": bubble.in_reply_to,
        "state": "sent",
        "error": "",
    }


def event(what: str, who: str = "Vera") -> Record:
    return {"type": "item-event", "item": "i1", "what": what, "who": who}


EXPORT = (
    message(QUESTION, "answer"),
    message(STORY, "handoff"),
    outbound(ANSWER, "answer"),
    outbound(REPLY, "human"),
    event("claimed"),
    event("answered"),
)
SEAT = Seat(
    "Guest0001",
    "one",
    written=[Written("m1", QUESTION.text, confirmed=True), Written("m2", STORY.text, confirmed=True)],
    looks=[FINAL[:1], FINAL[:2], FINAL[:3], FINAL],
    final=FINAL,
    followed=True,
)
OTHER = Seat("Guest0002", "two", written=[], looks=[()], final=(), followed=True)
THANKS = Reply("[reply Vera-0]", "i1", "Guest0001", confirmed=True)
SOUND = ChatObservation(seats=[SEAT, OTHER], replies=[THANKS], closings=[], exported=EXPORT)


def shown(*final: Shown, looks: tuple[tuple[Shown, ...], ...] = ()) -> ChatObservation:
    """Let the conversation end like this."""
    return replace(SOUND, seats=[replace(SEAT, looks=[*looks, final], final=final), OTHER])


def exported(*records: Record) -> ChatObservation:
    return replace(SOUND, exported=records)


def answered_again() -> ChatObservation:
    again = replace(ANSWER, key="k9")
    return replace(
        shown(QUESTION, ANSWER, again, STORY, REPLY), exported=(*EXPORT, outbound(again, "answer"))
    )


def test_finds_nothing_in_a_sound_run() -> None:
    """A judge that cries always would be no use."""
    assert list(chat_violations(SOUND)) == []


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("lost", shown(QUESTION, ANSWER, REPLY)),
        ("lost", shown(QUESTION, STORY, REPLY)),
        ("lost", shown(QUESTION, ANSWER, STORY)),
        ("lost", replace(SOUND, seats=[replace(SEAT, looks=[FINAL[:3]]), OTHER])),
        ("lost", exported(*EXPORT[1:])),
        ("lost", exported({**EXPORT[0], "decision": None}, *EXPORT[1:])),
        ("lost", exported(*EXPORT[:2], {**EXPORT[2], "state": "parked"}, *EXPORT[3:])),
        ("lost", replace(SOUND, closings=[Closing("i1", "Guest0001", confirmed=True)])),
        ("lost", replace(SOUND, complaints=["Vera was signed out"])),
        ("doubled", shown(QUESTION, ANSWER, STORY, REPLY, QUESTION)),
        ("doubled", answered_again()),
        ("lost", shown(*FINAL, replace(ANSWER, key="k9"))),
        ("doubled", shown(QUESTION, ANSWER, STORY, REPLY, replace(REPLY, key="k9"))),
        ("doubled", exported(EXPORT[0], *EXPORT)),
        ("doubled", exported(*EXPORT, event("closed"), event("closed"))),
        ("changed", shown(*FINAL, looks=((QUESTION, replace(ANSWER, at="1")),))),
        ("changed", shown(*FINAL, looks=((ANSWER, QUESTION),))),
        ("vanished", shown(*FINAL, looks=((QUESTION, ANSWER), (QUESTION,)))),
        ("reordered", shown(STORY, QUESTION, ANSWER, REPLY)),
        ("reordered", shown(QUESTION, ANSWER, REPLY, STORY)),
        ("misplaced", replace(SOUND, seats=[SEAT, replace(OTHER, looks=[(REPLY,), ()])])),
        ("misplaced", replace(SOUND, seats=[SEAT, replace(OTHER, looks=[(QUESTION,), ()])])),
        ("recalled", replace(SOUND, replies=[replace(THANKS, recalled=True)])),
        ("both_won", exported(*EXPORT[:5], event("claimed", "Sam"), *EXPORT[5:])),
    ],
)
def test_finds_each_broken_promise(kind: str, seen: ChatObservation) -> None:
    """Whatever is wrong stands under its name."""
    assert chat_violations(seen).by_name()[kind]


@pytest.mark.parametrize(("freed", "count"), [(lambda _: None, 1), (lambda each: each.freed("i", "Vera"), 0)])
def test_finds_an_item_that_two_people_were_given(freed: Callable[[Rivalry], None], count: int) -> None:
    """Two winners are too many, unless the first had let go."""
    rivalry = Rivalry()
    rivalry.claimed(Claimed("i", "Vera", 0.0, 1.0, won=True, cut=False, together=True))
    freed(rivalry)
    rivalry.claimed(Claimed("i", "Sam", 0.0, float("inf"), won=True, cut=False, together=True))
    assert len(list(rivalry.both_won())) == count
