"""The outside view notices every kind of broken promise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from fanbot.testing.crowd import CLOSED, Label, Told
from fanbot.testing.observing import Answered, Observation, Violations, violations
from fanbot.testing.pipes import Heard

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def told(number: int, text: str = "is there a size chart", **changes: object) -> Told:
    """Let Ada write her message with this number."""
    message = Told(
        number=number,
        place=number,
        message=f"ada.{number}",
        channel="ada",
        fan="ada",
        label=Label.ROUTINE,
        text=text,
    )
    return replace(message, **changes)  # type: ignore[arg-type]


def reply(to: int, **changes: object) -> Heard:
    """Answer Ada's message with this number."""
    heard = Heard(
        at=NOON + timedelta(seconds=to),
        generation=0,
        kind="answer",
        in_reply_to=f"ada.{to}",
        key=f"k{to}",
        channel="ada",
        text="[signal:sizes] S to XL.",
    )
    return replace(heard, **changes)  # type: ignore[arg-type]


def message_record(of: Told, route: str | None = "answer", reasons: str = "") -> dict[str, object]:
    """Export a message."""
    return {
        "type": "message",
        "id": of.message,
        "kind": "edit" if of.edit else "message",
        "text": of.text,
        "decision": None if route is None else {"route": route, "reasons": [reasons]},
    }


def outbound_record(of: Heard, state: str = "sent") -> dict[str, object]:
    """Export a reply."""
    return {
        "type": "outbound",
        "key": of.key,
        "text": of.text,
        "in_reply_to": of.in_reply_to,
        "promotional": of.promotional,
        "state": state,
        "error": "",
    }


@dataclass
class Seen:
    """A sound run of two messages, for a test to spoil."""

    told: list[Told] = field(default_factory=lambda: [told(0), told(1)])
    replies: list[Heard] = field(default_factory=lambda: [reply(0), reply(1)])
    exported: list[Mapping[str, object]] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)

    def judged(self, *, exported: Sequence[Mapping[str, object]] | None = None) -> Violations:
        """Judge it; the export is what belongs to the rest unless it is given."""
        records = (
            [
                *map(message_record, self.told),
                *(
                    outbound_record(one)
                    for one in {heard.key: heard for heard in reversed(self.replies)}.values()
                ),
            ]
            if exported is None
            else exported
        )
        seen = Observation(
            told=self.told,
            confirmed=frozenset(one.number for one in self.told),
            replies=self.replies,
            answered=self.answered,
            exported=records,
        )
        return violations(seen, share=Fraction(1, 2), gap=timedelta())


def test_a_sound_run_breaks_nothing() -> None:
    """Two messages, two answers, one of them again under its own key: all is well."""
    seen = Seen(replies=[reply(0), reply(0), reply(1)])
    assert list(seen.judged()) == []


@pytest.mark.parametrize(
    "exported",
    [
        [message_record(told(0)), outbound_record(reply(0)), outbound_record(reply(1))],
        [
            message_record(told(0)),
            message_record(told(1), route=None),
            outbound_record(reply(0)),
            outbound_record(reply(1)),
        ],
        [
            message_record(told(0)),
            message_record(told(1), reasons="fanbot failed on this message"),
            outbound_record(reply(0)),
            outbound_record(reply(1)),
        ],
        [
            message_record(told(0)),
            message_record(told(1)),
            outbound_record(reply(0)),
            outbound_record(reply(1), state="parked"),
        ],
        [
            message_record(told(0)),
            message_record(told(1)),
            *map(outbound_record, (reply(0), reply(1), reply(1, key="unheard"))),
        ],
    ],
    ids=["not kept", "not decided", "failed", "not sent", "never arrived"],
)
def test_notices_what_is_lost(exported: Sequence[Mapping[str, object]]) -> None:
    """A confirmed message without a record, a decision or its delivery is lost (G1)."""
    assert len(Seen().judged(exported=exported).lost) == 1


def test_notices_a_message_without_an_answer() -> None:
    """In a plain conversation silence is a loss (P2)."""
    assert Seen(replies=[reply(0)]).judged().lost == ["ada.1 (routine) never got an answer"]


def test_notices_a_second_decision() -> None:
    """Two records of one event are a double (G2)."""
    records = [*map(message_record, (told(0), told(0), told(1))), *map(outbound_record, (reply(0), reply(1)))]
    assert len(Seen().judged(exported=records).doubled) == 1


def test_notices_an_answer_under_a_second_key() -> None:
    """The same answer under another key is a double (G3); a note that an item was read is not."""
    assert len(Seen(replies=[reply(0), reply(1), reply(1, key="other")]).judged().doubled) == 1
    note = reply(1, key="other", text=f"{CLOSED} Read.")
    assert Seen(replies=[reply(0), reply(1), note]).judged().doubled == []


@pytest.mark.parametrize("keys", [(), ("p1", "p2")], ids=["never", "twice"])
def test_notices_a_reply_by_a_person_that_did_not_arrive_once(keys: Sequence[str]) -> None:
    """What a person wrote arrives under one key, no less and no more."""
    replies = [reply(0), reply(1), *(reply(1, key=key, kind="human", text="[person 1] Hi") for key in keys)]
    assert len(Seen(replies=replies, answered=[Answered("[person 1]", "ada")]).judged().doubled) == 1


def test_notices_other_words_under_the_same_key() -> None:
    """A repeat must be the same to the letter (G3)."""
    assert len(Seen(replies=[reply(0), reply(1), reply(1, text="[signal:sizes] M.")]).judged().reworded) == 1


def test_notices_words_that_the_record_does_not_have() -> None:
    """What arrived stands in the export with the same words."""
    records = [*map(message_record, (told(0), told(1))), outbound_record(reply(0))]
    assert Seen().judged(exported=records).reworded == ["k1 arrived and is not in the export"]
    other = [*records, outbound_record(reply(1, text="Something else."))]
    assert Seen().judged(exported=other).reworded == ["k1 arrived otherwise than the export has it"]


def test_notices_a_turned_order() -> None:
    """The second answer before the first breaks the order (G4); a repeat of the first does not."""
    assert len(Seen(replies=[reply(1), reply(0)]).judged().reordered) == 1
    assert Seen(replies=[reply(0), reply(1), reply(0)]).judged().reordered == []


def promotion(to: int) -> Heard:
    """Answer with a promotion below."""
    return reply(to, text="[signal:tour] In May. [promo:tour]", promotional=True)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: Seen(replies=[promotion(0), reply(1, text="[promo:tour]", promotional=True)]),
        lambda: Seen(replies=[reply(0), reply(1, promotional=True)]),
        lambda: Seen(told=[told(0, label=Label.STOP), told(1)], replies=[reply(0), promotion(1)]),
        lambda: Seen(replies=[reply(0, kind="acknowledgement"), promotion(1)]),
        lambda: Seen(told=[told(0), told(1, direct=False)], replies=[reply(0), promotion(1)]),
    ],
    ids=["above the share", "falsely labelled", "after a stop", "beside an item", "in a hall"],
)
def test_notices_a_promotion_that_must_not_be(spoil: Callable[[], Seen]) -> None:
    """A promotion beyond the share, or where none has a place, breaks the cap (G5)."""
    assert spoil().judged().beyond_the_cap


def test_notices_a_template_for_something_personal() -> None:
    """A personal message that a template answers is misplaced (G6), in the pipe and in the record."""
    assert len(Seen(told=[told(0), told(1, label=Label.PERSONAL)]).judged().misplaced) == 2


def test_notices_a_reply_in_the_wrong_place() -> None:
    """A reply in another channel, or to a message that nobody wrote, is misplaced."""
    assert len(Seen(replies=[reply(0), reply(1, channel="bob")]).judged().misplaced) == 1
    assert len(Seen(replies=[reply(0), reply(1), reply(7, key="k7")]).judged().misplaced) == 1
