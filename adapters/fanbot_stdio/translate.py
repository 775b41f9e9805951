"""What a JSON line means in fanbot's values, and the other way round."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2s

import orjson

from fanbot.domain.messages import Address, Attachment, Author, Choice, EventKey, Inbound, Kind
from fanbot.errors import FanbotError
from fanbot.ports.platform import Dispatch

LONGEST_LINE = 4 * 1024 * 1024
"""Bytes that one line may have."""
LONGEST_NAME = 200
"""Characters that an id may have."""

_EXAMPLE = '{"id": "1", "channel": "ada", "author": {"id": "ada"}, "text": "hello"}'
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_KINDS: Mapping[object, Kind] = {kind.value: kind for kind in Kind}
_LARGEST_SIZE = 2**63 - 1
_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair, as it should be
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"  # half a pair
    rb"|\\.",
    re.DOTALL,
)
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Characters that move a cursor, turn text around or end a line where none should end."""


class UnreadableLineError(FanbotError):
    """A line that is no event; says what was found and what was expected, never what a fan wrote."""

    def __init__(self, *, found: str, expected: str) -> None:
        super().__init__(f"found {found}, expected {expected}")


def inbound(line: bytes, *, account: str, received_at: datetime) -> Inbound:
    r"""Translate one line; raises UnreadableLineError.

    The event's revision is a hash of the text, so an edit under the same id is an event of its own
    and a repeated line is not. A message to a shared channel counts as addressed to the bot unless
    the line says ``"mentioned": false``. Half surrogate pairs and NUL, which no store takes, become
    U+FFFD.

    >>> line = b'{"id": 7, "channel": "ada", "author": {"id": "ada"}, "text": "hi \\ud83d"}'
    >>> event = inbound(line, account="main", received_at=datetime(2026, 5, 1, tzinfo=UTC))
    >>> event.message, event.text, event.direct
    ('7', 'hi �', True)
    """
    record = _parse(line)
    writer = record.get("author")
    if not isinstance(writer, dict):
        raise UnreadableLineError(
            found=f'{_sort(writer)} as "author"', expected='an object such as {"id": "ada", "name": "Ada"}'
        )
    kind = _kind(record)
    message = _name(record, "id")
    channel = _name(record, "channel")
    thread = _name(record, "thread") if record.get("thread") is not None else ""
    author = Author(
        _name(writer, "id", of="author"),
        _words(writer, "name", default=""),
        _flag(writer, "bot", default=False),
    )
    text = _words(record, "text", default="" if kind is Kind.DELETION else None)
    direct = _flag(record, "direct", default=True)
    attachments = record.get("attachments")
    return Inbound(
        event=EventKey("stdio", account, channel, message, kind, _revision(kind, text, author.id)),
        message=message,
        address=Address("stdio", account, channel, thread),
        author=author,
        text=text,
        received_at=received_at,
        kind=kind,
        sent_at=_moment(record.get("sent_at")),
        attachments=() if attachments is None else _attachments(attachments),
        reply_to=_name(record, "reply_to") if record.get("reply_to") is not None else "",
        direct=direct,
        mentioned=_flag(record, "mentioned", default=not direct),
    )


def reply(dispatch: Dispatch) -> bytes:
    """Write a message that leaves as one line."""
    return _line(
        {
            "key": dispatch.key,
            "kind": dispatch.kind.value,
            "channel": dispatch.address.channel,
            "text": shown(dispatch.text, dispatch.choices),
            "in_reply_to": dispatch.in_reply_to,
            "promotional": dispatch.promotional,
        }
    )


def receipt(message: str) -> bytes:
    """Write that the event with this id is stored (P9)."""
    return _line({"kind": "receipt", "in_reply_to": message})


def complaint(error: UnreadableLineError, *, line: int) -> bytes:
    """Write what is wrong with a line, for standard error."""
    told = f"This line was not kept: {error}. The lines after it are read as usual. For example: {_EXAMPLE}"
    return _line({"error": told, "line": line})


def shown(text: str, choices: Sequence[Choice]) -> str:
    """Add the choices as words to type, because a line has no buttons.

    >>> print(shown("Hello!", [Choice("human", "A person, please", "/human"), Choice("x", "A button")]))
    Hello!
    <BLANKLINE>
    [/human] A person, please
    """
    words = [
        f"- {choice.label}" if choice.typed == choice.label else f"[{choice.typed}] {choice.label}"
        for choice in choices
        if choice.typed
    ]
    return "\n".join((text, "", *words)) if words else text


def _parse(line: bytes) -> dict[str, object]:
    if len(line) > LONGEST_LINE:
        raise UnreadableLineError(
            found="a line that is too long", expected=f"at most {LONGEST_LINE:,} bytes in one line"
        )
    try:
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError:
            record = orjson.loads(_mended(line))
    except orjson.JSONDecodeError as error:
        found = f"{error.msg} (column {error.colno})" if line.strip() else "an empty line"
        raise UnreadableLineError(found=found, expected="one JSON object") from error
    if not isinstance(record, dict):
        raise UnreadableLineError(found=_sort(record), expected="one JSON object")
    return record


def _mended(line: bytes) -> bytes:
    """Take away a byte order mark and put U+FFFD for half surrogate pairs."""
    return _ESCAPES.sub(
        lambda escape: rb"\ufffd" if escape[1] else escape[0], line.removeprefix(_BYTE_ORDER_MARK)
    )


def _kind(record: Mapping[str, object]) -> Kind:
    word = record.get("kind")
    if word is None:
        return Kind.MESSAGE
    kind = _KINDS.get(word) if isinstance(word, str) else None
    if kind is None:
        raise UnreadableLineError(found='another "kind"', expected=f"one of {', '.join(Kind)}")
    return kind


def _name(record: Mapping[str, object], key: str, *, of: str = "") -> str:
    """Return an id, which may come as a text or as a whole number."""
    value = record.get(key)
    if type(value) is int:
        return str(value)
    if isinstance(value, str) and 0 < len(value) <= LONGEST_NAME:
        return value.replace("\0", "\ufffd")
    found = f"{len(value)} characters" if isinstance(value, str) else _sort(value)
    raise UnreadableLineError(
        found=f'{found} as "{of and of + "."}{key}"',
        expected=f"a whole number or a text of 1 to {LONGEST_NAME} characters",
    )


def _words(record: Mapping[str, object], key: str, *, default: str | None) -> str:
    value = record.get(key)
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if value is None and default is not None:
        return default
    raise UnreadableLineError(found=f'{_sort(value)} as "{key}"', expected="a text")


def _flag(record: Mapping[str, object], key: str, *, default: bool) -> bool:
    value = record.get(key)
    if value is None:
        return default
    if isinstance(value, bool):
        return value
    raise UnreadableLineError(found=f'{_sort(value)} as "{key}"', expected="true or false")


def _attachments(value: object) -> tuple[Attachment, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise UnreadableLineError(
            found='something else as "attachments"', expected='a list of objects with a "reference"'
        )
    return tuple(
        Attachment(
            _words(entry, "reference", default=None),
            _words(entry, "name", default=""),
            _words(entry, "media_type", default=""),
            _size(entry.get("size")),
        )
        for entry in value
    )


def _size(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value <= _LARGEST_SIZE else 0


def _moment(value: object) -> datetime | None:
    """Read ISO 8601 or seconds since 1970; what cannot be read is left out, for nothing rests on it.

    >>> _moment("2026-05-01T12:00:00+02:00")
    datetime.datetime(2026, 5, 1, 10, 0, tzinfo=datetime.timezone.utc)
    >>> _moment(1e300), _moment("yesterday"), _moment(None)
    (None, None, None)
    """
    if value is None:
        return None
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None


def _revision(kind: Kind, text: str, author: str) -> str:
    """Hash the text; with it the author where several fans do the same to one message."""
    told = f"{text}\0{author}" if kind in (Kind.REACTION, Kind.PRESS) else text
    return blake2s(told.encode(), digest_size=8).hexdigest()


def _line(record: Mapping[str, object]) -> bytes:
    """Write one line that stays one line, and harmless, in whatever shows it."""
    try:
        line = orjson.dumps(record)
    except orjson.JSONEncodeError:
        line = orjson.dumps({key: _whole(value) for key, value in record.items()})
    text = line.decode()
    if not text.isprintable():
        line = _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()
    return line + b"\n"


def _whole(value: object) -> object:
    """Replace half surrogate pairs."""
    return (
        value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if isinstance(value, str)
        else value
    )


def _sort(value: object) -> str:
    """Name the JSON type of a value for a person."""
    sorts = {type(None): "nothing", str: "a text", bool: "true or false", dict: "an object", list: "a list"}
    return sorts.get(type(value), "a number")
