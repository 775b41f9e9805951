"""``fanbot pause`` and ``fanbot resume``: the one switch that stops everything automatic."""

from fanbot.cli import workspace
from fanbot.cli.acting import Who, acting
from fanbot.cli.awaiting import wait_for
from fanbot.cli.saying import AsJson, say, say_document


def pause(who: Who = "", as_json: AsJson = False, folder: workspace.Folder = None) -> None:
    """Stop all automatic and scheduled sending at once; safety texts and receipts still go."""
    wait_for(_switch(paused=True, who=who, folder=folder))
    if as_json:
        say_document({"paused": True})
    else:
        say(
            "Paused. Messages are still kept and sorted, and people's replies still go out. "
            "`fanbot resume` turns automatic sending on again."
        )


def resume(who: Who = "", as_json: AsJson = False, folder: workspace.Folder = None) -> None:
    """Turn automatic sending on again after a pause."""
    wait_for(_switch(paused=False, who=who, folder=folder))
    if as_json:
        say_document({"paused": False})
    else:
        say("Automatic sending is on.")


async def _switch(*, paused: bool, who: str, folder: workspace.Folder) -> None:
    from fanbot import bootstrap

    opened = workspace.opened(folder)
    async with bootstrap.opened_store(opened) as store:
        name = acting(who, opened.snapshot.team)
        await store.switches.pause(who=name, now=bootstrap.clock().now(), paused=paused)
