"""``fanbot try --web``: a chat and the artist's queue side by side in a browser, on this computer alone."""

from pathlib import Path

from fanbot.cli import workspace
from fanbot.cli.run import heeding_signals
from fanbot.cli.saying import say

_HOST = "127.0.0.1"


async def show(folder: Path, *, port: int) -> None:
    """Serve the page until somebody stops it; raises AddressTakenError when the port is in use."""
    import asyncio

    stop = asyncio.Event()
    with heeding_signals(stop):
        from fanbot import bootstrap
        from fanbot.cli import logs
        from fanbot.domain.settings import ListenSettings

        logs.configure(verbose=False, quiet=True)
        async with bootstrap.trying(workspace.opened(folder), ListenSettings(_HOST, port)) as running:
            supervisor, address = running
            say(f"Open {address} in a browser: write as a fan, and answer as the artist.\nCtrl-C ends it.")
            await supervisor.run(stop)
        say("Ended. What was written is kept for the next time.")
