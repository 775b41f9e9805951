"""The same from outside: throughput on standard input and output, memory, start, and back after a kill."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from fanbot.bench import process
from fanbot.bench.messages import Stream


def bulk(workspace: Path, stream: Stream) -> dict[str, object]:
    """Feed a stream as fast as it is taken; the rate counts from the first word said to the end."""
    watched = process.run(workspace, stream.lines())
    _must_have_ended_well(watched)
    seconds = watched.ended - watched.first
    return {
        "messages": stream.count,
        "per_second": round(stream.count / seconds),
        "lines_said": watched.lines,
        "peak_memory_mb": round(watched.peak),
        "start_to_first_line_s": round(watched.first - watched.began, 2),
    }


def first_answer(workspace: Path, question: bytes) -> float:
    """Return the seconds from starting the process to the first answer to one question."""
    watched = process.run(workspace, [question], keep=True)
    _must_have_ended_well(watched)
    return round(watched.first - watched.began, 2)


def back_after_kill(workspace: Path, stream: Stream, question: bytes) -> float:
    """Kill a loaded process without warning; return the seconds from its restart to a first answer."""
    victim = subprocess.Popen(  # noqa: S603 - our own command
        process.command(workspace),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _feed(victim, stream.lines(), seconds=4.0)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    return first_answer(workspace, question)


def _feed(victim: subprocess.Popen[bytes], lines: Iterable[bytes], *, seconds: float) -> None:
    """Write lines for a while, never waiting for a reader that is behind."""
    assert victim.stdin is not None  # noqa: S101 - it was opened as a pipe
    os.set_blocking(victim.stdin.fileno(), False)
    until = time.monotonic() + seconds
    for line in lines:
        while time.monotonic() < until:
            try:
                os.write(victim.stdin.fileno(), line)
            except BlockingIOError:
                time.sleep(0.005)
            else:
                break


def _must_have_ended_well(watched: process.Watched) -> None:
    if watched.code != 0 or not watched.lines:
        raise RuntimeError(
            f"The measured fanbot ended with {watched.code} and said {watched.lines} lines:\n"
            f"{watched.errors.decode(errors='replace')}"
        )
