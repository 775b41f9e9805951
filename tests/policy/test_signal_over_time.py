"""The cap holds at every admission, whatever the order of deliveries, failures and clocks.

The machine keeps a ledger by the day, as a store does, and beside it the plain list of what was
reserved and delivered, to the second, from which each admission is checked.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from fanbot.domain.messages import SignalClass
from fanbot.domain.promotion import FanStanding, Tally
from fanbot.policy.signal import SignalCap, admit_block, classify, window_days

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SCOPES = ["fan:1", "fan:2"]
CHANNEL = "channel:stdio/main/lobby"


@dataclass(frozen=True)
class Promotion:
    """One promotion that was reserved, with the answer that carries it."""

    at: datetime
    scopes: tuple[str, ...]
    useful: bool


class Ledger(RuleBasedStateMachine):
    """Fans and a channel receive, promotions ask, and the clock does as it likes."""

    reservations = Bundle("reservations")

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.newest: datetime | None = None
        self.days: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        self.latest: dict[str, datetime] = {}
        self.useful: list[tuple[datetime, str]] = []
        self.charged: list[Promotion] = []
        self.told: dict[tuple[str, str], datetime] = {}

    @initialize(
        share=st.sampled_from([Fraction(1, 10), Fraction(1, 4), Fraction(1, 3), Fraction(2, 3), Fraction(0)]),
        gap=st.sampled_from([timedelta(0), timedelta(hours=1), timedelta(hours=24)]),
        window=st.sampled_from([timedelta(days=3), timedelta(days=7), timedelta(days=30)]),
        received=st.sampled_from([0, 1, 3, 30]),
    )
    def open(self, share: Fraction, gap: timedelta, window: timedelta, received: int) -> None:
        """Set the workspace's settings; everybody may have received something useful."""
        self.cap = SignalCap(share=share, gap=gap)
        self.window = window
        for scope in (*SCOPES, CHANNEL):
            self.useful_messages_arrive(scope, received)

    @rule(minutes=st.sampled_from([1, 45, 13 * 60, 24 * 60, 3 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        """Let the clock go on."""
        self.now += timedelta(minutes=minutes)

    @rule(hours=st.sampled_from([-72, -5, 5, 24 * 8, 24 * 40]))
    def clock_jumps(self, hours: int) -> None:
        """Let the clock be set, forward or back."""
        self.now += timedelta(hours=hours)

    @rule(scope=st.sampled_from([*SCOPES, CHANNEL]), count=st.sampled_from([1, 3, 9, 30]))
    def useful_messages_arrive(self, scope: str, count: int) -> None:
        """Let a fan or the channel receive content and people's replies."""
        for _ in range(count):
            self._deliver_useful(scope)

    @rule(scope=st.sampled_from(SCOPES), template=st.sampled_from("ab"))
    def a_template_arrives(self, scope: str, template: str) -> None:
        """Let a fan receive an answer, perhaps the same one again."""
        last = self.told.get((scope, template))
        if classify(SignalClass.SIGNAL, last_same=last, now=self.now, gap=self.cap.gap) is SignalClass.SIGNAL:
            self._deliver_useful(scope)
        self.told[scope, template] = self.now

    @rule(
        target=reservations,
        scopes=st.sampled_from([("fan:1",), ("fan:2",), ("fan:1", CHANNEL), ("fan:2", CHANNEL), (CHANNEL,)]),
        useful=st.booleans(),
        askers=st.integers(1, 3),
    )
    def promotions_ask(self, scopes: tuple[str, ...], useful: bool, askers: int) -> tuple[Promotion, ...]:
        """Let several askers in a row reserve, each seeing what the one before left."""
        return tuple(promotion for _ in range(askers) for promotion in self._ask(scopes, useful))

    @rule(promotions=consumes(reservations))
    def they_arrive(self, promotions: tuple[Promotion, ...]) -> None:
        """Let the platform confirm: the answers below which they stood become signal."""
        for promotion in promotions:
            for scope in promotion.scopes:
                if promotion.useful and scope.startswith("fan:"):
                    self._deliver_useful(scope)
            self._enter(self.now)

    @rule(promotions=consumes(reservations))
    def they_certainly_fail(self, promotions: tuple[Promotion, ...]) -> None:
        """Let the platform refuse: the reservations are freed, the latest times stay."""
        for promotion in promotions:
            self.charged.remove(promotion)
            for scope in promotion.scopes:
                self.days[scope][self._day(promotion.at)][1] -= 1

    @rule(promotions=consumes(reservations))
    def nobody_knows(self, promotions: tuple[Promotion, ...]) -> None:
        """Let the connection break: parked promotions stay charged, their answers earn nothing."""
        assert all(promotion in self.charged for promotion in promotions)

    @invariant()
    def nothing_is_owed(self) -> None:
        """See that freeing never makes a day's count negative."""
        assert all(count >= 0 for days in self.days.values() for pair in days.values() for count in pair)

    def _ask(self, scopes: tuple[str, ...], useful: bool) -> Iterable[Promotion]:
        verdict = admit_block(
            cap=self.cap,
            tallies=[self._tally(scope) for scope in scopes],
            fan=FanStanding(),
            now=self.now,
            carries_answer=useful,
        )
        if not verdict.admitted:
            return
        self._check(scopes, useful)
        promotion = Promotion(self.now, scopes, useful)
        self.charged.append(promotion)
        for scope in scopes:
            self.days[scope][self._day(self.now)][1] += 1
            self.latest[scope] = self.now
        self._enter(self.now)
        yield promotion

    def _check(self, scopes: tuple[str, ...], useful: bool) -> None:
        """Hold an admission against the plain list, to the second."""
        since = self.now - self.window
        assert self.newest is None or self.now >= self.newest
        for scope in scopes:
            promotions = [each for each in self.charged if scope in each.scopes]
            noise = sum(each.at >= since for each in promotions) + 1
            signal = sum(at >= since for at, where in self.useful if where == scope)
            signal += useful and scope.startswith("fan:")
            assert noise <= self.cap.share * (signal + noise)
            assert all(self.now - each.at >= self.cap.gap for each in promotions)

    def _tally(self, scope: str) -> Tally:
        signal_from, noise_from = window_days(self.now, self.window)
        days = self.days[scope]
        return Tally(
            scope,
            signal=sum(pair[0] for day, pair in days.items() if day >= signal_from),
            noise=sum(pair[1] for day, pair in days.items() if day >= noise_from),
            latest_promotion=self.latest.get(scope),
            newest_entry=self.newest,
        )

    def _deliver_useful(self, scope: str) -> None:
        self.days[scope][self._day(self.now)][0] += 1
        self.useful.append((self.now, scope))
        self._enter(self.now)

    def _enter(self, at: datetime) -> None:
        self.newest = at if self.newest is None else max(self.newest, at)

    @staticmethod
    def _day(at: datetime) -> int:
        return (at - EPOCH) // timedelta(days=1)


TestTheCapOverTime = Ledger.TestCase
TestTheCapOverTime.settings = settings(max_examples=150, stateful_step_count=40)
