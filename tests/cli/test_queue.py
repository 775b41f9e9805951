"""The queue without a browser."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from fanbot.bootstrap.rooms import open_workspace, opened_store
from fanbot.domain.reach import Barrier
from fanbot.errors import AlreadyClaimedError, FanbotError, UnknownItemError

KEYS = [
    "id",
    "lane",
    "family",
    "state",
    "owner",
    "topic",
    "weight",
    "messages",
    "opened_at",
    "waiting_seconds",
    "due_at",
    "platform",
    "account",
    "channel",
    "direct",
    "fan",
    "text",
    "reasons",
    "error",
    "unreachable",
]

Typed = Callable[..., Result]


def waiting(typed: Typed, *words: str) -> Mapping[str, Any]:
    """Return the items of the queue by the fan who wrote."""
    return {item["fan"]["id"]: item for item in json.loads(typed("queue", "list", "--json", *words).output)}


def test_what_needs_a_person_is_listed_safety_first(typed: Typed) -> None:
    """The routine question is not among them."""
    items = waiting(typed)
    assert list(items) == ["cy", "dee", "ben"]
    assert [list(item) for item in items.values()] == [KEYS] * 3
    assert items["dee"]["fan"] == {"id": "dee", "name": "Dee"}
    assert items["dee"]["text"] == "where is my order, it says delivered but nothing came"


def test_a_list_says_why_and_covers_what_frightens(typed: Typed) -> None:
    """A safety item's text is opened on purpose, never shown in passing (P20)."""
    shown = typed("queue", "list").output
    assert "tell of a problem with an order" in shown
    assert "where is my order, it says delivered" in shown
    assert "I want to kill myself" not in shown
    assert "[shown by `fanbot queue show`]" in shown


def test_no_fan_moves_the_cursor(typed: Typed) -> None:
    """Escapes and direction marks are gone from what people see (G8)."""
    number = waiting(typed)["ben"]["id"]
    shown = typed("queue", "list").output + typed("queue", "show", number).output
    assert "your songs [2J helped me" in shown
    assert not {"\x1b", "\u202e"}.intersection(shown)


def test_an_empty_queue_says_so(typed: Typed) -> None:
    """Once all are closed, nothing waits."""
    for item in waiting(typed).values():
        typed("queue", "close", item["id"])
    assert typed("queue", "list").output == "Nothing waits for a person.\n"
    assert waiting(typed) == {}


def test_show_tells_the_whole_conversation(typed: Typed) -> None:
    """What the fan wrote, what was said to them, and why."""
    number = waiting(typed)["dee"]["id"]
    shown = typed("queue", "show", number[-4:]).output
    assert "where is my order" in shown
    assert "to the fan (acknowledgement)" in shown
    assert "handoff:" in shown
    told = json.loads(typed("queue", "show", number, "--json").output)
    assert {"inbound", "outbound"} <= {line["sort"] for line in told["history"]}


def test_show_tells_what_the_team_did_and_what_has_not_left(typed: Typed) -> None:
    """Notes stand between the messages; a reply says who wrote it and that it waits."""
    number = waiting(typed)["dee"]["id"]
    typed("queue", "claim", number, "--as", "tom")
    typed("queue", "pass", number, "--to", "priya", "--note", "ask the shop", "--as", "Tom")
    typed("queue", "reply", number, "It leaves today.", "--as", "Priya")
    shown = typed("queue", "show", number).output
    assert "Tom: claimed" in shown
    assert "Tom: passed on to Priya\n    ask the shop\n" in shown
    assert "to the fan (human, by Priya)\n    It leaves today." in shown
    assert "(waits to leave" in shown
    assert shown.index("Tom: claimed") < shown.index("Tom: passed on") < shown.index("It leaves today.")
    told = json.loads(typed("queue", "show", number, "--json").output)["history"]
    assert [line["detail"]["what"] for line in told if line["sort"] == "note"] == ["claimed", "passed on"]


def test_an_item_goes_from_hand_to_hand(typed: Typed) -> None:
    """Claim, pass on, escalate, set aside, release, close: each says what became of it."""
    number = waiting(typed)["dee"]["id"]
    assert "Tom has the item of Dee" in typed("queue", "claim", number, "--as", "tom").output
    assert waiting(typed)["dee"]["owner"] == "Tom"
    passed = typed("queue", "pass", number, "--to", "priya", "--note", "shop", "--as", "Tom")
    assert "Priya has the item of Dee" in passed.output
    assert "back in the queue" in typed("queue", "release", number, "--as", "Priya").output
    assert "before the creator" in typed("queue", "escalate", number, "--as", "Priya").output
    assert "comes back on" in typed("queue", "snooze", number, "2h").output
    told = json.loads(typed("queue", "close", number, "--json").output)
    assert (told["id"], told["state"]) == (number, "closed")


def test_who_was_slower_sees_who_has_it(typed: Typed) -> None:
    """The first claim stands."""
    number = waiting(typed)["ben"]["id"]
    typed("queue", "claim", number, "--as", "Ines")
    lost = typed("queue", "claim", number, "--as", "Tom")
    assert isinstance(lost.exception, AlreadyClaimedError)
    assert "Ines has this item already" in str(lost.exception)


def test_the_artist_answers_unless_somebody_else_says_so(typed: Typed) -> None:
    """Without a name it is the artist of the team; FANBOT_ME names somebody else."""
    number = waiting(typed)["ben"]["id"]
    typed("queue", "claim", number)
    assert waiting(typed)["ben"]["owner"] == "Mira"
    typed("queue", "release", number)
    typed("queue", "claim", number, me="Jonas")
    assert waiting(typed)["ben"]["owner"] == "Jonas"


def test_a_draft_is_advised_and_sent_all_the_same(typed: Typed) -> None:
    """What a fan would mishear is said on standard error; the person decides (P16)."""
    number = waiting(typed)["ben"]["id"]
    result = typed("queue", "reply", number, "We answer as soon as possible.")
    assert "as soon as possible" in result.stderr
    assert "Mira's answer to the item of Ben is kept" in result.stdout
    assert "ben" not in waiting(typed)
    assert waiting(typed, "--all")["ben"]["state"] == "answered"


def test_a_reply_may_come_from_standard_input(typed: Typed) -> None:
    """Longer words are easier to write in an editor."""
    number = waiting(typed)["ben"]["id"]
    told = json.loads(typed("queue", "reply", number, "-", "--json", text="Dear Ben,\nthank you.").output)
    assert told["state"] == "answered"


@pytest.mark.parametrize("said", ["zzzz", "zzzzzzzzzzzzz", "", 'w"x', "ü", "0" * 40, "\udcff"])
def test_an_id_that_is_none_is_explained(typed: Typed, said: str) -> None:
    """It changes nothing, and names the command that shows the ids."""
    result = typed("queue", "close", "--", said)
    assert isinstance(result.exception, UnknownItemError)
    assert "fanbot queue list" in str(result.exception)


def test_an_empty_reply_is_not_sent(typed: Typed) -> None:
    """It is said, and the item still waits."""
    number = waiting(typed)["ben"]["id"]
    assert isinstance(typed("queue", "reply", number, "  ").exception, FanbotError)
    assert waiting(typed)["ben"]["state"] == "waiting"


def test_a_fan_who_cannot_be_reached_is_named(typed: Typed, folder: Path) -> None:
    """In the list and in the item, and to programs."""

    async def blocked() -> None:
        async with opened_store(open_workspace(folder)) as store:
            await store.recollection(platform="stdio", account="main").note_reach("dee", Barrier.BLOCKED)

    asyncio.run(blocked())
    items = waiting(typed)
    assert items["dee"]["unreachable"]["why"] == "blocked"
    assert items["ben"]["unreachable"] is None
    said = "mind: Dee has blocked the bot on Standard input, known for under a minute."
    for shown in (typed("queue", "list").output, typed("queue", "show", items["dee"]["id"]).output):
        assert said in shown
        assert shown.count("mind:") == 1
