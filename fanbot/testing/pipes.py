"""A fanbot in a process group of its own, spoken to over real pipes."""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Self

PATIENCE = 60.0
"""Seconds after which a test stops waiting; generous, because a machine may be busy."""
RECEIPT = "receipt"
_CHUNK = 64 * 1024
_LOOK = 0.1


@dataclass(frozen=True, slots=True)
class Heard:
    """One line of standard output, when it came and from which process of a row of them."""

    at: datetime
    generation: int
    kind: str
    in_reply_to: str
    key: str = ""
    channel: str = ""
    text: str = ""
    promotional: bool = False


class Fanbot:
    """``fanbot run`` on a workspace; ``heard`` and ``complaints`` grow while it lives.

    Leaving the block kills what is still there.
    """

    def __init__(
        self,
        folder: Path,
        *options: str,
        generation: int = 0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it, with these variables beside the environment."""
        self.heard: list[Heard] = []
        self.complaints: list[str] = []
        self.generation = generation
        self.began = time.monotonic()
        self.first: float | None = None
        self._changed = threading.Condition()
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            (*command(folder, "run", "--only", "stdio", "--receipts"), *options),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=folder,
            env=clean_environment(environment),
            start_new_session=True,
        )
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stdout, self._hear), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stderr, self._complain), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it, whatever became of the test."""
        self.kill()
        self.wait()

    def write(self, lines: bytes) -> None:
        """Write all of this to its standard input; raises OSError when it is gone."""
        assert self.process.stdin is not None
        rest = memoryview(lines)
        while rest:
            try:
                rest = rest[self.process.stdin.write(rest) :]
            except ValueError as error:  # another thread has closed it meanwhile
                raise BrokenPipeError("its standard input is closed") from error

    def end_input(self) -> None:
        """Say that nothing more comes."""
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.close()

    def signal(self, number: int) -> None:
        """Send a signal to the process alone, as a service manager does."""
        self.process.send_signal(number)

    def kill(self) -> None:
        """End the whole group at once, with nothing said."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def limit_files(self, largest: int) -> None:
        """Let no file of it grow over so many bytes, as a full disk would; -1 takes the limit away."""
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))

    def wait(self, *, within: float = PATIENCE) -> int:
        """Return its exit code once it ended and everything it said was read."""
        code = self.process.wait(within)
        for reader in self._readers:
            reader.join()
        self.end_input()
        return code

    def until(self, condition: Callable[[], bool], *, within: float = PATIENCE) -> None:
        """Wait until something it says makes the condition true, or fail."""
        deadline = time.monotonic() + within
        with self._changed:
            while not condition():
                if not any(reader.is_alive() for reader in self._readers):
                    raise AssertionError(f"It ended before. It complained: {self.complaints[-5:]}")
                if time.monotonic() > deadline:
                    raise AssertionError(f"Not within {within:g} s. It complained: {self.complaints[-5:]}")
                self._changed.wait(_LOOK)

    @property
    def receipts(self) -> list[str]:
        """Return the ids that were confirmed, in order."""
        return [heard.in_reply_to for heard in self.heard if heard.kind == RECEIPT]

    @property
    def replies(self) -> list[Heard]:
        """Return what was said to fans, in order."""
        return [heard for heard in self.heard if heard.kind != RECEIPT]

    def _read(self, stream: IO[bytes] | None, take: Callable[[bytes], None]) -> None:
        """Hand over whole lines; a last one that was torn is dropped, as any reader of lines would."""
        assert stream is not None
        rest = b""
        with stream:
            while chunk := os.read(stream.fileno(), _CHUNK):
                *whole, rest = (rest + chunk).split(b"\n")
                with self._changed:
                    for line in whole:
                        take(line)
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _hear(self, line: bytes) -> None:
        if self.first is None:
            self.first = time.monotonic() - self.began
        if line:
            self.heard.append(Heard(datetime.now(UTC), self.generation, **json.loads(line)))

    def _complain(self, line: bytes) -> None:
        self.complaints.append(line.decode("utf-8", "replace"))


def line(message: str, text: str, *, channel: str = "ada", fan: str = "ada", **more: object) -> bytes:
    """Write a fan's message as the stdio adapter reads it."""
    told = {"id": message, "channel": channel, "author": {"id": fan}, "text": text, **more}
    return json.dumps(told).encode() + b"\n"


def command(folder: Path, *words: str) -> Sequence[str]:
    """Return the command line of ``fanbot`` on a workspace."""
    return sys.executable, "-m", "fanbot", *words, "--workspace", str(folder)


def fanbot(
    folder: Path, *words: str, told: bytes = b"", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end beside whatever runs."""
    return subprocess.run(  # noqa: S603 - our own command
        command(folder, *words),
        input=told,
        capture_output=True,
        cwd=folder,
        env=clean_environment(environment),
        check=False,
    )


def exported(folder: Path) -> list[dict[str, object]]:
    """Export everything that the workspace's store holds."""
    done = fanbot(folder, "export", "--all")
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def clean_environment(more: Mapping[str, str] | None) -> dict[str, str]:
    """Pass on nothing that would set up another workspace than the test's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FANBOT_")}
    return {**kept, **(more or {})}
