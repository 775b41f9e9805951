"""Which lines of a conversation the team is told in a card's thread, in which words, each once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

from fanbot.domain.messages import Kind
from fanbot.policy.wording import DONE, moment
from fanbot.ports.store import Line
from fanbot.services.staff.cards import TEXT, cut

LOOKED = 60
"""Lines of a conversation that are looked through for what is new."""
MOST = 20
"""Lines that are told at once; of more, the newest."""
_SETTLED = {"sent", "parked"}
_WAITING = {"ready", "queued", "sending"}
_QUIET = {"archived"}
_PEOPLE = {"fan": "The fan"}


def digest(line: Line, item: int) -> str:
    """Name a line, the same however often it is read."""
    detail = line.detail
    known = (item, line.at.isoformat(), line.sort, line.who, line.text)
    told = (detail.get("kind"), detail.get("message"), detail.get("what"), detail.get("state"))
    return blake2b(repr((known, told)).encode("utf-8", "replace"), digest_size=9).hexdigest()


def of_interest(lines: Sequence[Line], item: int) -> Sequence[Line]:
    """Leave out what the team does not need here: automatic answers, other items, what has not left."""
    return [line for line in lines if _matters(line, item)]


def news(lines: Sequence[Line], item: int, told: Collection[str]) -> tuple[Sequence[Line], int]:
    """Return the lines that nobody was told yet, oldest first, and how many before them are left out."""
    new = [line for line in of_interest(lines, item) if digest(line, item) not in told]
    return new[-MOST:], max(0, len(new) - MOST)


def on_its_way(lines: Sequence[Line], item: int) -> bool:
    """Tell whether a person's reply has not arrived yet."""
    return any(_reply(line, item) and str(line.detail.get("state")) in _WAITING for line in lines)


def words(line: Line, zone: ZoneInfo) -> str:
    """Say a line to the team."""
    match line.sort:
        case "inbound":
            return cut(_heard(line), TEXT)
        case "outbound":
            return cut(_replied(line), TEXT)
        case _:
            return cut(f"{_PEOPLE.get(line.who, line.who)} {_done(line.detail, zone)}.", TEXT)


def left_out(count: int) -> str:
    """Say that there was more."""
    return f"{count} earlier lines are not told here; the console has them all."


def _matters(line: Line, item: int) -> bool:
    detail = line.detail
    match line.sort:
        case "inbound":
            return True
        case "outbound":
            return _reply(line, item) and str(detail.get("state")) in _SETTLED
        case _:
            return detail.get("item") == str(item) and str(detail.get("what")) not in _QUIET


def _reply(line: Line, item: int) -> bool:
    return line.sort == "outbound" and bool(line.detail.get("by")) and line.detail.get("item") == str(item)


def _heard(line: Line) -> str:
    files = line.detail.get("attachments")
    count = len(files) if isinstance(files, Sequence) else 0
    more = f" ({count} {'file' if count == 1 else 'files'}, to be seen in the console)" if count else ""
    match str(line.detail.get("kind")):
        case Kind.EDIT:
            return f"{line.who} changed a message. It says now: {line.text}{more}"
        case Kind.DELETION:
            return f"{line.who} took a message back."
        case Kind.REACTION:
            return f"{line.who} reacted with {line.text}"
        case Kind.PRESS:
            return f"{line.who} pressed a button."
    return f"{line.who}: {line.text}{more}"


def _replied(line: Line) -> str:
    by = line.detail.get("by")
    if line.detail.get("state") == "parked":
        return f"{by}'s reply did not arrive, or nobody can tell: {line.detail.get('error')}"
    return f"{by}'s reply has left: {line.text}"


def _done(detail: Mapping[str, object], zone: ZoneInfo) -> str:
    what = str(detail.get("what", ""))
    match what:
        case "passed on":
            return f"passed this on to {detail.get('to')}: {detail.get('note')}"
        case "snoozed":
            until = _moment(str(detail.get("until", "")))
            return f"set this aside until {moment(until, zone)}" if until else "set this aside"
    return DONE.get(what, what)


def _moment(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None
