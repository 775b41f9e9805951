"""An old backup is put back; nothing that was on its way is repeated, and promotion is held."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fanbot.cli.app import app
from fanbot.testing.crowd import write_workspace
from fanbot.testing.pipes import Fanbot, Heard, line

ROUTINE = (
    "how long does delivery take",
    "when do the doors open",
    "which guitar do you play",
    "where can i listen to the new album",
    "where can i read the lyrics",
    "what does a membership include",
    "is there parking at the venue",
    "when does the next single come out",
    "is there a size chart",
    "when is the next live stream",
    "what are the tour dates",
    "how is the vinyl packed",
)
BEFORE = b"".join(
    (
        *(line(f"b{number}", text) for number, text in enumerate(ROUTINE[:8])),
        line("story", "my father died last week and your song is all i have", channel="eve", fan="eve"),
    )
)
AFTER = b"".join(line(f"a{number}", text) for number, text in enumerate(ROUTINE[8:]))


@dataclass
class Story:
    """What was said before the backup, between it and its return, and afterwards; the queue in the end."""

    before: Sequence[Heard]
    between: Sequence[Heard]
    afterwards: Sequence[Heard]
    report: dict[str, object]
    queue: list[dict[str, object]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A person's reply is kept and not yet sent when the backup is made; then fanbot goes on, and back."""
    folder = write_workspace(tmp_path_factory.mktemp("restore"), gap="24h")
    copy = folder.parent / "copy.zip"
    before = said(folder, BEFORE)
    (item,) = json.loads(must(folder, "queue", "list", "--json"))
    must(folder, "queue", "reply", item["id"], "Thank you for telling us.", "--as", "Sam")
    must(folder, "backup", str(copy))
    between = said(folder, AFTER)
    report = json.loads(must(folder, "restore", str(copy), "--json"))
    afterwards = said(folder, BEFORE + AFTER)
    queue = json.loads(must(folder, "queue", "list", "--json"))
    return Story(before, between, afterwards, report, queue)


def said(folder: Path, told: bytes) -> Sequence[Heard]:
    """Run over this input; return what was said to fans."""
    with Fanbot(folder) as process:
        process.write(told)
        process.end_input()
        assert process.wait() == 0
        return process.replies


def must(folder: Path, *words: str) -> str:
    """Run a command that has to go well, in this process."""
    done = CliRunner().invoke(app, [*words, "--workspace", str(folder)])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_story_has_what_it_is_about(story: Story) -> None:
    """Between backup and return a person's reply and a promotion went out."""
    assert [reply.in_reply_to for reply in story.between if reply.kind == "human"] == ["story"]
    assert [reply.in_reply_to for reply in story.between if reply.promotional] == ["a0"]


def test_what_was_on_its_way_is_parked_and_brought_back_to_a_person(story: Story) -> None:
    """The reply may have arrived, so it is not sent again; its item waits for a look (G3)."""
    assert story.report["parked"] == 1
    assert not any(reply.kind == "human" for reply in story.afterwards)
    assert [(item["channel"], item["state"]) for item in story.queue] == [("eve", "waiting")]
    assert "may have arrived" in str(story.queue[0]["error"])


def test_what_the_backup_knows_is_not_answered_again(story: Story) -> None:
    """Lines from before the backup come again, and nothing is said to them under any key (G3)."""
    known = {reply.in_reply_to for reply in story.before}
    assert known == {*(f"b{number}" for number in range(8)), "story"}
    assert known.isdisjoint(reply.in_reply_to for reply in story.afterwards)


def test_what_the_backup_does_not_know_is_answered(story: Story) -> None:
    """Lines from after the backup that come again are new to the store: they are answered, not lost (G1)."""
    assert [reply.in_reply_to for reply in story.afterwards] == [f"a{number}" for number in range(4)]


def test_no_promotion_goes_out_within_the_gap_after_a_return(story: Story) -> None:
    """The one that went out after the backup is forgotten, and charged all the same (G5)."""
    assert not any(reply.promotional for reply in story.afterwards)
