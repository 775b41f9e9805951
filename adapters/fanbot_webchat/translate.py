"""What a visitor's JSON means in fanbot's values, and a conversation as JSON for their page."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import orjson

from fanbot.domain.messages import Address, Attachment, Author, EventKey, Inbound, Kind
from fanbot.errors import FanbotError
from fanbot.ports.files import SCHEME
from fanbot.ports.web import Bubble, Voice

PLATFORM = "webchat"
LONGEST_TEXT = 4_000
"""Characters of one message."""
LONGEST_NAME = 60
"""Characters of what somebody wants to be called."""

_LONGEST_CHOICE = 200
_MOST_NAMED = 100
"""References in one body; how many files a message takes is a setting."""
_REFERENCE = re.compile(SCHEME + r"[0-9a-f]{32}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_HALF = re.compile("[\0\ud800-\udfff]")
"""What no store takes: NUL, and half of a surrogate pair."""
_PRESS = "press:"
"""How the id of a press begins, so that it is never taken for words that somebody typed."""


class UnreadableError(FanbotError):
    """A body that means nothing here; says what was expected, never what a fan wrote."""


def address(visitor: str, *, account: str) -> Address:
    """Name the place where this visitor reads and writes."""
    return Address(PLATFORM, account, visitor)


def message(body: bytes, *, visitor: str, account: str, received_at: datetime) -> Inbound:
    """Translate ``{"id", "text", "name"?, "files"?}``; raises UnreadableError.

    The same id is the same event, whatever came of the first try. Of a file nothing but its reference
    is known here; with files, a message needs no words.

    >>> from datetime import UTC
    >>> body = b'{"id": "6F1C1D1E-0000-4000-8000-000000000001", "text": "hi", "name": "Ada"}'
    >>> event = message(body, visitor="v", account="main", received_at=datetime(2026, 5, 1, tzinfo=UTC))
    >>> str(event.event), event.author.name
    ('webchat/main/v/6f1c1d1e-0000-4000-8000-000000000001/message/', 'Ada')
    """
    record = _record(body)
    files = _named_files(record)
    text = record.get("text", "" if files else None)
    if not isinstance(text, str) or not (text.strip() or files):
        raise UnreadableError('This was not kept: it has no words. Expected {"id": …, "text": …}.')
    if len(text) > LONGEST_TEXT:
        raise UnreadableError(
            f"This was not kept: it has {len(text):,} characters, and one message takes {LONGEST_TEXT:,}. "
            "It can be sent in two."
        )
    return _inbound(
        EventKey(PLATFORM, account, visitor, _id(record), Kind.MESSAGE),
        _HALF.sub("\ufffd", text),
        _name(record),
        received_at,
        files,
    )


def press(body: bytes, *, visitor: str, account: str, received_at: datetime) -> Inbound:
    """Translate ``{"id", "choice", "name"?}``; raises UnreadableError.

    >>> from datetime import UTC
    >>> body = b'{"id": "6f1c1d1e-0000-4000-8000-000000000001", "choice": "human"}'
    >>> event = press(body, visitor="v", account="main", received_at=datetime(2026, 5, 1, tzinfo=UTC))
    >>> event.kind.value, event.text, event.message[:6]
    ('press', 'human', 'press:')
    """
    record = _record(body)
    choice = record.get("choice")
    if not isinstance(choice, str) or not 0 < len(choice) <= _LONGEST_CHOICE or _HALF.search(choice):
        raise UnreadableError('This was not kept: it names no choice. Expected {"id": …, "choice": …}.')
    return _inbound(
        EventKey(PLATFORM, account, visitor, _PRESS + _id(record), Kind.PRESS),
        choice,
        _name(record),
        received_at,
    )


def offered(bubbles: Iterable[Bubble], choice: str) -> bool:
    """Tell whether this choice stands somewhere in the conversation."""
    return any(choice == shown.id for bubble in bubbles for shown in bubble.choices)


def conversation(bubbles: Sequence[Bubble]) -> bytes:
    """Write a conversation for the page; a press reads as the label of its button."""
    labels = {choice.id: choice.label for bubble in bubbles for choice in bubble.choices}
    return line({"bubbles": [_shown(bubble, labels) for bubble in bubbles]})


def line(record: Mapping[str, object]) -> bytes:
    r"""Write JSON that stays readable whatever is in it.

    >>> line({"half a pair": "\ud83d"})
    b'{"half a pair": "\\ud83d"}\n'
    """
    try:
        return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:
        return json.dumps(record, default=str).encode() + b"\n"


def _shown(bubble: Bubble, labels: Mapping[str, str]) -> Mapping[str, object]:
    pressed = bubble.voice is Voice.FAN and bubble.key.startswith(_PRESS)
    return {
        "key": bubble.key,
        "at": bubble.at.isoformat(),
        "voice": bubble.voice.value,
        "text": labels.get(bubble.text, bubble.text) if pressed else bubble.text,
        "choices": [{"id": choice.id, "label": choice.label} for choice in bubble.choices],
        "in_reply_to": bubble.in_reply_to,
        "files": [shown_file(file) for file in bubble.attachments if _REFERENCE.fullmatch(file.reference)],
    }


def shown_file(file: Attachment) -> Mapping[str, object]:
    """Tell of a file what its owner's page needs; ``id`` stands in its address."""
    return {
        "id": file.reference.removeprefix(SCHEME),
        "reference": file.reference,
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
    }


def upload_key(name: str) -> str:
    """Read the id that a page made for a file; raises UnreadableError."""
    return _id({"id": name})


def _inbound(
    event: EventKey, text: str, name: str, received_at: datetime, files: tuple[Attachment, ...] = ()
) -> Inbound:
    return Inbound(
        event=event,
        message=event.message,
        address=address(event.channel, account=event.account),
        author=Author(event.channel, name),
        text=text,
        received_at=received_at,
        kind=event.kind,
        attachments=files,
    )


def _named_files(record: Mapping[str, object]) -> tuple[Attachment, ...]:
    """Return the files that a message names, each once."""
    named = record.get("files", [])
    if (
        not isinstance(named, list)
        or len(named) > _MOST_NAMED
        or not all(isinstance(each, str) and _REFERENCE.fullmatch(each) for each in named)
    ):
        raise UnreadableError('This was not kept: its "files" are no references of files that were sent.')
    return tuple(Attachment(reference) for reference in dict.fromkeys(named))


def _record(body: bytes) -> dict[str, object]:
    try:
        record = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise UnreadableError("This was not kept: it is not JSON.") from error
    if not isinstance(record, dict):
        raise UnreadableError("This was not kept: it is no JSON object.")
    return record


def _id(record: Mapping[str, object]) -> str:
    name = record.get("id")
    if isinstance(name, str) and _UUID.fullmatch(name):
        return name.lower()
    raise UnreadableError('This was not kept: its "id" is no UUID that was made for it.')


def _name(record: Mapping[str, object]) -> str:
    """Return what somebody wants to be called, without characters that nobody sees."""
    name = record.get("name", "")
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise UnreadableError(
            f'This was not kept: its "name" is no text of at most {LONGEST_NAME} characters.'
        )
    return "".join(letter for letter in name if letter.isprintable()).strip()
