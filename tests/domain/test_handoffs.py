"""The life of an item: one owner at most, and no end but by a person or by long quiet after an answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fanbot.domain.handoffs import ARCHIVE_AFTER, CLAIM_IDLE, Handoff, Lane, State
from fanbot.errors import AlreadyClaimedError, MoveError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PEOPLE = st.sampled_from(["sam", "kim", "lou"])
MOVES = ["release", "reply", "recall", "snooze", "escalate", "pass_on", "close"]


def waiting(**changes: object) -> Handoff:
    """Make an item that waits."""
    item = Handoff(1, 1, 1, Lane.PERSONAL, State.WAITING, NOON, NOON)
    return replace(item, **changes)  # type: ignore[arg-type]


def test_the_second_claimer_is_told_who_was_faster() -> None:
    """Two people at once end with one owner and a clear word to the other."""
    claimed = waiting().claim("sam", NOON)
    with pytest.raises(AlreadyClaimedError, match="sam has this item already") as lost:
        claimed.claim("kim", NOON)
    assert lost.value.owner == "sam"
    assert claimed.owner == "sam"


def test_only_the_owner_moves_a_claimed_item() -> None:
    """Whoever did not claim it changes nothing about it."""
    claimed = waiting().claim("sam", NOON)
    later = NOON + timedelta(hours=1)
    for move in (
        lambda: claimed.reply("kim", NOON),
        lambda: claimed.release("kim", NOON),
        lambda: claimed.snooze("kim", later, NOON),
        lambda: claimed.escalate("kim", NOON),
        lambda: claimed.pass_on("kim", "lou", "yours", NOON),
        lambda: claimed.close("kim", NOON),
    ):
        with pytest.raises(AlreadyClaimedError):
            move()


def test_an_idle_claim_returns_with_its_draft() -> None:
    """Half an hour without a sign of life, and everybody sees the item again."""
    claimed = replace(waiting().claim("sam", NOON), draft="Dear Ana")
    assert claimed.lapse(NOON + CLAIM_IDLE - timedelta(seconds=1)) is claimed
    returned = claimed.lapse(NOON + CLAIM_IDLE)
    assert (returned.state, returned.owner, returned.draft) == (State.WAITING, "", "Dear Ana")
    assert returned.claimed_at is None


def test_a_snoozed_item_comes_back_by_itself() -> None:
    """Set aside is not put away."""
    snoozed = waiting().snooze("sam", NOON + timedelta(days=2), NOON)
    assert snoozed.wake(NOON + timedelta(days=1)) is snoozed
    assert snoozed.wake(NOON + timedelta(days=2)).state is State.WAITING


def test_an_item_can_only_be_snoozed_ahead() -> None:
    """A time that has passed would bring it back at once."""
    with pytest.raises(MoveError, match="must lie ahead"):
        waiting().snooze("sam", NOON, NOON)


def test_a_snooze_ends_with_any_other_move() -> None:
    """An item that was escalated or passed on does not fall asleep again."""
    snoozed = waiting().snooze("sam", NOON + timedelta(days=2), NOON)
    for moved in (snoozed.escalate("sam", NOON), snoozed.pass_on("sam", "kim", "please", NOON)):
        assert moved.snoozed_until is None
        assert moved.wake(NOON + timedelta(days=9)) is moved


@pytest.mark.parametrize(("to", "note"), [("kim", "  "), (" ", "please take over")])
def test_passing_on_takes_a_name_and_a_note(to: str, note: str) -> None:
    """No item is passed to nobody, none without a word (P21)."""
    with pytest.raises(MoveError, match="Passing an item on takes"):
        waiting().pass_on("sam", to, note, NOON)


def test_an_answered_item_reopens_on_anything_but_thanks() -> None:
    """A fan who writes on is back in the queue, without an owner, with a heavier item."""
    answered = waiting().reply("sam", NOON)
    reopened = answered.hear(NOON, thanks=False, heavier=True)
    assert (reopened.state, reopened.owner, reopened.weight) == (State.WAITING, "", 2)
    assert (reopened.answered_at, reopened.claimed_at) == (None, None)
    assert answered.hear(NOON, thanks=True, heavier=True).state is State.ANSWERED


def test_thanks_begin_the_quiet_days_anew() -> None:
    """An item on which the fan wrote yesterday has not been quiet for a week."""
    answered = waiting().reply("sam", NOON)
    thanked = answered.hear(NOON + timedelta(days=6), thanks=True, heavier=False)
    assert thanked.archive(NOON + ARCHIVE_AFTER).state is State.ANSWERED
    assert thanked.archive(NOON + timedelta(days=13)).state is State.ARCHIVED


def test_a_finished_item_takes_no_more_moves() -> None:
    """The fan's next message opens a new item, and says so to whoever tries."""
    closed = waiting().close("sam", NOON)
    with pytest.raises(MoveError, match="opens a new one"):
        closed.hear(NOON, thanks=False, heavier=False)
    with pytest.raises(MoveError, match="opens a new one"):
        closed.reply("sam", NOON)
    with pytest.raises(MoveError, match="nothing to claim"):
        closed.claim("sam", NOON)
    with pytest.raises(MoveError, match="already closed"):
        closed.close("sam", NOON)


def test_an_answer_is_taken_back_by_whoever_gave_it() -> None:
    """The item is theirs again as if they had claimed it; nobody else, and nothing else, is taken back."""
    later = NOON + timedelta(seconds=5)
    answered = waiting().reply("sam", NOON)
    with pytest.raises(MoveError, match="sam wrote this answer"):
        answered.recall("kim", later)
    recalled = answered.recall("sam", later)
    assert recalled == waiting().claim("sam", later)
    for item in (waiting(), recalled, waiting().close("sam", NOON)):
        with pytest.raises(MoveError, match=f"This item is {item.state.value}, so there is no answer"):
            item.recall("sam", later)


class Life(RuleBasedStateMachine):
    """Fans write, people move the item, timers run; what was promised is watched at each step."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.item = waiting(draft="Dear Ana")
        self.weight = 1
        self.quiet_since = NOON

    @rule(minutes=st.integers(1, 10 * 24 * 60))
    def time_passes(self, minutes: int) -> None:
        """Let the clock go on."""
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_desk_is_tended(self) -> None:
        """Let every timer run: they end nothing but an answered item that stayed quiet."""
        before = self.item
        self.item = self.item.lapse(self.now).wake(self.now).archive(self.now)
        if self.item.state.finished and not before.state.finished:
            assert before.state is State.ANSWERED
            assert self.now - self.quiet_since >= timedelta(days=7)
        assert self.item.draft == before.draft

    @precondition(lambda self: not self.item.state.finished)
    @rule(thanks=st.booleans(), heavier=st.booleans())
    def the_fan_writes(self, thanks: bool, heavier: bool) -> None:
        """Let the fan write: an answered item reopens on anything but thanks."""
        before = self.item
        self.item = before.hear(self.now, thanks=thanks, heavier=heavier)
        quiet_thanks = thanks and before.state is State.ANSWERED
        self.weight += 1 if heavier and not quiet_thanks else 0
        self.quiet_since = self.now
        if before.state is State.ANSWERED:
            assert self.item.state is (State.ANSWERED if thanks else State.WAITING)
        else:
            assert self.item.state is before.state
            assert self.item.owner == before.owner

    @rule(first=PEOPLE, second=PEOPLE)
    def two_people_claim(self, first: str, second: str) -> None:
        """Let two people reach for the item at once: exactly one of them has it in the end."""
        if not self.item.state.needs_person:
            with pytest.raises(MoveError):
                self.item.claim(first, self.now)
            return
        holder = self.item.owner if self.item.state is State.CLAIMED else ""
        winner = holder or first
        for who in (first, second):
            if who == winner:
                self.item = self.item.claim(who, self.now)
            else:
                with pytest.raises(AlreadyClaimedError, match=f"{winner} has this item already"):
                    self.item.claim(who, self.now)
        assert (self.item.state, self.item.owner) == (State.CLAIMED, winner)

    @rule(who=PEOPLE, move=st.sampled_from(MOVES))
    def a_person_moves_it(self, who: str, move: str) -> None:
        """Let a person try a move: nobody but its owner moves a claimed item."""
        if move == "recall" and self.item.state is State.ANSWERED and self.item.owner != who:
            with pytest.raises(MoveError, match=f"{self.item.owner} wrote"):
                self._moved(who, move)
        elif move != "recall" and self.item.state is State.CLAIMED and self.item.owner != who:
            with pytest.raises(AlreadyClaimedError):
                self._moved(who, move)
        elif self._possible(move):
            self.item = self._moved(who, move)
            self.quiet_since = self.now
        else:
            with pytest.raises(MoveError, match=f"This item is (already )?{self.item.state.value}"):
                self._moved(who, move)

    def _possible(self, move: str) -> bool:
        if move in ("release", "recall"):
            return self.item.state is (State.CLAIMED if move == "release" else State.ANSWERED)
        return not self.item.state.finished if move in ("reply", "close") else self.item.state.needs_person

    def _moved(self, who: str, move: str) -> Handoff:
        if move == "snooze":
            return self.item.snooze(who, self.now + timedelta(hours=3), self.now)
        if move == "pass_on":
            return self.item.pass_on(who, "lou", "please take over", self.now)
        plain = {
            "release": self.item.release,
            "reply": self.item.reply,
            "recall": self.item.recall,
            "escalate": self.item.escalate,
            "close": self.item.close,
        }
        return plain[move](who, self.now)

    @invariant()
    def a_claim_has_exactly_one_owner(self) -> None:
        """See that owned and unowned are told apart (P21)."""
        state = self.item.state
        assert bool(self.item.owner) == (state not in (State.WAITING, State.ESCALATED))
        assert (self.item.claimed_at is not None) == (state is State.CLAIMED)
        assert (self.item.snoozed_until is not None) == (state is State.SNOOZED)

    @invariant()
    def weight_grows_as_told(self) -> None:
        """See that only a fan's message adds weight, and nothing takes it."""
        assert self.item.weight == self.weight


TestTheLifeOfAnItem = Life.TestCase
TestTheLifeOfAnItem.settings = settings(max_examples=150, stateful_step_count=40)
