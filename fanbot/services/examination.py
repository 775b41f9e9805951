"""What ``fanbot doctor`` finds: each thing that a running fanbot needs, and how to mend it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from fanbot.domain.checks import Check
from fanbot.domain.templates import Problem
from fanbot.errors import StoreError
from fanbot.ports.store import Store
from fanbot.ports.workspace import Snapshot
from fanbot.services.faults import named


def of_workspace(snapshot: Snapshot, problems: Sequence[Problem], now: datetime) -> Iterator[Check]:
    """Look at settings, templates, team and help lines."""
    yield Check("settings", ok=True, found="config/fanbot.toml can be read")
    count = len(snapshot.templates)
    yield Check(
        "templates",
        ok=count > 0,
        found=f"{count} can answer",
        remedy=""
        if count
        else "Put at least one template into templates/, for example templates/tickets.md.",
    )
    for problem in problems:
        place = problem.file if problem.line is None else f"{problem.file}, line {problem.line}"
        yield Check(place, ok=False, found=problem.found, remedy=_mend(problem))
    people = len(snapshot.team.people)
    yield Check(
        "team",
        ok=people > 0,
        found=f"{people} people answer for {snapshot.team.creator}",
        remedy="" if people else "Name who answers in config/team.toml; until then every item has no owner.",
    )
    today = now.astimezone(snapshot.settings.timezone).date()
    fresh = sum(line.fresh(today) for line in snapshot.help_lines)
    yield Check(
        "help lines",
        ok=fresh > 0,
        found=f"{fresh} of {len(snapshot.help_lines)} were checked by a person within 180 days",
        remedy=""
        if fresh
        else "Check each line in config/help.toml against its source and write the day into `checked`. "
        "Until then a crisis text names an international directory only.",
    )
    console = snapshot.settings.console
    yield Check(
        "console",
        ok=bool(console.password_hash),
        found=f"on {console.host}:{console.port}, with a password"
        if console.password_hash
        else "has no password, so it stays closed",
        remedy="" if console.password_hash else "Make one: fanbot password",
    )


def _mend(problem: Problem) -> str:
    parts = [f"Expected: {problem.expected}."]
    if problem.example:
        parts.append(f"For example: {problem.example}")
    if problem.kept:
        parts.append(problem.kept)
    return " ".join(parts)


def of_adapter(name: str, *, enabled: bool, status: str, remedy: str, works: bool) -> Check:
    """Look at an installed adapter."""
    use = "has a section in the settings" if enabled else "has no section in the settings, so it is off"
    return Check(f"adapter {name}", ok=works or not enabled, found=f"{status}; {use}", remedy=remedy)


def unasked(account: str, error: Exception) -> Check:
    """Say that an account's adapter could not look."""
    told = f"could not be examined: {named(error)}"
    return Check(account, ok=False, found=told, remedy="`fanbot run` tells more when it starts this account.")


async def of_store(store: Store) -> Sequence[Check]:
    """Look at the store: reachable, writable, and nothing parked in it."""
    parked = await store.outbox.parked()
    letters = await store.journal.dead_letters()
    paused = await store.switches.paused()
    gaps = await store.desk.gaps()
    return (
        *(
            _troubled_room(name, count, error)
            for name, (count, error) in (await store.cards.troubles()).items()
        ),
        Check("store", ok=True, found="can be read and written"),
        Check(
            "sending",
            ok=not paused,
            found="automatic sending is paused" if paused else "automatic sending is on",
            remedy="`fanbot resume` turns it on again." if paused else "",
        ),
        Check(
            "parked messages",
            ok=parked == 0,
            found=f"{parked} messages could not be sent and wait for a look",
            remedy="`fanbot queue list` shows those that belong to an item." if parked else "",
        ),
        Check(
            "gaps",
            ok=not gaps,
            found=f"{len(gaps)} places where fans may have written what could not be read",
            remedy="The console names them under Troubles." if gaps else "",
        ),
        Check(
            "failures on record",
            ok=True,
            found=f"{letters} failures were kept with their reasons",
        ),
    )


def _troubled_room(destination: str, count: int, error: str) -> Check:
    """Say that a room of the team does not show everything that waits."""
    items = "1 item" if count == 1 else f"{count} items"
    found = f"{items} cannot be shown in the team's room; the newest reason: {error}"
    return Check(
        f"{destination} team",
        ok=False,
        found=found,
        remedy="The queue in the console and in `fanbot queue list` is whole. fanbot tries again every few "
        "minutes; see docs/staff.md.",
    )


def broken_store(error: StoreError) -> Check:
    """Say that the store cannot be used."""
    return Check("store", ok=False, found=str(error), remedy="Mend this first: without a store nothing runs.")
