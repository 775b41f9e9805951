"""Whoever reads the replies goes away; what was to be said waits, and is said to the next one."""

import json
import subprocess
from pathlib import Path

from fanbot.testing.crowd import write_workspace
from fanbot.testing.pipes import Fanbot, command, line

COUNT = 300


def test_replies_that_nobody_read_go_out_in_the_next_run(tmp_path: Path) -> None:
    """Without a reader messages are still stored and decided; a later run delivers them (G1, G3)."""
    folder = write_workspace(tmp_path)
    words = command(folder, "run", "--only", "stdio")
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, cwd=folder) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(line("first", "good morning"))
        process.stdin.flush()
        read = json.loads(process.stdout.readline())["key"]
        process.stdout.close()
        try:
            process.stdin.write(
                b"".join(line(str(number), "is there a size chart") for number in range(COUNT))
            )
        finally:
            process.stdin.close()
        assert process.stderr is not None
        complaints = process.stderr.read().decode()
        assert process.wait() == 0
    assert "Traceback" not in complaints
    with Fanbot(folder) as later:
        later.until(lambda: len(later.replies) >= COUNT)
        later.end_input()
        assert later.wait() == 0
    assert [reply.in_reply_to for reply in later.replies] == [str(number) for number in range(COUNT)]
    assert read not in {reply.key for reply in later.replies}
