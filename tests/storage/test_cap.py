"""The cap where it is asked: in the transaction that claims, for every fan and every channel (P3, G5)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from fanbot.domain.handoffs import Lane
from fanbot.domain.messages import Author, Inbound, OutboundKind, SignalClass
from fanbot.domain.settings import SignalSettings
from fanbot.ports.platform import Dispatch, Resend
from fanbot.ports.store import Claim, Move, Parked, Postponed, Sent
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON, inbound
from fanbot.testing.stores import answer, answered, confirm, decide, entry_of, handed_over, hear

Opener = Callable[..., Awaitable[SqlStore]]
Look = Callable[[str], list[tuple[int, ...]]]

HERE = {"memory/main": Resend.SAME_KEY}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PROMO = "The tour shirt is in the shop."
HALF = SignalSettings(share=Fraction(1, 2))
ALL = SignalSettings(share=Fraction(1))


class Fan:
    """A fan who asks about one thing after another, and what left for them."""

    def __init__(self, store: SqlStore, clock: ManualClock, name: str = "ada") -> None:
        """Serve the store and begin with nothing asked."""
        self.store, self.clock, self.name = store, clock, name
        self.asked = 0
        store.outbox.serve(HERE)

    def message(self, *, thread: str = "", room: str = "") -> Inbound:
        """Write the next question, in a thread of its own or in a shared room."""
        self.asked += 1
        event = inbound(
            "?",
            channel=room or self.name,
            message=f"{self.name}-{self.asked}",
            author=Author(self.name, self.name.title()),
            received_at=self.clock.now(),
            direct=not room,
        )
        return replace(event, address=replace(event.address, thread=thread))

    async def claim(self, *, template: str | None = None, event: Inbound | None = None) -> Claim:
        """Have a question answered from a template of its own, with a promo block below."""
        (pending,) = await hear(self.store, event or self.message())
        name = template if template is not None else f"template-{self.asked}"
        words = answer(pending.inbound, "The answer.", template=name, promo=PROMO)
        (claim,) = await decide(self.store, answered(pending, words, at=self.clock.now()))
        return claim

    async def gets(self, *, template: str | None = None, event: Inbound | None = None) -> Dispatch:
        """Have a question answered, and the answer delivered."""
        claim = await self.claim(template=template, event=event)
        await confirm(self.store, [claim], at=self.clock.now())
        return claim.dispatch

    async def useful(self, count: int) -> None:
        """Have so many plain questions answered and delivered."""
        outcomes = [
            answered(pending, answer(pending.inbound, template=pending.inbound.message), at=self.clock.now())
            for pending in await hear(self.store, *(self.message() for _ in range(count)))
        ]
        await confirm(self.store, await decide(self.store, *outcomes), at=self.clock.now())


@pytest.fixture
def ada(store: SqlStore, clock: ManualClock) -> Fan:
    """Make a fan of the store."""
    return Fan(store, clock)


async def test_nine_useful_messages_buy_one_promotion(ada: Fan) -> None:
    """At one in ten the tenth of what a fan received may be promotion, and nothing before."""
    got = [await ada.gets() for _ in range(9)]
    assert [dispatch.promotional for dispatch in got] == [False] * 8 + [True]
    assert got[0].text == "The answer."
    assert got[8].text == f"The answer.\n\n{PROMO}"


async def test_what_has_not_arrived_buys_nothing(ada: Fan) -> None:
    """Only confirmed deliveries count, whatever was decided."""
    claims = [await ada.claim(event=ada.message(thread=str(n))) for n in range(12)]
    assert [claim.dispatch.promotional for claim in claims] == [False] * 12
    await confirm(ada.store, claims[:8])
    assert (await ada.gets()).promotional


async def test_a_batch_is_judged_one_after_the_other(ada: Fan) -> None:
    """Of many promotions in one transaction, also over several conversations, the fan gets one."""
    await ada.useful(30)
    pending = await hear(ada.store, *(ada.message(thread=str(n)) for n in range(5)))
    outcomes = [
        answered(each, answer(each.inbound, template=f"t{n}", promo=PROMO)) for n, each in enumerate(pending)
    ]
    claims = await decide(ada.store, *outcomes)
    assert [claim.dispatch.promotional for claim in claims] == [True, False, False, False, False]


async def test_two_processes_at_once_admit_one(ada: Fan, open_again: Opener) -> None:
    """Neither a race nor a second process gets round the cap."""
    await ada.useful(30)
    stores = [ada.store, await open_again(), await open_again()]
    ada.store.outbox.serve({})
    pending = await hear(ada.store, *(ada.message(thread=str(n)) for n in range(9)))
    for number, each in enumerate(pending):
        words = answer(each.inbound, template=f"t{number}", promo=PROMO)
        assert await decide(ada.store, answered(each, words)) == []
    for each in stores:
        each.outbox.serve({"memory/main": Resend.NEVER})
    runs = await asyncio.gather(*(stores[n % 3].outbox.claim(limit=3, now=NOON) for n in range(6)))
    claims = [claim for run in runs for claim in run]
    assert len(claims) == 9
    assert sum(claim.dispatch.promotional for claim in claims) == 1


async def test_fans_do_not_pay_for_each_other(ada: Fan) -> None:
    """What Ada received buys nothing for Bob, and takes nothing from him."""
    bob = Fan(ada.store, ada.clock, "bob")
    await ada.useful(8)
    await bob.useful(8)
    assert (await ada.gets()).promotional
    assert (await bob.gets()).promotional
    assert not (await Fan(ada.store, ada.clock, "eve").gets()).promotional


async def test_a_day_lies_between_two_promotions(ada: Fan) -> None:
    """However much signal there is, the gap holds."""
    await ada.useful(40)
    assert (await ada.gets()).promotional
    ada.clock.move(DAY - timedelta(seconds=1))
    assert not (await ada.gets()).promotional
    ada.clock.move(timedelta(seconds=1))
    assert (await ada.gets()).promotional


async def test_a_promotion_that_is_still_on_its_way_counts(ada: Fan) -> None:
    """What was reserved counts until it certainly did not arrive."""
    await ada.useful(10)
    assert (await ada.claim()).dispatch.promotional
    ada.clock.move(DAY)
    other = ada.message(thread="2")
    assert not (await ada.gets(event=other)).promotional


@pytest.mark.parametrize(
    ("arrived", "again"), [(False, True), (True, False)], ids=["certainly not", "perhaps"]
)
async def test_parking_frees_only_what_certainly_did_not_arrive(ada: Fan, arrived: bool, again: bool) -> None:
    """A promotion that may have been seen stays on the account."""
    await ada.useful(9)
    claim = await ada.claim()
    assert claim.dispatch.promotional
    await ada.store.outbox.settle([Parked(claim, ada.clock.now(), "refused", arrived=arrived)])
    ada.clock.move(DAY)
    assert (await ada.gets()).promotional is again


async def test_a_retry_asks_the_cap_again(ada: Fan) -> None:
    """A promotion that was certainly not delivered is judged anew, here within its own gap."""
    await ada.useful(9)
    claim = await ada.claim()
    later = ada.clock.now() + HOUR
    await ada.store.outbox.settle([Postponed(claim, later, "too many")])
    (again,) = await ada.store.outbox.claim(limit=1, now=later)
    assert (again.dispatch.key, again.dispatch.promotional) == (claim.dispatch.key, False)
    assert not again.repeated
    assert again.dispatch.text == "The answer."
    await confirm(ada.store, [again], at=later)
    ada.clock.move(DAY)
    assert (await ada.gets()).promotional


async def test_a_retry_after_the_gap_is_admitted(ada: Fan) -> None:
    """When nothing stands against it any more, the promotion comes with its answer after all."""
    await ada.useful(9)
    claim = await ada.claim()
    later = ada.clock.now() + DAY
    await ada.store.outbox.settle([Postponed(claim, later, "too many")])
    (again,) = await ada.store.outbox.claim(limit=1, now=later)
    assert replace(again.dispatch, since=None) == claim.dispatch
    assert again.dispatch.since is None


async def test_what_may_have_arrived_is_repeated_with_the_same_words(ada: Fan) -> None:
    """Under one key there is one text, and one promotion on the account (G3)."""
    await ada.useful(9)
    claim = await ada.claim()
    later = ada.clock.now() + HOUR
    await ada.store.outbox.settle([Postponed(claim, later, "no word back", maybe_arrived=True)])
    (again,) = await ada.store.outbox.claim(limit=1, now=later)
    assert replace(again.dispatch, since=None) == claim.dispatch
    assert again.dispatch.since is not None
    assert again.repeated
    await confirm(ada.store, [again], at=later)
    ada.clock.move(2 * DAY)
    await ada.useful(6)
    assert not (await ada.gets()).promotional
    assert (await ada.gets()).promotional


async def test_the_gap_runs_from_when_a_repeat_may_be_seen(ada: Fan) -> None:
    """What is tried again after a long outage may arrive only then, so nothing follows it for a day."""
    await ada.useful(9)
    claim = await ada.claim()
    later = ada.clock.now() + 25 * HOUR
    await ada.store.outbox.settle([Postponed(claim, later, "no word back", maybe_arrived=True)])
    ada.clock.move(25 * HOUR)
    (again,) = await ada.store.outbox.claim(limit=1, now=ada.clock.now())
    assert again.dispatch.promotional
    await confirm(ada.store, [again], at=ada.clock.now())
    await ada.useful(20)
    assert not (await ada.gets()).promotional
    ada.clock.move(DAY)
    assert (await ada.gets()).promotional


async def test_after_a_crash_the_reservation_stands(ada: Fan, open_again: Opener) -> None:
    """A new process knows what the old one may have sent."""
    await ada.useful(9)
    claim = await ada.claim()
    await ada.store.close()
    again = Fan(await open_again(), ada.clock)
    again.asked = ada.asked
    assert await again.store.outbox.recover(now=ada.clock.now()) == 1
    (repeated,) = await again.store.outbox.claim(limit=10, now=ada.clock.now())
    assert replace(repeated.dispatch, since=None) == claim.dispatch
    assert repeated.dispatch.since is not None
    assert repeated.repeated
    await confirm(again.store, [repeated], at=ada.clock.now())
    again.clock.move(DAY)
    assert not (await again.gets()).promotional


async def test_the_same_template_within_a_day_is_not_news(ada: Fan) -> None:
    """Ten times the same answer is one useful message."""
    for _ in range(12):
        assert not (await ada.gets(template="shipping")).promotional
    await ada.useful(7)
    assert not (await ada.gets(template="shipping")).promotional
    assert (await ada.gets()).promotional


async def test_after_a_day_the_same_template_counts_again(ada: Fan) -> None:
    """Whoever asks again next week was served again."""
    for _ in range(8):
        await ada.gets(template="shipping")
        ada.clock.move(DAY)
    assert (await ada.gets(template="shipping")).promotional


async def test_the_parts_of_one_message_count_once(ada: Fan) -> None:
    """A long answer is one message, however many parts the platform needs."""
    for number in range(9):
        (pending,) = await hear(ada.store, ada.message())
        whole = answer(pending.inbound, template=f"long-{number}")
        pieces = [
            replace(
                whole, part=part, parts=3, signal=SignalClass.SIGNAL if part == 2 else SignalClass.NEUTRAL
            )
            for part in range(3)
        ]
        claims = await decide(ada.store, answered(pending, *pieces))
        await confirm(ada.store, claims[: 2 if number == 8 else 3])
    other = ada.message(thread="2")
    (pending,) = await hear(ada.store, other)
    bare = replace(answer(other, template="x", promo=PROMO), signal=SignalClass.NEUTRAL)
    (claim,) = await decide(ada.store, answered(pending, bare))
    assert not claim.dispatch.promotional


async def test_a_waiting_fan_gets_no_promotion(ada: Fan) -> None:
    """Nobody is sold anything while a person owes them an answer, nor on the day after it."""
    await ada.useful(20)
    (pending,) = await hear(ada.store, ada.message(thread="2"))
    await decide(ada.store, handed_over(pending, Lane.COMPLAINT, at=ada.clock.now()))
    assert not (await ada.gets()).promotional
    item = (await entry_of(ada.store, pending.conversation_id)).handoff.id
    await ada.store.desk.move(
        item,
        who="sam",
        change=lambda entry: Move(entry.handoff.reply("sam", ada.clock.now()), "answered", {}),
    )
    ada.clock.move(DAY - timedelta(seconds=1))
    assert not (await ada.gets()).promotional
    ada.clock.move(timedelta(seconds=1))
    assert (await ada.gets()).promotional


async def test_an_item_that_opens_with_the_answer_holds_its_promotion(ada: Fan) -> None:
    """Whatever is decided in the same transaction is known when the cap is asked."""
    await ada.useful(20)
    one, two = await hear(ada.store, ada.message(), ada.message())
    words = answer(one.inbound, template="x", promo=PROMO)
    (claim,) = await decide(ada.store, answered(one, words), handed_over(two))
    assert not claim.dispatch.promotional


async def test_an_item_closed_without_an_answer_gives_a_day_of_peace(ada: Fan) -> None:
    """Read, no reply needed, is an answer too."""
    await ada.useful(20)
    (pending,) = await hear(ada.store, ada.message())
    await decide(ada.store, handed_over(pending, at=ada.clock.now()))
    item = (await entry_of(ada.store, pending.conversation_id)).handoff.id
    await ada.store.desk.move(
        item, who="sam", change=lambda e: Move(e.handoff.close("sam", ada.clock.now()), "closed", {})
    )
    assert not (await ada.gets()).promotional
    ada.clock.move(DAY)
    assert (await ada.gets()).promotional


async def test_a_fan_who_said_stop_gets_no_promotion(ada: Fan) -> None:
    """An opt-out holds for good, and at once."""
    await ada.useful(20)
    (pending,) = await hear(ada.store, ada.message())
    await decide(ada.store, replace(answered(pending), opt_out=True))
    assert not (await ada.gets()).promotional
    ada.clock.move(20 * DAY)
    assert not (await ada.gets()).promotional


async def test_a_clock_behind_the_ledger_holds_promotions_and_nothing_else(ada: Fan) -> None:
    """When the time of day cannot be trusted, answers go and offers wait."""
    await ada.useful(20)
    ada.clock.move(-HOUR)
    assert (await ada.gets()).text == "The answer."
    ada.clock.move(HOUR)
    assert (await ada.gets()).promotional


async def test_old_signal_does_not_count(ada: Fan) -> None:
    """What a fan received before the window pays for nothing today."""
    await ada.useful(20)
    ada.clock.move(31 * DAY)
    assert not (await ada.gets()).promotional


async def test_a_promotion_in_a_channel_touches_the_channel_and_the_fan(
    clock: ManualClock, open_again: Opener
) -> None:
    """In a shared channel one promotion a day is admitted, whoever asked; and Ada's other chats know."""
    store = await open_again(ALL)
    ada, bob = Fan(store, clock), Fan(store, clock, "bob")
    assert (await ada.gets(event=ada.message(room="lounge"))).promotional
    assert not (await bob.gets(event=bob.message(room="lounge"))).promotional
    assert (await bob.gets()).promotional
    assert not (await ada.gets()).promotional
    clock.move(DAY)
    assert (await bob.gets(event=bob.message(room="lounge"))).promotional


async def test_answers_to_one_fan_pay_for_nothing_in_a_channel(ada: Fan) -> None:
    """For the others in the room they are neutral, so the room has no promotion to spare."""
    await ada.useful(30)
    for _ in range(12):
        assert not (await ada.gets(event=ada.message(room="lounge"))).promotional


async def test_a_reservation_in_a_channel_is_freed_in_both_scopes(
    clock: ManualClock, open_again: Opener, look: Look
) -> None:
    """What certainly did not arrive is taken off the fan's account and off the channel's."""
    store = await open_again(ALL)
    ada = Fan(store, clock)
    claim = await ada.claim(event=ada.message(room="lounge"))
    assert claim.dispatch.promotional
    charged = "SELECT COUNT(*), SUM(noise) FROM ledger WHERE noise > 0"
    assert [tuple(map(int, row)) for row in look(charged)] == [(2, 2)]
    await store.outbox.settle([Parked(claim, clock.now(), "refused", arrived=False)])
    assert look("SELECT COUNT(*) FROM ledger WHERE noise > 0") == [(0,)]


async def test_a_restored_backup_is_charged_for_the_time_between(
    clock: ManualClock, open_again: Opener
) -> None:
    """What left between the backup and its return is unknown; one promotion a gap is assumed (G5)."""
    store = await open_again(HALF)
    ada = Fan(store, clock)
    await ada.useful(3)
    backup_at = clock.now()
    clock.move(3 * DAY)
    assert await store.archive.restored(backup_at=backup_at, now=clock.now()) == 0
    assert not (await ada.gets()).promotional
    clock.move(DAY)
    assert [(await ada.gets()).promotional for _ in range(2)] == [True, False]
    clock.move(40 * DAY)
    assert (await ada.gets()).promotional


async def test_without_a_gap_a_restored_backup_is_charged_by_the_minute(
    clock: ManualClock, open_again: Opener
) -> None:
    """Answers go on, and promotion waits until signal has paid for each minute between."""
    store = await open_again(SignalSettings(share=Fraction(1, 2), gap=timedelta()))
    ada = Fan(store, clock)
    backup_at = clock.now()
    clock.move(timedelta(minutes=3))
    await store.archive.restored(backup_at=backup_at, now=clock.now())
    assert [(await ada.gets()).promotional for _ in range(4)] == [False, False, False, True]


async def test_a_restore_is_charged_also_where_no_gap_is_set(clock: ManualClock, open_again: Opener) -> None:
    """Without a gap one promotion a minute is assumed, and answers go on."""
    store = await open_again(SignalSettings(share=Fraction(1, 2), gap=timedelta(0)))
    ada = Fan(store, clock)
    backup_at = clock.now()
    clock.move(timedelta(minutes=3))
    await store.archive.restored(backup_at=backup_at, now=clock.now())
    await ada.useful(2)
    assert [(await ada.gets()).promotional for _ in range(2)] == [False, True]


async def test_a_template_that_is_all_promotion_counts_as_one(clock: ManualClock, open_again: Opener) -> None:
    """A hand-edited file that slipped through is on the account when it was delivered."""
    store = await open_again(HALF)
    ada = Fan(store, clock)
    (pending,) = await hear(store, ada.message())
    offer = replace(answer(pending.inbound, "Buy!", template="offer"), signal=SignalClass.NOISE)
    claims = await decide(store, answered(pending, offer))
    assert claims[0].dispatch.promotional
    await confirm(store, claims)
    assert not (await ada.gets()).promotional
    clock.move(DAY)
    assert (await ada.gets()).promotional


async def test_a_persons_reply_is_signal(ada: Fan) -> None:
    """What a person writes is worth at least what a template is."""
    await ada.useful(7)
    (pending,) = await hear(ada.store, ada.message())
    words = replace(answer(pending.inbound, "Hi! – Sam", kind=OutboundKind.HUMAN), signal=SignalClass.SIGNAL)
    claims = await decide(ada.store, answered(pending, words))
    await ada.store.outbox.settle([Sent(claim, NOON) for claim in claims])
    assert (await ada.gets()).promotional


async def test_one_delivery_is_counted_once(ada: Fan) -> None:
    """A result that is told twice buys nothing."""
    claim = await ada.claim()
    results: Sequence[Sent] = [Sent(claim, NOON)]
    for _ in range(10):
        await ada.store.outbox.settle(results)
    assert not (await ada.gets()).promotional
