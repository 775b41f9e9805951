"""What a line of ``fanbot decide`` may look like."""

from datetime import UTC, datetime

import pytest

from fanbot.cli.question import BadLineError, read

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_text_alone_is_enough() -> None:
    """Everything else has a default: a direct message on stdio by somebody."""
    question = read(b'{"text": "hello", "unknown": [1]}', now=NOW)
    assert (question.id, question.inbound.text, question.inbound.direct) == (None, "hello", True)
    assert question.inbound.address.platform == "stdio"


def test_the_optional_keys_are_heard() -> None:
    """Id, platform, direct and author arrive in the message that is judged."""
    line = (
        b'{"text": "hi", "id": 7, "platform": "discord", "direct": false, "author": {"id": 5, "name": "Zoe"}}'
    )
    question = read(line, now=NOW)
    inbound = question.inbound
    assert question.id == 7
    assert (inbound.address.platform, inbound.direct, inbound.addressed) == ("discord", False, True)
    assert (inbound.author.id, inbound.author.name) == ("5", "Zoe")


def test_odd_but_readable_lines_are_read() -> None:
    """A byte order mark and half a surrogate pair do not cost a message its decision."""
    assert read(b'\xef\xbb\xbf{"text": "hi"}', now=NOW).inbound.text == "hi"
    assert read(b'{"text": "hi \\ud83d"}', now=NOW).inbound.text == "hi \ufffd"


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"\xff\xfe",
        b"[1]",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"{}",
        b'{"text": 5}',
        b'{"text": "hi", "id": [1]}',
        b'{"text": "hi", "id": true}',
        b'{"text": "hi", "direct": "yes"}',
        b'{"text": "hi", "platform": 1}',
        b'{"text": "hi", "author": [1]}',
        b'{"text": "hi", "author": {"id": null}}',
        b'{"text": "' + b"x" * 4_200_000 + b'"}',
    ],
    ids=range(14),
)
def test_a_bad_line_is_named_without_its_words(line: bytes) -> None:
    """What is wrong is told in plain words, and nothing that the fan wrote is repeated."""
    with pytest.raises(BadLineError, match=r"^Found .*, expected .*The other lines are judged as usual"):
        read(line, now=NOW)
