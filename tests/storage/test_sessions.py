"""Who is signed in: until they sign out, until their time has passed, and always on record."""

from collections.abc import Callable
from datetime import timedelta

from fanbot.ports.store import Session
from fanbot.storage import SqlStore
from fanbot.testing.clock import ManualClock
from fanbot.testing.letters import NOON
from fanbot.testing.stores import records

Look = Callable[[str], list[tuple[object, ...]]]
HOUR = timedelta(hours=1)


async def signed_in(store: SqlStore, key: str, who: str, *, hours: int = 8) -> None:
    """Sign somebody in at noon."""
    await store.sessions.begin(key, who=who, now=NOON, until=NOON + hours * HOUR)


async def test_a_session_lasts_until_its_time_has_passed(store: SqlStore) -> None:
    """At the very end it is over; an unknown key never was anybody."""
    await signed_in(store, "k1", "Sam")
    assert await store.sessions.find("k1", now=NOON + 7 * HOUR) == Session("Sam", NOON, NOON + 8 * HOUR)
    assert await store.sessions.find("k1", now=NOON + 8 * HOUR) is None
    assert await store.sessions.find("k2", now=NOON) is None
    assert await store.sessions.find("", now=NOON) is None


async def test_who_signs_out_is_out_here_alone(store: SqlStore) -> None:
    """The telephone that was left on the train ends, the laptop goes on."""
    await signed_in(store, "phone", "Sam")
    await signed_in(store, "laptop", "Sam")
    await store.sessions.end("phone")
    assert await store.sessions.find("phone", now=NOON) is None
    assert await store.sessions.find("laptop", now=NOON) is not None


async def test_one_person_or_everybody_is_signed_out_everywhere(store: SqlStore, clock: ManualClock) -> None:
    """It is told how many sessions that ended; what had ended by itself does not count."""
    clock.move(NOON - clock.now())
    for key, who, hours in (("a", "Sam", 8), ("b", "Sam", 8), ("c", "Kim", 8), ("d", "Kim", 0)):
        await signed_in(store, key, who, hours=hours)
    assert await store.sessions.end_all(who="Sam") == 2
    assert await store.sessions.end_all(who="Sam") == 0
    assert await store.sessions.find("a", now=NOON) is None
    assert await store.sessions.find("c", now=NOON) is not None
    assert await store.sessions.end_all() == 1
    assert await store.sessions.find("c", now=NOON) is None


async def test_a_sign_in_clears_away_what_has_ended(store: SqlStore, look: Look) -> None:
    """The table stays as small as the people are few."""
    await signed_in(store, "old", "Sam", hours=1)
    await store.sessions.begin("new", who="Sam", now=NOON + HOUR, until=NOON + 2 * HOUR)
    assert look("SELECT key_hash FROM session") == [("new",)]


async def test_signing_in_and_out_is_on_record(store: SqlStore) -> None:
    """Who came and went can be read later; a key that nobody has leaves no line (P21)."""
    for key in ("a", "b", "c"):
        await signed_in(store, key, "Sam")
    await store.sessions.end("a")
    await store.sessions.end("a")
    await store.sessions.end_all()
    told = [(line["who"], line["what"]) for line in await records(store, "audit")]
    assert told == [("Sam", "signed in")] * 3 + [("Sam", "signed out"), ("Sam", "signed out everywhere")]


async def test_nobody_is_signed_in_to_a_store_that_was_put_back(store: SqlStore) -> None:
    """Who was signed out since the backup was made stays signed out."""
    await signed_in(store, "a", "Sam")
    await store.archive.restored(backup_at=NOON, now=NOON + HOUR)
    assert await store.sessions.find("a", now=NOON) is None


async def test_no_export_tells_of_sessions_and_keys(store: SqlStore) -> None:
    """What opens doors is in no file that people take home."""
    await signed_in(store, "the-key-of-sam", "Sam")
    secret = (await store.secrets.secret("the-name")).hex()
    everything = str([record async for record in store.archive.export()])
    assert "the-key-of-sam" not in everything
    assert secret not in everything
