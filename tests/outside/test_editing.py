"""An editor breaks a template while fanbot runs, and mends it."""

import json
from pathlib import Path

from fanbot.testing.crowd import write_workspace
from fanbot.testing.pipes import Fanbot, line

QUESTION = "is there a size chart"


def events(process: Fanbot) -> list[dict[str, object]]:
    """Read its log."""
    return [json.loads(each) for each in process.complaints]


def ask(process: Fanbot, message: str) -> str:
    """Ask in a conversation of its own; return the answer."""
    process.write(line(message, QUESTION, channel=message, fan=message))
    process.until(lambda: process.replies[-1:] != [] and process.replies[-1].in_reply_to == message)
    return process.replies[-1].text


def test_a_broken_edit_leaves_the_last_good_answer_and_names_the_place(tmp_path: Path) -> None:
    """The last good version answers, the log names file and line; once mended the new text answers (G7)."""
    folder = write_workspace(tmp_path)
    template = folder / "templates" / "sizes.md"
    good = template.read_text()
    with Fanbot(folder) as process:
        assert "What is known about sizes." in ask(process, "before")
        template.write_text(good.replace("What is known", "{{ facts.nothing_there }} {% if"))
        process.until(lambda: any("problem" in event for event in events(process)))
        assert "What is known about sizes." in ask(process, "broken")
        template.write_text(good.replace("What is known", "All that is known"))
        process.until(
            lambda: [event["event"] for event in events(process)].count("workspace read again") == 2
        )
        assert "All that is known about sizes." in ask(process, "mended")
        process.end_input()
        assert process.wait() == 0
    problems = [str(event["problem"]) for event in events(process) if "problem" in event]
    line_of_the_fault = 1 + good[: good.index("What is known")].count("\n")
    assert any(f"templates/sizes.md, line {line_of_the_fault}:" in problem for problem in problems)
    assert not any("Traceback" in each for each in process.complaints)
