"""Several fanbots run beside one another: on two workspaces, and twice on one."""

from pathlib import Path

from fanbot.testing.crowd import write_workspace
from fanbot.testing.pipes import Fanbot, fanbot, line


def test_one_workspace_has_one_engine_and_another_has_its_own(tmp_path: Path) -> None:
    """A second run is told who has the store and exits 1; the first, and one elsewhere, answer on."""
    here, elsewhere = (write_workspace(tmp_path / name) for name in ("here", "elsewhere"))
    with Fanbot(here) as first, Fanbot(elsewhere) as other:
        first.write(line("1", "good morning"))
        other.write(line("other", "good morning"))
        first.until(lambda: bool(first.replies))
        second = fanbot(here, "run", "--only", "stdio", told=line("2", "good morning"))
        first.write(line("3", "good morning"))
        first.until(lambda: len(first.replies) == 2)
        for process in (first, other):
            process.end_input()
            assert process.wait() == 0
    assert second.returncode == 1
    assert second.stdout == b""
    assert f"process {first.process.pid}" in second.stderr.decode()
    assert "Traceback" not in second.stderr.decode()
    assert [reply.in_reply_to for reply in first.replies] == ["1", "3"]
    assert [reply.in_reply_to for reply in other.replies] == ["other"]
