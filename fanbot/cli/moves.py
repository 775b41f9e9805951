"""``fanbot queue``: what a person does with one item; each move says in one sentence what became of it."""

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from fanbot.cli import workspace
from fanbot.cli.acting import Who, acting
from fanbot.cli.awaiting import wait_for
from fanbot.cli.ids import Item, item_number
from fanbot.cli.plain import whole
from fanbot.cli.saying import AsJson, hint, say, say_document

if TYPE_CHECKING:
    from fanbot.domain.handoffs import Handoff
    from fanbot.ports.store import QueueEntry
    from fanbot.services.desk import Desk

Reply = Annotated[
    str, typer.Argument(metavar="TEXT", help="Your words, or - to read them from standard input.")
]
Until = Annotated[
    str, typer.Argument(metavar="UNTIL", help="When it comes back: 30m, 2h, 3d, tomorrow or 2026-05-31.")
]
To = Annotated[str, typer.Option("--to", metavar="NAME", help="Who gets it.", show_default=False)]
Note = Annotated[
    str, typer.Option("--note", metavar="TEXT", help="What they should know.", show_default=False)
]

_Act = Callable[["Desk", int, str], Awaitable["Handoff"]]
_Words = Callable[["QueueEntry", str], str]


def claim(item: Item, who: Who = "", as_json: AsJson = False, folder: workspace.Folder = None) -> None:
    """Take an item, so that everybody sees it is yours."""
    _move(
        item,
        lambda desk, number, name: desk.claim(number, who=name),
        lambda entry, name: (
            f"{name} has the item of {_fan(entry)} now; the assistant keeps out of that conversation."
        ),
        who=who,
        as_json=as_json,
        folder=folder,
    )


def release(item: Item, who: Who = "", as_json: AsJson = False, folder: workspace.Folder = None) -> None:
    """Put an item back, so that somebody else can take it."""
    _move(
        item,
        lambda desk, number, name: desk.release(number, who=name),
        lambda entry, _: f"The item of {_fan(entry)} is back in the queue.",
        who=who,
        as_json=as_json,
        folder=folder,
    )


def reply(
    item: Item, text: Reply, who: Who = "", as_json: AsJson = False, folder: workspace.Folder = None
) -> None:
    """Answer a fan, where they wrote and under your name."""
    words = sys.stdin.buffer.read().decode("utf-8", "replace") if text == "-" else whole(text)

    async def act(desk: "Desk", number: int, name: str) -> "Handoff":
        for finding in desk.advice(words):
            hint(f'A fan may mishear "{finding.phrase}" ({finding.rule}): {finding.advice}')
        return await desk.reply(number, words, who=name)

    _move(
        item,
        act,
        lambda entry, name: (
            f"{name}'s answer to the item of {_fan(entry)} is kept; it goes out while `fanbot run` runs."
        ),
        who=who,
        as_json=as_json,
        folder=folder,
    )


def snooze(
    item: Item, until: Until, who: Who = "", as_json: AsJson = False, folder: workspace.Folder = None
) -> None:
    """Set an item aside for a while; it comes back by itself."""
    from fanbot.cli.times import moment

    timezone = workspace.opened(folder).snapshot.settings.timezone

    def act(desk: "Desk", number: int, name: str) -> Awaitable["Handoff"]:
        back = moment(until, now=desk.clock.now(), timezone=timezone)
        return desk.snooze(number, until=back, who=name)

    def said(entry: "QueueEntry", _: str) -> str:
        back = entry.handoff.snoozed_until
        at = f" on {back.astimezone(timezone):%d %B %Y at %H:%M}" if back else ""
        return f"The item of {_fan(entry)} is set aside and comes back{at}."

    _move(item, act, said, who=who, as_json=as_json, folder=folder)


def escalate(item: Item, who: Who = "", as_json: AsJson = False, folder: workspace.Folder = None) -> None:
    """Bring an item before the creator."""
    _move(
        item,
        lambda desk, number, name: desk.escalate(number, who=name),
        lambda entry, _: f"The item of {_fan(entry)} stands before the creator now.",
        who=who,
        as_json=as_json,
        folder=folder,
    )


def pass_on(
    item: Item, to: To, note: Note, who: Who = "", as_json: AsJson = False, folder: workspace.Folder = None
) -> None:
    """Hand an item to another person, with a note."""

    def act(desk: "Desk", number: int, name: str) -> Awaitable["Handoff"]:
        return desk.pass_on(number, to=acting(to, desk.team), note=whole(note), who=name)

    _move(
        item,
        act,
        lambda entry, _: f"{entry.handoff.owner} has the item of {_fan(entry)} now, with your note.",
        who=who,
        as_json=as_json,
        folder=folder,
    )


def close(item: Item, who: Who = "", as_json: AsJson = False, folder: workspace.Folder = None) -> None:
    """End an item as read, no reply needed; the fan is told kindly (not after a threat)."""
    _move(
        item,
        lambda desk, number, name: desk.close(number, who=name),
        lambda entry, _: f"The item of {_fan(entry)} is closed.",
        who=who,
        as_json=as_json,
        folder=folder,
    )


def _move(said: str, act: _Act, words: _Words, *, who: str, as_json: bool, folder: workspace.Folder) -> None:
    wait_for(_moved(said, act, words, who=who, as_json=as_json, folder=folder))


async def _moved(
    said: str, act: _Act, words: _Words, *, who: str, as_json: bool, folder: workspace.Folder
) -> None:
    from fanbot import bootstrap
    from fanbot.cli.queue_view import record
    from fanbot.storage import written_id

    async with bootstrap.opened_desk(workspace.opened(folder)) as desk:
        number = await item_number(desk.store, said)
        name = acting(who, desk.team)
        await act(desk, number, name)
        entry = await desk.store.entry(number)
        if as_json:
            due, now = desk.due(entry.handoff), desk.clock.now()
            say_document(record(entry, id=written_id(number), due=due, now=now))
        else:
            say(words(entry, name))


def _fan(entry: "QueueEntry") -> str:
    from fanbot.cli.queue_view import fan

    return fan(entry)
