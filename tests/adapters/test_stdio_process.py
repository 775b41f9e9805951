"""The stdio adapter in a process of its own, over real pipes, files and a terminal."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

RUN = [sys.executable, str(Path(__file__).with_name("run_stdio.py"))]


def line(text: str, *, message: str = "1") -> bytes:
    """Write a fan's message as the adapter reads it."""
    told = {"id": message, "channel": "ada", "author": {"id": "ada"}, "text": text}
    return json.dumps(told).encode() + b"\n"


@contextmanager
def running(*options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start the adapter; end it at exit, whatever became of the test."""
    pipe = subprocess.PIPE
    with subprocess.Popen([*RUN, *options], stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0) as process:
        try:
            yield process
        finally:
            process.kill()


def say(process: subprocess.Popen[bytes], told: bytes) -> None:
    """Write all of this to the adapter's standard input."""
    assert process.stdin is not None
    rest = memoryview(told)
    while rest:
        rest = rest[process.stdin.write(rest) :]


def end(process: subprocess.Popen[bytes]) -> None:
    """End the adapter's input."""
    assert process.stdin is not None
    process.stdin.close()


def next_line(stream: IO[bytes] | None) -> dict[str, object]:
    """Wait for one whole line."""
    assert stream is not None
    told = json.loads(stream.readline())
    assert isinstance(told, dict)
    return told


def run(told: bytes, *options: str) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Run the adapter over a whole input; return its lines on standard output and error."""
    done = subprocess.run([*RUN, *options], input=told, capture_output=True, check=True)
    out, error = ([json.loads(one) for one in stream.splitlines()] for stream in (done.stdout, done.stderr))
    return out, error


def test_a_lone_line_is_answered_at_once() -> None:
    """An answer comes while the input stays open and nothing follows; so does the next one (P9)."""
    with running("receipts") as process:
        for message in ("1", "2"):
            say(process, line("hello", message=message))
            told = [next_line(process.stdout), next_line(process.stdout)]
            assert {str(one["kind"]) for one in told} == {"receipt", "answer"}
            assert [one["in_reply_to"] for one in told] == [message, message]
        end(process)
        assert process.wait() == 0


def test_a_last_line_without_an_end_counts() -> None:
    """What was written before the input ended is a message, newline or not."""
    out, error = run(line("one", message="1") + line("two", message="2").rstrip())
    assert [one["text"] for one in out] == ["one", "two"]
    assert error == []


def test_bad_lines_are_named_and_the_rest_goes_on() -> None:
    """Each bad line gets one complaint with its number; the good ones are answered in order."""
    bad = [b"not json\n", b'{"id":"\xff\xfe"}\n', b"\n", b"[" * 5000 + b"\n", b'{"id":"1"}\n']
    told = b"".join(one + line(f"good {number}", message=str(number)) for number, one in enumerate(bad))
    out, error = run(told)
    assert [one["text"] for one in out] == [f"good {number}" for number in range(5)]
    assert [one["line"] for one in error] == [1, 3, 5, 7, 9]
    assert all("not kept" in str(one["error"]) for one in error)


def test_long_lines_arrive_whole_and_too_long_ones_are_refused() -> None:
    """A megabyte is answered with a megabyte; beyond four the line is named and the next one read."""
    long = "é" * 500_000
    told = line(long) + b'{"text": "' + b"x" * 9_000_000 + b'"}\n' + line("after", message="2")
    out, error = run(told)
    assert [one["text"] for one in out] == [long, "after"]
    assert [one["line"] for one in error] == [2]


def test_many_lines_come_out_once_each_in_order() -> None:
    """Ten thousand messages are answered in the order in which they came."""
    out, error = run(b"".join(line(f"m{number}", message=str(number)) for number in range(10_000)))
    assert [one["in_reply_to"] for one in out] == [str(number) for number in range(10_000)]
    assert error == []


def test_a_slow_reader_holds_up_nothing_but_itself() -> None:
    """While nobody reads the replies, further lines are taken in; then every reply is there whole."""
    with running() as process:
        say(process, b"".join(line("x" * 200_000, message=str(number)) for number in range(5)))
        say(process, b"still listening\n")
        assert next_line(process.stderr)["line"] == 6
        end(process)
        told = [next_line(process.stdout) for _ in range(5)]
        assert [(one["in_reply_to"], len(str(one["text"]))) for one in told] == [
            (str(number), 200_000) for number in range(5)
        ]
        assert process.wait() == 0


def test_a_reader_that_leaves_is_told_as_a_failed_delivery() -> None:
    """Once nobody reads, each send fails in our own words and can be made again; listening goes on."""
    with running("receipts") as process:
        assert process.stdout is not None
        say(process, line("one"))
        next_line(process.stdout)
        next_line(process.stdout)
        process.stdout.close()
        for message in ("2", "3"):
            say(process, line("two", message=message))
            failed = next_line(process.stderr)
            assert "Standard output did not take the line" in str(failed["failed"])
            assert failed["permanent"] is False
        end(process)
        assert process.wait() == 0


def test_a_reader_that_leaves_in_the_middle_of_a_reply_frees_the_sender() -> None:
    """A reply that waits for room fails when the reader goes away, and does not hang."""
    with running() as process:
        assert process.stdout is not None
        say(process, line("x" * 1_000_000))
        process.stdout.read(10)
        process.stdout.close()
        assert "failed" in next_line(process.stderr)
        end(process)
        assert process.wait() == 0


def test_an_open_input_keeps_no_process_alive() -> None:
    """A process that stops listening ends although its input stays open and silent."""
    with running("once") as process:
        say(process, line("hello"))
        assert next_line(process.stdout)["text"] == "hello"
        assert process.wait() == 0


def test_reads_a_file_and_writes_a_file(tmp_path: Path) -> None:
    """Files at both ends work as pipes do, many lines and none."""
    for count in (0, 3000):
        source, target = tmp_path / f"in-{count}", tmp_path / f"out-{count}"
        source.write_bytes(b"".join(line(f"m{number}", message=str(number)) for number in range(count)))
        with source.open("rb") as reading, target.open("wb") as writing:
            subprocess.run(RUN, stdin=reading, stdout=writing, check=True)
        told = [json.loads(one)["in_reply_to"] for one in target.read_bytes().splitlines()]
        assert told == [str(number) for number in range(count)]


def test_talks_at_a_terminal() -> None:
    """A line typed at a terminal is answered there, and Ctrl-D ends the talk."""
    ours, theirs = os.openpty()
    with subprocess.Popen(RUN, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        with os.fdopen(ours, "rb+", buffering=0) as terminal:
            terminal.write(line("hello"))
            seen = b""
            while b'"answer"' not in seen:
                seen += terminal.read(4096)
            terminal.write(b"\x04")
            assert process.wait() == 0


@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_a_closed_stream_is_told_before_anything_starts(closed: str) -> None:
    """Without input or output the adapter says so instead of writing where another file may be."""
    command = f'exec "$0" "$1" {closed}'
    done = subprocess.run(["sh", "-c", command, *RUN], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is closed" in done.stderr
