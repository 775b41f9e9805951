"""``fanbot try``: a talk in the terminal."""

import subprocess
from collections.abc import Callable
from pathlib import Path

Start = Callable[..., subprocess.CompletedProcess[str]]


def test_a_fan_is_answered_and_a_person_answers(fanbot: Start, folder: Path) -> None:
    """Routine comes back at once; the personal stands in the queue, and a reply reaches the fan."""
    fanbot("queue", "list", "--workspace", str(folder))
    typed = "hello\nmy dad died last week\n/queue\n/reply 3 Thank you for telling me.\n/reply 99 what\n"
    ended = fanbot("try", "--workspace", str(folder), "--name", "Zoe", text=typed)
    assert (ended.returncode, ended.stderr) == (0, "")
    for told in (
        "assistant:",
        "This waits for a person now",
        "Zoe on stdio/",
        "Thank you for telling me.",
        "Say /queue first",
    ):
        assert told in ended.stdout


def test_it_says_why_it_cannot_start(fanbot: Start, tmp_path: Path) -> None:
    """A folder that is no workspace is explained before anything is asked."""
    ended = fanbot("try", "--workspace", str(tmp_path))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "fanbot init" in ended.stderr
