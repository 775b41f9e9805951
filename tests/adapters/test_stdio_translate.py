"""What a JSON line means, and what becomes of lines that mean nothing."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanbot.domain.messages import Address, Attachment, Choice, Inbound, Kind, OutboundKind
from fanbot.ports.platform import Dispatch
from fanbot_stdio.translate import LONGEST_LINE, UnreadableLineError, complaint, inbound, receipt, reply

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LETTER = {"id": "1", "channel": "ada", "author": {"id": "ada", "name": "Ada"}, "text": "hello"}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(
    [
        "id",
        "channel",
        "author",
        "text",
        "direct",
        "mentioned",
        "kind",
        "sent_at",
        "thread",
        "reply_to",
        "attachments",
        "name",
        "bot",
    ]
)


def read(line: bytes) -> Inbound:
    """Translate a line for account main at noon."""
    return inbound(line, account="main", received_at=NOON)


def letter(**changes: object) -> Inbound:
    """Translate a plain message with some of its fields changed."""
    return read(json.dumps({**LETTER, **changes}).encode())


def test_reads_a_plain_message() -> None:
    """A line that says little means a direct message of a person, received now."""
    event = letter()
    assert event.address == Address("stdio", "main", "ada")
    assert (event.author.id, event.author.name, event.author.bot) == ("ada", "Ada", False)
    assert (event.kind, event.direct, event.mentioned, event.sent_at) == (Kind.MESSAGE, True, False, None)
    assert event.received_at == NOON


def test_reads_everything_that_a_line_can_say() -> None:
    """Thread, reply, attachments, kind and times arrive where they belong."""
    event = letter(
        id=7,
        channel=8,
        author={"id": 9, "bot": True},
        kind="edit",
        thread=10,
        reply_to="6",
        sent_at="2026-05-01T11:00:00Z",
        attachments=[{"reference": "r", "name": "a.png", "media_type": "image/png", "size": 3}],
    )
    assert (event.message, event.address.channel, event.author.id, event.address.thread) == (
        "7",
        "8",
        "9",
        "10",
    )
    assert (event.kind, event.reply_to, event.author.bot) == (Kind.EDIT, "6", True)
    assert event.sent_at == datetime(2026, 5, 1, 11, tzinfo=UTC)
    assert event.attachments == (Attachment("r", "a.png", "image/png", 3),)


def test_whoever_writes_a_line_addresses_the_bot() -> None:
    """A line to a shared channel is for the bot unless it says otherwise."""
    assert letter(direct=False).mentioned
    assert not letter(direct=False, mentioned=False).addressed


def test_the_revision_tells_an_edit_from_a_repeat() -> None:
    """The same id with other words is another event; with the same words it is the same one."""
    assert letter().event == letter().event
    assert letter(text="hello!").event != letter().event
    assert len(letter().event.revision) == 16


def test_two_fans_may_press_the_same_button() -> None:
    """Reactions and presses of two fans on one message are two events."""
    for kind in ("reaction", "press"):
        one, two = (letter(kind=kind, text="x", author={"id": fan}) for fan in ("ada", "bob"))
        assert one.event != two.event


def test_a_deletion_needs_no_text() -> None:
    """What is gone has no words."""
    line = {key: value for key, value in LETTER.items() if key != "text"} | {"kind": "deletion"}
    assert read(json.dumps(line).encode()).text == ""


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        (rb"a \ud83d b", "a � b"),
        (rb"\udc00\ud800", "��"),
        (rb"\ud83d\ude00 \\ud83d", "😀 \\ud83d"),
        (rb"nul \u0000 here", "nul � here"),
        (rb"\uD83D", "�"),
    ],
)
def test_half_characters_and_nul_are_replaced(escaped: bytes, text: str) -> None:
    """What no store takes becomes the replacement character, and nothing else changes."""
    line = (
        b'{"id":"1","channel":"ada","author":{"id":"ada","name":"'
        + escaped
        + b'"},"text":"'
        + escaped
        + b'"}'
    )
    event = read(line)
    assert (event.text, event.author.name) == (text, text)


def test_a_byte_order_mark_is_passed_over() -> None:
    """A file from an editor that writes one is read from its first line."""
    assert read(b"\xef\xbb\xbf" + json.dumps(LETTER).encode() + b"\r").text == "hello"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"", "an empty line"),
        (b"not json", "expected one JSON object"),
        (b"[]", "found a list"),
        (b"null", "found nothing"),
        (b'{"id":"\xff"}', "UTF-8"),
        (b"[" * 100_000, "expected one JSON object"),
        (b"\xef\xbb\xbf" * 100_000, "expected one JSON object"),
        (b" " * (LONGEST_LINE + 1), "4,194,304 bytes"),
    ],
)
def test_a_line_that_is_no_object_is_explained(line: bytes, told: str) -> None:
    """The complaint says what was found and what was expected."""
    with pytest.raises(UnreadableLineError, match=told):
        read(line)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": None}, 'nothing as "id"'),
        ({"id": ""}, '0 characters as "id"'),
        ({"id": "x" * 201}, '201 characters as "id"'),
        ({"id": True}, 'true or false as "id"'),
        ({"id": 1.5}, 'a number as "id"'),
        ({"channel": []}, 'a list as "channel"'),
        ({"author": "ada"}, 'a text as "author"'),
        ({"author": {}}, 'nothing as "author.id"'),
        ({"author": {"id": "ada", "name": 3}}, 'a number as "name"'),
        ({"text": None}, 'nothing as "text"'),
        ({"text": 3}, 'a number as "text"'),
        ({"direct": "yes"}, 'a text as "direct"'),
        ({"kind": "wave"}, "one of message, edit, deletion, reaction, press"),
        ({"kind": ["edit"]}, "one of message"),
        ({"attachments": {}}, '"attachments"'),
        ({"attachments": [{"name": "a"}]}, 'nothing as "reference"'),
    ],
)
def test_a_field_of_the_wrong_sort_is_explained(changes: dict[str, object], told: str) -> None:
    """The complaint names the field, and never repeats what was in it (P28)."""
    with pytest.raises(UnreadableLineError) as error:
        letter(**changes)
    assert told in str(error.value)
    assert "hello" not in str(error.value)


@pytest.mark.parametrize("moment", ["yesterday", 1e300, "0001-01-01T00:00:00+14:00", [], True, -1e18])
def test_a_moment_that_cannot_be_read_costs_no_message(moment: object) -> None:
    """Nothing rests on the sender's clock, so a strange one is left out or read as far as it goes."""
    assert letter(sent_at=moment).text == "hello"


@given(st.dictionaries(names, values), st.dictionaries(names, values))
def test_any_object_is_an_event_or_is_explained(
    changes: dict[str, object], author: dict[str, object]
) -> None:
    """Whatever a line holds, it becomes a value that can be stored, or one kind of error (G7)."""
    line = json.dumps({**LETTER, "author": {"id": "ada", **author}, **changes}).encode()
    with suppress(UnreadableLineError):
        event = read(line)
        stored = f"{event.event} {event.text} {event.author} {event.address} {event.reply_to}"
        assert "\0" not in stored
        assert stored.encode().decode() == stored


@given(st.binary(max_size=200))
def test_any_bytes_are_explained(line: bytes) -> None:
    """Noise is never an event and never anything but one kind of error."""
    with pytest.raises(UnreadableLineError):
        read(line)


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_a_reply_is_one_line_that_says_the_same(text: str) -> None:
    """Whatever the words, they fill one line for any reader of lines and arrive as they were."""
    dispatch = Dispatch("k1", Address("stdio", "main", "ada"), OutboundKind.ANSWER, text, in_reply_to="1")
    line = reply(dispatch)
    [alone] = line.decode().splitlines()
    told = json.loads(alone)
    assert list(told) == ["key", "kind", "channel", "text", "in_reply_to", "promotional"]
    assert told["text"] == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert line.endswith(b"\n")


def test_a_reply_says_all_that_the_format_asks_for() -> None:
    """Key, kind, channel, the answered id and the promotional mark stand beside the text."""
    told = json.loads(
        reply(
            Dispatch(
                "k" * 25,
                Address("stdio", "main", "ada"),
                OutboundKind.PROMOTION,
                "The new shirt is here.",
                in_reply_to="1",
                promotional=True,
                choices=(Choice("human", "A person, please", "/human"), Choice("x", "Not typed")),
            )
        )
    )
    assert told == {
        "key": "k" * 25,
        "kind": "promotion",
        "channel": "ada",
        "text": "The new shirt is here.\n\n[/human] A person, please",
        "in_reply_to": "1",
        "promotional": True,
    }


def test_receipts_and_complaints_are_lines_too() -> None:
    """A receipt names the event; a complaint says what was found, what was kept and that it goes on."""
    assert json.loads(receipt("7")) == {"kind": "receipt", "in_reply_to": "7"}
    told = json.loads(complaint(UnreadableLineError(found="a list", expected="one JSON object"), line=3))
    assert told["line"] == 3
    assert told["error"].startswith(
        "This line was not kept: found a list, expected one JSON object. The lines after it are read"
    )
