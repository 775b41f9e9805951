"""A fanbot that is killed at random moments under load and started again while the world goes on."""

import json
import random
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from fanbot.testing.crowd import DESK, Crowd, Told
from fanbot.testing.observing import Answered, Observation
from fanbot.testing.pipes import Fanbot, Heard, exported, fanbot

_WHO = "Sam"
_LARGEST_BURST = 200
_MANY_REPLIES = 800
_LONGEST_PAUSE = 0.05
_REPLAYED = 50
"""Confirmed messages at the most that come again after a kill."""


@dataclass(frozen=True, slots=True)
class Storm:
    """How a run goes: ``load`` and ``before`` are seconds, the longest that a process is let live."""

    kills: int
    seed: int
    load: float = 0.8
    before: float = 1.5
    desk_pause: float = 1.0


@dataclass(slots=True)
class CrashRun:
    """Feed a crowd's messages to one process after the other; a second terminal answers meanwhile."""

    folder: Path
    storm: Storm
    crowd: Crowd = field(init=False)
    confirmed: set[int] = field(default_factory=set)
    replies: list[Heard] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.crowd = Crowd(seed=self.storm.seed)

    def run(self) -> Observation:
        """Kill as often as asked, let a last process drain, and return what was seen."""
        ended = threading.Event()
        desk = threading.Thread(target=self._answer_at_the_desk, args=(ended,), daemon=True)
        desk.start()
        try:
            for generation in range(self.storm.kills):
                self._live_and_die(generation)
        finally:
            ended.set()
            desk.join()
        self._to_the_end(self.storm.kills)
        return Observation(
            told=self.crowd.told,
            confirmed=frozenset(self.confirmed),
            replies=self.replies,
            answered=self.answered,
            exported=exported(self.folder),
            waits=self.waits,
            kills=self.storm.kills,
        )

    def again(self) -> Sequence[Heard]:
        """Give a new process the whole input once more; return what it says to fans."""
        with Fanbot(self.folder) as process:
            self._write(process, list(self.crowd.told), [])
            process.end_input()
            _must_end_well(process)
            return process.replies

    def _live_and_die(self, generation: int) -> None:
        chance = random.Random(f"{self.storm.seed}/{generation}")  # noqa: S311 - repeated with its seed
        written: list[Told] = []
        with Fanbot(self.folder, generation=generation) as process:
            over = threading.Event()
            feeder = threading.Thread(target=self._feed, args=(process, written, chance, over), daemon=True)
            feeder.start()
            self._let_live(process, chance)
            process.kill()
            over.set()
            feeder.join()
            process.wait()
        self._note(process, written)

    def _let_live(self, process: Fanbot, chance: random.Random) -> None:
        """Wait for a moment: at the start, while it takes in, while it answers, or just as it does."""
        moment = chance.random()
        if moment < 0.2:
            time.sleep(chance.uniform(0, self.storm.before))
        elif moment < 0.4:
            process.until(lambda: bool(process.heard))
            time.sleep(chance.uniform(0, self.storm.load))
        elif moment < 0.6:
            process.until(lambda: bool(process.replies))
            time.sleep(chance.uniform(0, self.storm.load))
        else:
            count = chance.randint(1, _MANY_REPLIES)
            process.until(lambda: len(process.replies) >= count)

    def _feed(
        self, process: Fanbot, written: list[Told], chance: random.Random, over: threading.Event
    ) -> None:
        """Repeat what had no receipt and some of what had, then go on with new messages."""
        with suppress(OSError):
            self._write(process, self._backlog(chance), written)
            while not over.is_set():
                burst = [self.crowd.write() for _ in range(chance.randint(1, _LARGEST_BURST))]
                if chance.random() < 0.3:
                    burst.insert(chance.randrange(len(burst)) + 1, burst[0])
                self._write(process, burst, written)
                time.sleep(chance.uniform(0, _LONGEST_PAUSE))

    def _backlog(self, chance: random.Random) -> list[Told]:
        """Return what was never confirmed, in order, with some that was strewn in."""
        backlog = [told for told in self.crowd.told if told.number not in self.confirmed]
        known = [told for told in self.crowd.told if told.number in self.confirmed]
        for told in chance.sample(known, min(len(known), _REPLAYED)):
            backlog.insert(chance.randint(0, len(backlog)), told)
        return backlog

    @staticmethod
    def _write(process: Fanbot, messages: Sequence[Told], written: list[Told]) -> None:
        for start in range(0, len(messages), _LARGEST_BURST):
            burst = messages[start : start + _LARGEST_BURST]
            written += burst
            process.write(b"".join(told.line for told in burst))

    def _note(self, process: Fanbot, written: Sequence[Told]) -> None:
        """Take down what this process confirmed: its receipts come in the order of its lines."""
        receipts = process.receipts
        assert receipts == [told.message for told in written[: len(receipts)]], "a receipt out of order"
        self.confirmed.update(told.number for told in written[: len(receipts)])
        self.replies += process.replies
        if process.first is not None:
            self.waits.append(process.first)

    def _to_the_end(self, generation: int) -> None:
        """Let one process live on until everything written is confirmed and everything due is said."""
        written: list[Told] = []
        backlog = [told for told in self.crowd.told if told.number not in self.confirmed]
        with Fanbot(self.folder, generation=generation) as process:
            self._write(process, backlog, written)
            process.end_input()
            _must_end_well(process)
        self._note(process, written)

    def _answer_at_the_desk(self, ended: threading.Event) -> None:
        """Answer, close and claim items in the channels that are the desk's."""
        chance = random.Random(f"{self.storm.seed}/desk")  # noqa: S311 - repeated with its seed
        count = 0
        while not ended.wait(self.storm.desk_pause):
            listed = self._queue("list", "--json")
            items = json.loads(listed) if listed else []
            waiting = [item for item in items if item["channel"].startswith(DESK)]
            if not waiting:
                continue
            item = chance.choice(waiting)
            move = chance.random()
            if move < 0.6:
                count += 1
                token = f"[person {count}]"
                if self._queue("reply", item["id"], f"{token} Thank you for this.", "--as", _WHO) is not None:
                    self.answered.append(Answered(token, item["channel"]))
            elif move < 0.8:
                self._queue("close", item["id"], "--as", _WHO)
            else:
                self._queue("claim", item["id"], "--as", _WHO)

    def _queue(self, *words: str) -> bytes | None:
        done = fanbot(self.folder, "queue", *words)
        if done.returncode != 0:
            self.refused.append(done.stderr.decode("utf-8", "replace").strip())
            return None
        return done.stdout


def _must_end_well(process: Fanbot) -> None:
    code = process.wait(within=600)
    assert code == 0, f"ended with {code}: {process.complaints[-5:]}"
