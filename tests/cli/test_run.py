"""``fanbot run``, from a first line to its end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

Start = Callable[..., subprocess.CompletedProcess[str]]

HANGING = """
import asyncio, time
from fanbot.ports.platform import AdapterSpec, Capabilities, Resend

class Hanging:
    capabilities = Capabilities(Resend.SAME_KEY)
    async def listen(self, intake): await asyncio.Event().wait()
    async def send(self, dispatch): ...
    async def close(self): time.sleep(100)

spec = AdapterSpec("hanging", "Never lets go.", Hanging.capabilities, lambda opening: Hanging())
"""


@contextmanager
def running(folder: Path, *words: str, path: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """Run fanbot and wait until it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "fanbot", "run", *words, "--workspace", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **({"PYTHONPATH": str(path)} if path else {})},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def write(process: subprocess.Popen[str], number: str, text: str) -> None:
    """Write one message as the fan Zoe."""
    assert process.stdin is not None
    fan = {"id": "zoe", "name": "Zoe Secret"}
    process.stdin.write(json.dumps({"id": number, "channel": "zoe", "author": fan, "text": text}) + "\n")
    process.stdin.flush()


def heard(process: subprocess.Popen[str]) -> dict[str, str]:
    """Read the next line of fanbot."""
    assert process.stdout is not None
    line: dict[str, str] = json.loads(process.stdout.readline())
    return line


@pytest.fixture
def hanging(tmp_path: Path) -> Path:
    """Install an adapter that hangs when it is to end."""
    package, info = tmp_path / "fanbot_hanging", tmp_path / "fanbot_hanging-1.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "__init__.py").write_text(HANGING)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fanbot-hanging\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[fanbot.adapters]\nhanging = fanbot_hanging:spec\n")
    return tmp_path


def test_a_person_answers_from_a_second_terminal(folder: Path, fanbot: Start) -> None:
    """The reply comes out where the fan wrote, in answer to what they wrote."""
    place = ("--workspace", str(folder))
    with running(folder, "--only", "stdio", "--receipts") as process:
        write(process, "z1", "my dad died last week")
        assert heard(process) == {"kind": "receipt", "in_reply_to": "z1"}
        assert heard(process)["kind"] == "acknowledgement"
        items = json.loads(fanbot("queue", "list", "--json", *place).stdout)
        [number] = [item["id"] for item in items if item["fan"]["id"] == "zoe"]
        assert fanbot("queue", "reply", number, "Thank you for telling me, Zoe.", *place).returncode == 0
        reply = heard(process)
        assert (reply["kind"], reply["channel"], reply["in_reply_to"]) == ("human", "zoe", "z1")
        assert reply["text"].startswith("Thank you for telling me, Zoe.")
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=30) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_good_order(folder: Path, number: signal.Signals) -> None:
    """What was heard is answered, and the exit code is 0."""
    with running(folder, "--only", "stdio") as process:
        write(process, "z1", "hello")
        assert heard(process)["kind"] == "answer"
        process.send_signal(number)
        assert process.wait(timeout=30) == 0


def test_the_log_names_nobody(folder: Path) -> None:
    """It is JSON lines off a terminal, without what fans wrote or who they are (P28)."""
    with running(folder, "--only", "stdio") as process:
        write(process, "z1", "my dad died last week")
        heard(process)
        process.terminate()
        _, log = process.communicate(timeout=30)
    assert [json.loads(line)["level"] for line in log.splitlines()] == ["info", "info"]
    assert not [word for word in ("zoe", "Secret", "dad", "z1") if word in log]


def test_it_ends_whatever_hangs(folder: Path, hanging: Path) -> None:
    """An adapter that never lets go holds nobody up: exit code 0, and the log says why."""
    with running(folder, "--only", "hanging", path=hanging) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.terminate()
        assert process.wait(timeout=30) == 0
        assert "taken up at the next start" in process.stderr.read()


def test_a_second_signal_ends_it_at_once(folder: Path, hanging: Path) -> None:
    """Who insists is obeyed; the exit code names the signal."""
    with running(folder, "--only", "hanging", path=hanging) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.terminate()
        time.sleep(0.5)  # two signals at once are one to the system; it hangs for four seconds
        process.terminate()
        assert process.wait(timeout=30) == 128 + signal.SIGTERM


def test_a_second_engine_is_told_so(folder: Path, fanbot: Start) -> None:
    """One engine works on a store; the other changes nothing and says who has it."""
    with running(folder, "--only", "stdio") as process:
        write(process, "z1", "hello")
        heard(process)
        ended = fanbot("run", "--only", "stdio", "--workspace", str(folder))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Another fanbot already works on this store" in ended.stderr


def test_an_unknown_adapter_is_explained(fanbot: Start, folder: Path) -> None:
    """Those that are installed are named."""
    ended = fanbot("run", "--only", "smoke", "--workspace", str(folder))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "stdio" in ended.stderr
