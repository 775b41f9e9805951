"""``fanbot ask`` and ``fanbot decide``."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

KEYS = ["id", "route", "template", "lane", "confidence", "language", "reasons", "reply"]

Start = Callable[..., subprocess.CompletedProcess[str]]


def test_ask_shows_the_reply_and_says_that_nothing_was_sent(typed: Callable[..., Result]) -> None:
    """An editor sees template, reasons and words."""
    shown = typed("ask", "when do you play next?").output
    assert "tour-dates" in shown
    assert "nearest example" in shown
    assert "nothing was sent and nothing was stored" in shown


def test_ask_brings_the_personal_to_a_person(typed: Callable[..., Result]) -> None:
    """The lane and the words that decided are told."""
    told = json.loads(typed("ask", "my mom died last week", "--json").output)
    assert (told["route"], told["lane"], told["template"]) == ("handoff", "personal", None)
    assert "mom died" in told["reasons"][0]


def test_ask_leaves_no_trace(typed: Callable[..., Result]) -> None:
    """The queue is the same before and after."""
    before = json.loads(typed("queue", "list", "--json").output)
    typed("ask", "my dog died last week")
    after = json.loads(typed("queue", "list", "--json").output)
    assert [item["id"] for item in after] == [item["id"] for item in before]


def test_decide_answers_line_by_line(fanbot: Start, folder: Path, tmp_path: Path) -> None:
    """One decision a line, in order, with exactly the promised keys."""
    asked = [{"id": number, "text": f"when do you play next? {number}", "more": 1} for number in range(450)]
    asked[7] = {"text": "my mom died last week"}
    source = tmp_path / "asked.jsonl"
    source.write_text("\n".join(json.dumps(each) for each in asked))
    ended = fanbot("decide", str(source), "--workspace", str(folder))
    told = [json.loads(line) for line in ended.stdout.splitlines()]
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [list(each) for each in told] == [KEYS] * 450
    assert [each["id"] for each in told] == [each.get("id") for each in asked]
    assert [each["lane"] for each in told][6:9] == [None, "personal", None]


def test_decide_names_bad_lines_and_goes_on(fanbot: Start, folder: Path) -> None:
    """The other lines are judged; the exit code says that something was wrong."""
    ended = fanbot("--workspace", str(folder), "decide", "-", text='{"text":"hi"}\nno\n\n{"text":"thanks"}\n')
    assert ended.returncode == 1
    assert len(ended.stdout.splitlines()) == 2
    assert json.loads(ended.stderr)["line"] == 2


def test_decide_answers_a_pipe_that_stays_open(folder: Path) -> None:
    """Whoever writes one line and waits gets its decision before writing the next."""
    command = [sys.executable, "-m", "fanbot", "decide", "-", "--workspace", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for text in ("hi", "thanks"):
            process.stdin.write(json.dumps({"id": text, "text": text}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == text
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_a_file_that_is_not_there_is_wrong_usage(typed: Callable[..., Result]) -> None:
    """It is named, with exit code 2."""
    result = typed("decide", "missing.jsonl")
    assert result.exit_code == 2
    assert "missing.jsonl" in result.output
