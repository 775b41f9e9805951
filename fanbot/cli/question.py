"""A message that somebody asks about, and what fanbot would do with it, as plain records."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from fanbot.cli.plain import whole
from fanbot.domain.messages import Address, Author, EventKey, Inbound, Kind

if TYPE_CHECKING:
    from fanbot.services.oracle import Foresight

LONGEST = 4 * 1024 * 1024
"""Bytes that one line may have."""
_SOMEBODY = Author("somebody")


class BadLineError(ValueError):
    """A line that asks nothing; says what was found and what was expected, never what a fan wrote."""

    def __init__(self, *, found: str, expected: str) -> None:
        super().__init__(f"Found {found}, expected {expected}. The other lines are judged as usual.")


@dataclass(frozen=True, slots=True)
class Question:
    """A message to judge, with the id that its line carried."""

    id: str | int | None
    inbound: Inbound


def asked(
    text: str, *, now: datetime, platform: str = "stdio", direct: bool = True, author: Author = _SOMEBODY
) -> Inbound:
    """Build the message; one in a shared channel counts as addressed to the assistant.

    >>> from datetime import UTC
    >>> message = asked("hi", now=datetime(2026, 5, 1, tzinfo=UTC), platform="telegram", direct=False)
    >>> message.address.platform, message.addressed
    ('telegram', True)
    """
    return Inbound(
        event=EventKey(platform, "main", author.id, "1", Kind.MESSAGE),
        message="1",
        address=Address(platform, "main", author.id),
        author=author,
        text=text,
        received_at=now,
        direct=direct,
        mentioned=not direct,
    )


def read(line: bytes, *, now: datetime) -> Question:
    """Read one JSON line; only ``text`` must be there. Raises BadLineError."""
    record = _object(line)
    number = record.get("id")
    if isinstance(number, bool) or not isinstance(number, str | int | None):
        raise BadLineError(found='something else as "id"', expected="a text or a whole number")
    direct = record.get("direct", True)
    if not isinstance(direct, bool):
        raise BadLineError(found='something else as "direct"', expected="true or false")
    inbound = asked(
        _text(record, "text"),
        now=now,
        platform=_text(record, "platform", default="stdio"),
        direct=direct,
        author=_author(record.get("author")),
    )
    return Question(whole(number) if isinstance(number, str) else number, inbound)


def foreseen(foresight: "Foresight", number: str | int | None = None) -> dict[str, object]:
    """Tell a decision that would be made, and the text that the fan would get."""
    decision = foresight.decision
    return {
        "id": number,
        "route": decision.route.value,
        "template": decision.template,
        "lane": None if decision.lane is None else decision.lane.value,
        "confidence": None if decision.confidence is None else round(decision.confidence, 4),
        "language": decision.language,
        "reasons": list(decision.reasons),
        "reply": foresight.reply,
    }


def _object(line: bytes) -> Mapping[str, object]:
    if len(line) > LONGEST:
        raise BadLineError(found="a line that is too long", expected=f"at most {LONGEST:,} bytes in one line")
    try:
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError:  # half surrogate pairs, a byte order mark: odd, but readable
            record = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadLineError(
            found="a line that is no JSON", expected='for example {"text": "hello"}'
        ) from error
    if not isinstance(record, dict):
        raise BadLineError(
            found="JSON that is no object", expected='an object, for example {"text": "hello"}'
        )
    return record


def _text(record: Mapping[str, object], key: str, *, default: str | None = None) -> str:
    value = record.get(key)
    if isinstance(value, str):
        return whole(value)
    if value is None and default is not None:
        return default
    found = "nothing" if value is None else "something else"
    raise BadLineError(found=f'{found} as "{key}"', expected="a text")


def _author(value: object) -> Author:
    """Read an author as stdio writes it, or a bare name."""
    if value is None:
        return _SOMEBODY
    if isinstance(value, str):
        return Author(whole(value), whole(value))
    if not isinstance(value, dict):
        raise BadLineError(found='something else as "author"', expected='an object such as {"id": "ada"}')
    number = value.get("id", _SOMEBODY.id)
    if isinstance(number, bool) or not isinstance(number, str | int):
        raise BadLineError(found='something else as "author.id"', expected="a text or a whole number")
    return Author(whole(str(number)), _text(value, "name", default=""), bot=value.get("bot") is True)
