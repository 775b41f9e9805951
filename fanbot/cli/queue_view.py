"""Items of the queue as people read them, and as programs do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from fanbot.cli.plain import block, line
from fanbot.cli.times import span
from fanbot.domain.handoffs import Handoff, State
from fanbot.domain.messages import called
from fanbot.policy.wording import out_of_reach

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from fanbot.ports.store import Line, QueueEntry

_WIDTH = 100
_MASKED = "[shown by `fanbot queue show`]"
"""A list is read over shoulders; what frightens is opened on purpose (P20)."""
_LATER = {"edit": "changed later", "deletion": "taken back later"}
_STANDING = {
    "ready": "waits to leave",
    "queued": "waits to leave",
    "sending": "on its way",
    "parked": "not delivered",
    "dropped": "not sent",
}


def record(entry: "QueueEntry", *, id: str, due: datetime, now: datetime) -> dict[str, object]:  # noqa: A002
    """Tell an item to a program."""
    item, latest = entry.handoff, entry.latest
    return {
        "id": id,
        "lane": item.lane.value,
        "family": item.lane.family.value,
        "state": item.state.value,
        "owner": item.owner,
        "topic": item.topic,
        "weight": item.weight,
        "messages": entry.messages,
        "opened_at": item.opened_at.isoformat(),
        "waiting_seconds": int((now - item.opened_at).total_seconds()),
        "due_at": due.isoformat(),
        "platform": latest.address.platform,
        "account": latest.address.account,
        "channel": latest.address.channel,
        "direct": latest.direct,
        "fan": {"id": latest.author.id, "name": latest.author.name},
        "text": latest.text,
        "reasons": list(entry.reasons),
        "error": entry.error,
        "unreachable": _unreachable(entry),
    }


def history_record(told: "Line") -> dict[str, object]:
    """Tell a line of a conversation to a program."""
    return {
        "at": told.at.isoformat(),
        "sort": told.sort,
        "who": told.who,
        "text": told.text,
        "detail": dict(told.detail),
    }


def listed(entry: "QueueEntry", *, short: str, due: datetime, now: datetime) -> str:
    """Tell an item to a person in three lines; the text of a safety item stays covered."""
    preview = _MASKED if entry.handoff.lane.safety else f'"{line(entry.latest.text, width=_WIDTH)}"'
    return "\n".join([*_heading(entry, short=short, due=due, now=now), f"    {preview}"])


def shown(
    entry: "QueueEntry",
    history: Sequence["Line"],
    *,
    short: str,
    due: datetime,
    now: datetime,
    timezone: "ZoneInfo",
) -> str:
    """Tell an item with its conversation, oldest line first, in the zone of the team."""
    told = [*_heading(entry, short=short, due=due, now=now)]
    told += [f"    why: {line(reason)}" for reason in entry.reasons[1:]]
    if entry.handoff.draft:
        told += ["", "    draft:", _indented(entry.handoff.draft, 8)]
    for each in history:
        at = each.at.astimezone(timezone)
        told += ["", f"{at:%d %b %Y %H:%M}  {_speaker(each, timezone)}"]
        told += [_indented(each.text, 4)] if each.text or each.sort != "note" else []
        told += [f"    ({remark})" for remark in _remarks(each.detail, now)]
    return "\n".join(told)


def fan(entry: "QueueEntry") -> str:
    """Name the fan as the platform does."""
    author = entry.latest.author
    return line(called(author.name, author.id), width=40)


def _heading(entry: "QueueEntry", *, short: str, due: datetime, now: datetime) -> list[str]:
    item, place = entry.handoff, entry.latest.address
    where = f"{place.platform}/{line(place.channel, width=40)}"
    facts = [
        item.lane.value,
        f"{fan(entry)} on {where}, {'direct' if entry.latest.direct else 'in public'}",
        f"opened {span(now - item.opened_at)} ago{' (past your goal)' if _late(item, due, now) else ''}",
        f"weight {item.weight}",
        _standing(item, now),
    ]
    lines = [f"{short}  {' · '.join(facts)}"]
    if entry.reasons:
        lines.append(f"    why: {line(entry.reasons[0], width=_WIDTH)}")
    if entry.error:
        lines.append(f"    went wrong: {line(entry.error)}")
    if lost := entry.unreachable:
        known = f"for {span(now - lost.since)}"
        told = out_of_reach(lost.why, fan=fan(entry), on=place.platform, known=known)
        lines.append(f"    mind: {line(told)}")
    return lines


def _unreachable(entry: "QueueEntry") -> dict[str, object] | None:
    lost = entry.unreachable
    return {"why": lost.why.value, "since": lost.since.isoformat()} if lost else None


def _late(item: Handoff, due: datetime, now: datetime) -> bool:
    return item.state.needs_person and now > due


def _standing(item: Handoff, now: datetime) -> str:
    owner = line(item.owner, width=40)
    if item.state is State.SNOOZED and item.snoozed_until is not None:
        return f"set aside by {owner}, back in {span(item.snoozed_until - now)}"
    if item.state is State.WAITING:
        return "nobody has it"
    return f"{item.state.value} by {owner}" if owner else item.state.value


def _speaker(told: "Line", timezone: "ZoneInfo") -> str:
    detail = told.detail
    if told.sort == "outbound":
        by = f", by {line(str(detail['by']), width=40)}" if detail.get("by") else ""
        return f"to the fan ({told.who}{by})"
    who = line(told.who, width=40)
    if told.sort != "note":
        return who
    to = f" to {line(str(detail['to']), width=40)}" if detail.get("to") else ""
    until = _moment(detail, "until")
    back = f" until {until.astimezone(timezone):%d %b %Y %H:%M}" if until else ""
    return f"{who}: {line(str(detail.get('what', '')))}{to}{back}"


def _remarks(detail: Mapping[str, object], now: datetime) -> list[str]:
    """Pick what a person wants to know of a line: the way it went, why, and what went wrong."""
    remarks = []
    kind, route, reasons = detail.get("kind"), detail.get("route"), detail.get("reasons")
    if kind not in (None, "message"):
        remarks.append(str(kind))
    if detail.get("before"):
        remarks.append(f"it said before: {detail['before']}")
    if detail.get("later") in _LATER:
        remarks.append(_LATER[str(detail["later"])])
    remarks += _files(detail)
    if route and isinstance(reasons, Sequence):
        remarks.append(": ".join([str(route), *("; ".join(map(str, reasons)),)]))
    if detail.get("template"):
        remarks.append(f"template {detail['template']}")
    state, leaves = str(detail.get("state", "")), _moment(detail, "leaves_at")
    if state in _STANDING:
        error = f": {detail['error']}" if detail.get("error") else ""
        waits = state in ("ready", "queued") and leaves is not None and leaves > now
        due = f" until {leaves:%H:%M:%S} UTC" if waits else ""
        remarks.append(f"{_STANDING[state]}{due}{error}")
    return [line(remark) for remark in remarks]


def _files(detail: Mapping[str, object]) -> list[str]:
    files = detail.get("attachments")
    return [
        f"with {each.get('name') or 'a file'}, {each.get('media_type') or 'of a kind nobody told'},"
        f" {each.get('size') or 0:,} bytes"
        for each in (files if isinstance(files, list) else [])
        if isinstance(each, dict)
    ]


def _moment(detail: Mapping[str, object], name: str) -> datetime | None:
    try:
        return datetime.fromisoformat(str(detail[name])) if detail.get(name) else None
    except ValueError:
        return None


def _indented(text: str, depth: int) -> str:
    return "\n".join(f"{' ' * depth}{each}".rstrip() for each in block(text).splitlines())
