"""``fanbot queue``: what waits for a person, listed or opened."""

from typing import Annotated

import typer

from fanbot.cli import ids, workspace
from fanbot.cli.awaiting import wait_for
from fanbot.cli.saying import AsJson, hint, say, say_document

Everything = Annotated[bool, typer.Option("--all", help="Also what was answered and may still reopen.")]
Limit = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", show_default="100; no limit with --json", help="Show this many."),
]

_SHOWN = 100
_NO_LIMIT = 2**31 - 1


def queue(folder: workspace.Folder = None) -> None:
    """See what waits for a person, and answer it."""


def list_items(
    everything: Everything = False,
    limit: Limit = None,
    as_json: AsJson = False,
    folder: workspace.Folder = None,
) -> None:
    """List what waits for a person, most urgent first."""
    wait_for(_list(everything=everything, limit=limit, as_json=as_json, folder=folder))


async def _list(*, everything: bool, limit: int | None, as_json: bool, folder: workspace.Folder) -> None:
    from fanbot import bootstrap
    from fanbot.cli.queue_view import listed, record
    from fanbot.storage import written_id

    async with bootstrap.opened_desk(workspace.opened(folder)) as desk:
        now = desk.clock.now()
        if as_json:
            entries = await desk.waiting(everything=everything, limit=limit or _NO_LIMIT)
            say_document(
                [
                    record(entry, id=written_id(entry.handoff.id), due=desk.due(entry.handoff), now=now)
                    for entry in entries
                ]
            )
            return
        limit = limit or _SHOWN
        entries = await desk.waiting(everything=everything, limit=limit + 1)
        short = await ids.short_names(desk.store)
        for entry in entries[:limit]:
            item = entry.handoff
            say(listed(entry, short=short.get(item.id, written_id(item.id)), due=desk.due(item), now=now))
    if not entries:
        say("Nothing waits for a person.")
    elif len(entries) > limit:
        hint(f"There is more; these are the {limit} most urgent. `--limit` shows more of them.")


def show(item: ids.Item, as_json: AsJson = False, folder: workspace.Folder = None) -> None:
    """Open an item: the whole conversation, and why it came to a person."""
    wait_for(_show(item, as_json=as_json, folder=folder))


async def _show(said: str, *, as_json: bool, folder: workspace.Folder) -> None:
    from fanbot import bootstrap
    from fanbot.cli.queue_view import history_record, record, shown
    from fanbot.storage import written_id

    opened = workspace.opened(folder)
    async with bootstrap.opened_desk(opened) as desk:
        entry, history = await desk.shown(await ids.item_number(desk.store, said))
        now, due, name = desk.clock.now(), desk.due(entry.handoff), written_id(entry.handoff.id)
        if as_json:
            told = record(entry, id=name, due=due, now=now)
            say_document({**told, "history": [history_record(each) for each in history]})
        else:
            timezone = opened.snapshot.settings.timezone
            say(shown(entry, history, short=name, due=due, now=now, timezone=timezone))
