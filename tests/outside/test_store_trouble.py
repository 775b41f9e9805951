"""The store cannot be written for a while; fanbot says so, confirms nothing, and loses nothing."""

import os
import shutil
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest

from fanbot.testing.crowd import write_workspace
from fanbot.testing.pipes import Fanbot, command, fanbot, line

ROOM = 800_000
"""Bytes that a file may have on the full disk: enough to begin, too little for the load."""
MANY = 500
LONG = f"is there a size chart{' ' * 4_000}"
WITHOUT_ROOTS_RIGHTS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Makes permissions bind root too."""


def load(count: int) -> list[bytes]:
    """Write this many messages of about four kilobytes."""
    return [line(str(number), LONG, channel=f"c{number % 10}") for number in range(count)]


def told_of_the_store(process: Fanbot) -> bool:
    """Tell whether it complained that the store takes nothing."""
    return any("store takes nothing" in each.casefold() for each in process.complaints)


def fill(process: Fanbot, lines: list[bytes]) -> threading.Thread:
    """Let it fill its disk; return the thread that goes on writing."""
    process.write(line("first", "is there a size chart"))
    process.until(lambda: bool(process.replies))
    process.limit_files(ROOM)

    def feed() -> None:
        try:
            process.write(b"".join(lines))
            process.end_input()
        except OSError:
            return

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    process.until(lambda: told_of_the_store(process))
    return feeder


def test_a_full_disk_stops_the_confirmations_until_there_is_room(tmp_path: Path) -> None:
    """While the disk is full nothing more is confirmed; once there is room everything is."""
    folder = write_workspace(tmp_path)
    lines = load(MANY)
    with Fanbot(folder) as process:
        feeder = fill(process, lines)
        confirmed = len(process.receipts)
        assert process.process.poll() is None
        assert confirmed < len(lines)
        assert any("free space" in each for each in process.complaints)
        process.limit_files(-1)
        assert process.wait() == 0
        feeder.join()
    everything = ["first", *map(str, range(len(lines)))]
    assert process.receipts == everything
    assert sorted(reply.in_reply_to for reply in process.replies) == sorted(everything)


def test_after_a_full_disk_and_a_restart_all_that_comes_again_is_handled(tmp_path: Path) -> None:
    """What was confirmed on the full disk is kept over a kill; what was not is taken when it is replayed."""
    folder = write_workspace(tmp_path)
    lines = load(MANY)
    with Fanbot(folder) as process:
        fill(process, lines)
        process.kill()
        process.wait()
    confirmed = set(process.receipts)
    with Fanbot(folder) as after:
        after.write(b"".join(each for number, each in enumerate(lines) if str(number) not in confirmed))
        after.end_input()
        assert after.wait() == 0
    keys = {(reply.in_reply_to, reply.key) for reply in (*process.replies, *after.replies)}
    assert sorted(message for message, _ in keys) == sorted(("first", *map(str, range(len(lines)))))


@pytest.mark.slow
def test_a_store_that_another_process_holds_is_waited_for(tmp_path: Path) -> None:
    """While somebody else writes for seconds nothing is confirmed and it says why; then it goes on."""
    folder = write_workspace(tmp_path)
    with Fanbot(folder) as process:
        process.write(line("1", "good morning"))
        process.until(lambda: len(process.replies) == 1)
        with closing(sqlite3.connect(folder / "data" / "fanbot.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            process.write(line("2", "good morning"))
            process.until(lambda: told_of_the_store(process))
            assert process.receipts == ["1"]
            other.execute("ROLLBACK")
        process.until(lambda: len(process.replies) == 2)
        process.end_input()
        assert process.wait() == 0
    assert process.receipts == ["1", "2"]
    assert [reply.in_reply_to for reply in process.replies] == ["1", "2"]


def test_a_data_folder_that_cannot_be_made_is_told_at_the_start(tmp_path: Path) -> None:
    """A file stands where the store's folder should be: one plain sentence, exit 1, nothing changed."""
    folder = write_workspace(tmp_path)
    (folder / "data").write_text("not a folder")
    done = fanbot(folder, "run", "--only", "stdio", told=line("1", "good morning"))
    complaint = done.stderr.decode()
    assert done.returncode == 1
    assert done.stdout == b""
    assert "cannot be made" in complaint
    assert "Traceback" not in complaint
    assert (folder / "data").read_text() == "not a folder"


def test_a_read_only_workspace_is_told_at_the_start(tmp_path: Path) -> None:
    """Somebody who may not write there gets one plain sentence and exit 1, and no file appears."""
    if os.geteuid() == 0 and shutil.which(WITHOUT_ROOTS_RIGHTS[0]) is None:
        pytest.skip("root may write everywhere, and setpriv is not here to change that")
    folder = write_workspace(tmp_path / "workspace")
    before = sorted(folder.rglob("*"))
    for place in (folder, *before):
        place.chmod(0o555 if place.is_dir() else 0o444)
    words = command(folder, "run", "--only", "stdio")
    done = subprocess.run(
        words if os.geteuid() else (*WITHOUT_ROOTS_RIGHTS, *words),
        input=line("1", "good morning"),
        capture_output=True,
        cwd=folder,
        check=False,
    )
    complaint = done.stderr.decode()
    assert done.returncode == 1
    assert done.stdout == b""
    assert "cannot be made" in complaint
    assert "Traceback" not in complaint
    assert sorted(folder.rglob("*")) == before
