"""What a conversation looks like after a decision, so that its next message is judged after it (G2, G4)."""

from dataclasses import replace
from datetime import datetime

from fanbot.domain.decisions import Context, OpenItem
from fanbot.domain.handoffs import State
from fanbot.ports.store import Outcome, Standing

_NOT_YET_NUMBERED = 2**63 - 1
"""The id of an item that this very batch opens; it is the newest."""


def context(standing: Standing, *, now: datetime, late: bool) -> Context:
    """Turn what the store knows into what triage looks at."""
    return Context(
        now=now,
        items=standing.items,
        hushed_until=standing.hushed_until,
        clarified_at=standing.clarified_at,
        introduced=standing.introduced,
        blocked=standing.blocked,
        opted_out=standing.opted_out,
        paused=standing.paused,
        late=late,
        language=standing.language,
    )


def after(standing: Standing, outcome: Outcome) -> Standing:
    """Return the standing that the outcome leaves behind."""
    if outcome.withdraw:
        kept = tuple(item for item in standing.items if item.lane.safety)
        standing = replace(standing, items=kept)
    items = _items(standing, outcome)
    if items is not standing.items:
        standing = replace(standing, items=items)
    if not (outcome.introduced or outcome.clarified or outcome.language or outcome.opt_out is not None):
        return standing
    return replace(
        standing,
        introduced=standing.introduced or outcome.introduced,
        clarified_at=outcome.decided_at if outcome.clarified else standing.clarified_at,
        language=outcome.language or standing.language,
        opted_out=standing.opted_out if outcome.opt_out is None else outcome.opt_out,
    )


def _items(standing: Standing, outcome: Outcome) -> tuple[OpenItem, ...]:
    effect = outcome.item
    if effect is None:
        return standing.items
    at = outcome.decided_at if effect.acknowledged else None
    found = next((item for item in standing.items if item.family is effect.lane.family), None)
    if found is None:
        return (*standing.items, OpenItem(_NOT_YET_NUMBERED, effect.lane, State.WAITING, at))
    reopened = found.state is State.ANSWERED and not effect.thanks
    if at is None and not reopened:
        return standing.items
    changed = replace(
        found,
        state=State.WAITING if reopened else found.state,
        acknowledged_at=at or found.acknowledged_at,
    )
    return tuple(changed if item is found else item for item in standing.items)
