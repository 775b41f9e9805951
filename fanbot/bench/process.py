"""A fanbot in a process of its own, fed on standard input and watched from outside."""

import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_STATUS = "VmHWM:"


@dataclass(slots=True)
class Watched:
    """What a run showed: when it began, when its first line came, when it ended, how much it said.

    Times are ``time.perf_counter`` seconds; ``peak`` is its largest resident memory in MB.
    """

    began: float
    first: float = 0.0
    ended: float = 0.0
    lines: int = 0
    peak: float = 0.0
    code: int = 0
    errors: bytes = b""
    arrivals: list[tuple[float, bytes]] = field(default_factory=list)


def command(workspace: Path, *options: str) -> list[str]:
    """Return the command that runs fanbot on standard input and output."""
    return [
        sys.executable, "-m", "fanbot", "run", "--workspace", str(workspace), "--only", "stdio", *options
    ]  # fmt: skip


def run(
    workspace: Path, lines: Iterable[bytes], *, options: Sequence[str] = (), keep: bool = False
) -> Watched:
    """Feed every line from a file, read everything said, wait for the end.

    ``keep``: keep each line that was said with the time of its arrival.
    """
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as complaints:
        for line in lines:
            source.write(line)
        source.seek(0)
        watched = Watched(time.perf_counter())
        process = subprocess.Popen(  # noqa: S603 - our own command
            command(workspace, *options), stdin=source, stdout=subprocess.PIPE, stderr=complaints
        )
        _read(process, watched, keep=keep)
        watched.code = process.wait()
        watched.ended = time.perf_counter()
        complaints.seek(0)
        watched.errors = complaints.read()[-4000:]
    return watched


def _read(process: subprocess.Popen[bytes], watched: Watched, *, keep: bool) -> None:
    assert process.stdout is not None  # noqa: S101 - it was opened as a pipe
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        rest = b""
        while True:
            for _ in selector.select(0.2):
                piece = os.read(process.stdout.fileno(), 1 << 16)
                if not piece:
                    return
                now = time.perf_counter()
                watched.first = watched.first or now
                *whole, rest = (rest + piece).split(b"\n")
                watched.lines += len(whole)
                if keep:
                    watched.arrivals.extend((now, line) for line in whole)
            watched.peak = max(watched.peak, peak_memory(process.pid))


def peak_memory(pid: int) -> float:
    """Return the largest resident memory of a process so far in MB, 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith(_STATUS)), "")
    return int(line.split()[1]) / 1024 if line else 0.0
