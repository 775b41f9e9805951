"""The judge of the platforms' crash run finds each kind of broken guarantee, and nothing in a sound run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from fanbot.testing.crowd import Label, Told
from fanbot.testing.observing import Answered
from fanbot.testing.platforms.judging import Judgement, judged
from fanbot.testing.platforms.seen import Arrival, PlatformObservation, Record

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ADA, BEN = "discord:30", "telegram:50"
SIZES = "[signal:sizes] What is known about sizes."
SHOP = "[promo:sizes] The new record is in the shop."
THANKS = "[person 0] Thank you for this."


def told(number: int, id_: str, channel: str, fan: str, *, place: int = 0, personal: bool = False) -> Told:
    label = Label.PERSONAL if personal else Label.ROUTINE
    text = f"message {number}"
    return Told(
        number, place, f"{channel}/{id_}", f"{channel}/", fan, label, text, direct=True, plain=not personal
    )


TOLD = (
    told(0, "1", "70", ADA),
    told(1, "2", "70", ADA, place=1),
    told(2, "1", "50", BEN),
    told(3, "2", "50", BEN, place=1),
    told(4, "1", "51", "telegram:51", personal=True),
)


def message(number: int, route: str = "answer") -> Record:
    channel, _, id_ = TOLD[number].message.partition("/")
    at = (NOON + timedelta(seconds=number)).isoformat()
    decision = {"route": route, "reasons": [], "at": at}
    return {"type": "message", "kind": "message", "id": id_, "channel": channel, "text": TOLD[number].text,
            "decision": decision}  # fmt: skip


def outbound(key: str, number: int, text: str, *, kind: str = "answer", state: str = "sent") -> Record:
    channel, _, id_ = TOLD[number].message.partition("/")
    return {"type": "outbound", "key": key, "kind": kind, "channel": channel, "text": text, "state": state,
            "promotional": "[promo:" in text, "in_reply_to": id_, "error": "unsure"}  # fmt: skip


def arrival(number: int, text: str = SIZES, *, key: str = "") -> Arrival:
    of = TOLD[number]
    return Arrival(NOON, of.fan.partition(":")[0], of.channel, of.message, text, key)


RECORDS = (
    *(message(number) for number in range(4)),
    message(4, "handoff"),
    outbound("d0", 0, SIZES),
    outbound("d1", 1, SIZES),
    outbound("t2", 2, SIZES),
    outbound("t3", 3, SIZES, state="parked"),
    outbound("t4", 4, "A person reads it.", kind="acknowledgement"),
    outbound("t5", 4, THANKS, kind="human"),
)
ARRIVALS = (
    arrival(0, key="d0"),
    arrival(1, key="d1"),
    arrival(2),
    arrival(4, "A person reads it."),
    arrival(4, THANKS),
)
SOUND = PlatformObservation(
    told=TOLD,
    arrivals=ARRIVALS,
    answered=[Answered("[person 0]", "51/")],
    exported=RECORDS,
    undelivered={"t3": "The connection failed while the message was on its way."},
)


def judge(seen: PlatformObservation) -> Judgement:
    return judged(seen, share=Fraction(1, 10), gap=timedelta())


def there(*arrivals: Arrival) -> PlatformObservation:
    return replace(SOUND, arrivals=arrivals)


def exported(*records: Record, without: int | None = None) -> PlatformObservation:
    kept = [record for number, record in enumerate(RECORDS) if number != without]
    return replace(SOUND, exported=[*kept, *records])


def with_words(text: str) -> PlatformObservation:
    """Let the first answer have these words, in the export as well."""
    records = [outbound("d0", 0, text) if record.get("key") == "d0" else record for record in RECORDS]
    return replace(SOUND, arrivals=(arrival(0, text, key="d0"), *ARRIVALS[1:]), exported=records)


def decided_late() -> PlatformObservation:
    """Let a conversation's first message be decided after its second."""
    late = {"route": "answer", "reasons": [], "at": (NOON + timedelta(minutes=1)).isoformat()}
    return exported({**RECORDS[0], "decision": late}, without=0)


def test_finds_nothing_in_a_sound_run() -> None:
    """What is parked and shown on Telegram breaks nothing, whether it stands there or not."""
    judgement = judge(SOUND)
    assert list(judgement.found) == []
    assert (judgement.parked_and_there, judgement.parked_and_missing) == ([], ["t3"])
    judgement = judge(there(*ARRIVALS, arrival(3)))
    assert list(judgement.found) == []
    assert (judgement.parked_and_there, judgement.parked_and_missing) == (["t3"], [])


def test_a_persons_reply_may_be_parked_on_telegram() -> None:
    """Then it is not expected there, and nobody misses it silently."""
    parked = exported(outbound("t5", 4, THANKS, kind="human", state="parked"), without=10)
    seen = replace(parked, arrivals=ARRIVALS[:4], undelivered={**SOUND.undelivered, "t5": "unsure"})
    assert list(judge(seen).found) == []
    assert judge(replace(seen, undelivered=SOUND.undelivered)).found.lost


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        ("lost", exported(without=0)),
        ("lost", exported({**RECORDS[0], "decision": None}, without=0)),
        ("lost", there(*ARRIVALS[1:])),
        ("lost", there(*ARRIVALS[:2], *ARRIVALS[3:])),
        ("lost", replace(exported(without=8), undelivered={})),
        ("lost", exported(outbound("t3", 3, SIZES, state="queued"), without=8)),
        ("lost", replace(SOUND, undelivered={})),
        ("lost", exported(outbound("d1", 1, SIZES, state="parked"), without=6)),
        ("doubled", exported(RECORDS[0])),
        ("doubled", there(*ARRIVALS, arrival(2))),
        ("doubled", there(*ARRIVALS, arrival(3), arrival(3))),
        ("doubled", there(*ARRIVALS, arrival(0, key="d0"))),
        ("doubled", replace(there(*ARRIVALS, arrival(0, key="d9")),
                            exported=[*RECORDS, outbound("d9", 0, SIZES)])),
        ("doubled", there(*ARRIVALS, arrival(4, THANKS))),
        ("doubled", there(*ARRIVALS[:4])),
        ("reworded", there(arrival(0, "Something else.", key="d0"), *ARRIVALS[1:])),
        ("reworded", there(*ARRIVALS, arrival(2, "Something else."))),
        ("reordered", there(ARRIVALS[1], ARRIVALS[0], *ARRIVALS[2:])),
        ("reordered", there(*ARRIVALS[:2], arrival(3), *ARRIVALS[2:])),
        ("reordered", decided_late()),
        ("beyond_the_cap", with_words(f"{SIZES}\n\n{SHOP}")),
        ("misplaced", there(replace(ARRIVALS[0], place="71/"), *ARRIVALS[1:])),
        ("misplaced", there(*ARRIVALS, replace(arrival(0), in_reply_to="70/99"))),
        ("misplaced", exported({**RECORDS[4], "decision": {"route": "answer", "reasons": [], "at": "9"}},
                               without=4)),
    ],
)  # fmt: skip
def test_finds_each_broken_guarantee(kind: str, seen: PlatformObservation) -> None:
    """Whatever is wrong stands under its name."""
    assert getattr(judge(seen).found, kind)
