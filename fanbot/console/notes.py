"""What the team did with an item, in words."""

from collections.abc import Callable, Mapping
from datetime import datetime

from fanbot.console import words
from fanbot.console.cards import Eyes
from fanbot.domain.handoffs import Lane
from fanbot.policy.wording import DONE


def done(detail: Mapping[str, object], *, eyes: Eyes, item: int | None) -> str:
    """Say what somebody did; an item other than ``item`` is named by its lane."""
    what = str(detail.get("what", ""))
    said = _TOLD[what](detail, eyes) if what in _TOLD else DONE.get(what, what)
    if item is None or detail.get("item") == str(item):
        return said
    return f"{said} ({_lane(str(detail.get('lane', '')))})"


def moment(detail: Mapping[str, object], name: str) -> datetime | None:
    """Read a moment that was written down in ISO form; None where there is none."""
    try:
        return datetime.fromisoformat(str(detail[name])) if detail.get(name) else None
    except ValueError:
        return None


def _passed_on(detail: Mapping[str, object], eyes: Eyes) -> str:
    to = str(detail.get("to", ""))
    return f"passed this on to {'you' if to == eyes.me else to}"


def _snoozed(detail: Mapping[str, object], eyes: Eyes) -> str:
    until = moment(detail, "until")
    return f"snoozed this until {words.moment(until, eyes.zone)}" if until else "snoozed this"


def _lane(name: str) -> str:
    try:
        return words.lane(Lane(name))
    except ValueError:
        return name


_TOLD: Mapping[str, Callable[[Mapping[str, object], Eyes], str]] = {
    "passed on": _passed_on,
    "snoozed": _snoozed,
}
