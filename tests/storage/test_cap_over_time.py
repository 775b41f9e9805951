"""The cap over whole lives: whatever fails, dies or jumps, what left keeps the share and the gap."""

import asyncio
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from fanbot.domain.settings import SignalSettings
from fanbot.ports.platform import Resend
from fanbot.ports.store import Claim, Parked, Postponed, Sent, Settlement
from fanbot.storage import SqlStore, open_store
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import inbound
from fanbot.testing.stores import answer, answered, decide, hear

SHARE, WINDOW, GAP = Fraction(1, 3), timedelta(days=10), timedelta(hours=24)
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, where the system has it
"""A disk that need not be waited for; what is tried here is no power cut."""
FANS = st.sampled_from(["ada", "ada", "bob"])
QUESTIONS = st.lists(
    st.tuples(st.sampled_from(["sizes", "shipping", "tour", "tickets", "streams", "hello"]), st.booleans()),
    min_size=1,
    max_size=4,
)


@dataclass(slots=True)
class Life:
    """What left for one fan: useful messages that arrived, and promotions that may have.

    A promotion counts from the moment at which it first left, under its key; it stops to count when
    it certainly did not arrive.
    """

    useful: list[datetime] = field(default_factory=list)
    promotions: dict[str, datetime] = field(default_factory=dict)
    told: dict[str, datetime] = field(default_factory=dict)

    def news(self, template: str, at: datetime) -> bool:
        """Tell whether a template is more than a repetition."""
        last = self.told.get(template)
        return last is None or at - last >= GAP

    def receive(self, template: str, at: datetime) -> None:
        """Take in a useful message."""
        if self.news(template, at):
            self.useful.append(at)
        self.told[template] = at

    def judge(self, key: str, template: str, now: datetime) -> None:
        """Hold a promotion that leaves for the first time against everything that left before."""
        earlier = [at for at in self.promotions.values() if now - at < WINDOW]
        received = sum(now - at < WINDOW for at in self.useful) + self.news(template, now)
        noise = len(earlier) + 1
        assert noise <= SHARE * (received + noise), f"{noise} promotions beside {received}"
        assert all(now - at >= GAP for at in earlier), f"{now} after {earlier}"
        self.promotions[key] = now


class CapOverTime(RuleBasedStateMachine):
    """Drive a real store; believe only what it let out and what the platform said."""

    migrated: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.file = Path(self.folder.name) / "fanbot.db"
        shutil.copy(self.migrated, self.file)
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        self.asked = 0
        self.under_way: dict[str, Claim] = {}
        self.words: dict[str, str] = {}
        self.finished = defaultdict[int, str](str)
        self.lives = defaultdict[str, Life](Life)
        self.resend = Resend.SAME_KEY
        self.store = self.open()

    def open(self) -> SqlStore:
        """Open the store as a new process would."""
        chosen = SignalSettings(share=SHARE, window=WINDOW, gap=GAP)
        url = f"sqlite:///{self.file}"
        store = self.runner.run(open_store(url, settings=chosen, now=self.clock.now))
        store.outbox.serve({"memory/main": self.resend})
        return store

    def teardown(self) -> None:
        """Let go of the store."""
        self.runner.run(self.store.close())
        self.runner.close()
        self.folder.cleanup()

    @initialize(resend=st.sampled_from(Resend))
    def begin(self, resend: Resend) -> None:
        """Choose the platform."""
        self.resend = resend
        self.store.outbox.serve({"memory/main": resend})

    @rule(fan=FANS, place=st.sampled_from(["", "thread"]), questions=QUESTIONS, serving=st.booleans())
    def ask(self, fan: str, place: str, questions: list[tuple[str, bool]], serving: bool) -> None:
        """Answer questions, claiming at once what may leave or leaving it for later."""
        self.store.outbox.serve({"memory/main": self.resend} if serving else {})
        self._leave(self.runner.run(self._ask(fan, place, questions)))
        self.store.outbox.serve({"memory/main": self.resend})

    @rule(fan=FANS, questions=QUESTIONS, hours=st.sampled_from([0, 1, 24, 25, 100]))
    def live(self, fan: str, questions: list[tuple[str, bool]], hours: int) -> None:
        """Let a fan have some undisturbed answers, then let time go by."""
        self._leave(self.runner.run(self._ask(fan, "", questions)))
        self.take(limit=5)
        self._settle([Sent(claim, self.clock.now()) for claim in self.under_way.values()])
        self.clock.move(timedelta(hours=hours))

    @rule(limit=st.integers(1, 5))
    def take(self, limit: int) -> None:
        """Claim what is due."""
        self._leave(self.runner.run(self.store.outbox.claim(limit=limit, now=self.clock.now())))

    @rule(fates=st.lists(st.sampled_from(["sent", "failed", "refused", "unsure"]), min_size=3, max_size=3))
    def settle(self, fates: list[str]) -> None:
        """Let each conversation's claims meet their fate; behind one that fails, the rest waits."""
        now, results = self.clock.now(), list[Settlement]()
        lanes = defaultdict[int, list[Claim]](list)
        for claim in self.under_way.values():
            lanes[claim.conversation_id].append(claim)
        for fate, claims in zip(fates, lanes.values(), strict=False):
            first, *rest = claims
            maybe = fate == "unsure" or first.repeated
            if fate == "sent":
                results += [Sent(claim, now) for claim in claims]
                continue
            if fate == "refused" or (fate == "unsure" and self.resend is Resend.NEVER):
                results.append(Parked(first, now, fate, arrived=maybe))
            else:
                results.append(Postponed(first, now, fate, maybe_arrived=maybe))
            results += [Postponed(claim, now, "behind", maybe_arrived=claim.repeated) for claim in rest]
        self._settle(results)

    @rule()
    def crash(self) -> None:
        """Die with claims under way, which may or may not have arrived; start again."""
        self.under_way.clear()
        self.runner.run(self.store.close())
        self.store = self.open()
        self.runner.run(self.store.outbox.recover(now=self.clock.now()))

    @rule(hours=st.sampled_from([1, 23, 24, 25, 48, 216, 239, 240, 241]))
    def wait(self, hours: int) -> None:
        """Let time go by."""
        self.clock.move(timedelta(hours=hours))

    @rule(hours=st.sampled_from([1, 24, 300]), questions=QUESTIONS)
    def jump_back(self, hours: int, questions: list[tuple[str, bool]]) -> None:
        """Have a clock that somebody set back, for a while."""
        self.clock.move(-timedelta(hours=hours))
        self._leave(self.runner.run(self._ask("ada", "", questions)))
        self.clock.move(timedelta(hours=hours))

    async def _ask(self, fan: str, place: str, questions: list[tuple[str, bool]]) -> Sequence[Claim]:
        self.asked += 1
        event = inbound("?", channel=fan, message=str(self.asked))
        (pending,) = await hear(self.store, replace(event, address=replace(event.address, thread=place)))
        words = (
            answer(pending.inbound, f"{fan} {name}", template=name, promo="buy!" if promo else "")
            for name, promo in questions
        )
        return await decide(self.store, answered(pending, *words, at=self.clock.now()))

    def _leave(self, claims: Sequence[Claim]) -> None:
        """See messages leave, each key with the same words until it certainly failed (G3), in order (G4)."""
        for claim in claims:
            key, text = claim.dispatch.key, claim.dispatch.text
            conversation = claim.conversation_id
            ahead = [k for k, other in self.under_way.items() if other.conversation_id == conversation]
            assert key > max(ahead, default=self.finished[conversation])
            assert self.words.get(key) in (None, text)
            self.under_way[key] = claim
            if claim.dispatch.promotional and key not in self.words:
                fan, template = _told(claim)
                self.lives[fan].judge(key, template, self.clock.now())
            self.words[key] = text

    def _settle(self, results: Sequence[Settlement]) -> None:
        for result in results:
            key = result.claim.dispatch.key
            fan, template = _told(result.claim)
            del self.under_way[key]
            if not isinstance(result, Postponed):
                self.finished[result.claim.conversation_id] = key
            if isinstance(result, Sent):
                self.lives[fan].receive(template, result.at)
            elif not (result.arrived if isinstance(result, Parked) else result.maybe_arrived):
                self.words.pop(key)
                self.lives[fan].promotions.pop(key, None)
        self.runner.run(self.store.outbox.settle(results))


def _told(claim: Claim) -> tuple[str, str]:
    """Read the fan and the template off a text."""
    fan, template = claim.dispatch.text.splitlines()[0].split(" ")
    return fan, template


def test_the_cap_holds_at_every_admission(migrated_sqlite: Path) -> None:
    """No run of answers, failures, crashes and clock jumps gets a promotion past the cap."""

    class OnThisStore(CapOverTime):
        migrated = migrated_sqlite

    run_state_machine_as_test(
        OnThisStore,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )
