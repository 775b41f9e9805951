"""fanbot is stopped under load and started again; nothing is lost and nothing is repeated."""

import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from fanbot.testing.crowd import write_workspace
from fanbot.testing.pipes import Fanbot, Heard, exported, line

MESSAGES = [f"m{number}" for number in range(2000)]
INPUT = b"".join(line(message, "is there a size chart", channel=f"c{message[-1]}") for message in MESSAGES)
STOPS_WITHIN = 5.0
ENOUGH = 50
"""Replies after which the load is taken to be on."""


@dataclass
class Story:
    """What three processes said one after the other, each given the whole input."""

    codes: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    confirmed: set[str] = field(default_factory=set)
    confirmed_when_stopped: set[str] = field(default_factory=set)
    replies: list[Heard] = field(default_factory=list)
    records: list[dict[str, object]] = field(default_factory=list)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Stop by SIGTERM under load, by Ctrl-C under load, then by the end of input."""
    folder = write_workspace(tmp_path_factory.mktemp("stopping"))
    told = Story()
    for how in (signal.SIGTERM, signal.SIGINT):
        with Fanbot(folder) as process:
            feeder = threading.Thread(target=feed, args=(process,), daemon=True)
            feeder.start()
            process.until(lambda process=process: len(process.replies) > ENOUGH)  # type: ignore[misc]
            began = time.monotonic()
            process.signal(how)
            told.codes.append(process.process.wait(30))
            told.seconds.append(time.monotonic() - began)
            feeder.join()
            note(told, process)
    told.confirmed_when_stopped |= told.confirmed
    with Fanbot(folder) as process:
        feed(process)
        process.end_input()
        told.codes.append(process.wait())
        note(told, process)
    told.records = exported(folder)
    return told


def feed(process: Fanbot) -> None:
    """Write the whole input, or as much as the process lives to read."""
    with suppress(OSError):
        process.write(INPUT)


def note(told: Story, process: Fanbot) -> None:
    """Take down what this process said."""
    process.wait()
    told.confirmed |= set(process.receipts)
    told.replies += process.replies
    told.complaints += process.complaints


def test_a_stop_under_load_ends_well_within_five_seconds(story: Story) -> None:
    """SIGTERM, Ctrl-C and the end of input all exit 0; the first two soon."""
    assert story.codes == [0, 0, 0]
    assert max(story.seconds) < STOPS_WITHIN


def test_a_stop_loses_nothing_that_was_confirmed(story: Story) -> None:
    """What was confirmed before a stop is kept, decided and answered after it (G1)."""
    decided = {record["id"] for record in story.records if record["type"] == "message" and record["decision"]}
    assert story.confirmed_when_stopped
    assert story.confirmed_when_stopped <= decided
    assert decided == set(MESSAGES) == {reply.in_reply_to for reply in story.replies}


def test_a_stop_repeats_nothing(story: Story) -> None:
    """Every message has one answer under one key, over all processes (G3)."""
    keys = {reply.key for reply in story.replies}
    assert len(story.replies) == len(keys) == len(MESSAGES)


def test_a_stop_keeps_the_order(story: Story) -> None:
    """Each conversation is answered in the order in which it was written (G4)."""
    for last in "0123456789":
        answered = [reply.in_reply_to for reply in story.replies if reply.channel == f"c{last}"]
        assert answered == [message for message in MESSAGES if message.endswith(last)]


def test_a_stop_complains_of_nothing(story: Story) -> None:
    """An orderly stop is no reason for a warning."""
    assert [each for each in story.complaints if '"warning"' in each or '"error"' in each] == []
