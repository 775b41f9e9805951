"""``fanbot run``: everything in one process, until its input ends or somebody stops it."""

import gc
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from fanbot.cli import workspace
from fanbot.cli.awaiting import wait_for

if TYPE_CHECKING:
    import asyncio

Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="ADAPTER", help="Run this adapter alone; may be given several times."),
]
Receipts = Annotated[
    bool, typer.Option("--receipts", help="On stdio: say of every message when it is safely stored.")
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Log details; these can name fans.")]

_PATIENCE = 4.8
"""Seconds from the first signal to the end, whatever hangs; the promise to the outside is five."""


def run(
    only: Only = None, receipts: Receipts = False, verbose: Verbose = False, folder: workspace.Folder = None
) -> None:
    """Answer fans on every platform that has a section in the settings. Ctrl-C ends it in good order."""
    gc.disable()  # until everything is loaded, see bootstrap
    wait_for(_run(only or [], receipts=receipts, verbose=verbose, folder=folder))


async def _run(only: list[str], *, receipts: bool, verbose: bool, folder: workspace.Folder) -> None:
    import asyncio

    stop = asyncio.Event()
    with heeding_signals(stop):  # before anything that takes its time, such as the next imports
        import structlog

        from fanbot import bootstrap
        from fanbot.cli import logs

        logs.configure(verbose=verbose)
        log = structlog.get_logger("fanbot")
        async with bootstrap.running(workspace.opened(folder), only=only, receipts=receipts) as supervisor:
            log.info("fanbot starts", platforms=sorted(supervisor.platforms))
            await supervisor.run(stop)
        log.info("fanbot has stopped")


@contextmanager
def heeding_signals(stop: "asyncio.Event") -> Iterator[None]:
    """Set ``stop`` on the first SIGINT or SIGTERM and see to it that the process ends; a second ends it now.

    These are handlers of the interpreter and not of the event loop: they work also while the loop hangs.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    stopping = threading.Event()

    def heed(number: int, _: FrameType | None) -> None:
        if stopping.is_set():
            os._exit(128 + number)
        stopping.set()
        watchdog = threading.Timer(_PATIENCE, _end_now)
        watchdog.daemon = True
        watchdog.start()
        loop.call_soon_threadsafe(stop.set)

    before = {number: signal.signal(number, heed) for number in signals}
    try:
        yield
    finally:
        if not stopping.is_set():
            for number, handler in before.items():
                signal.signal(number, handler)


def _end_now() -> None:
    """End a process that did not end by itself; what was under way is taken up at the next start (G1)."""
    try:
        import structlog

        if select.select((), (sys.stderr,), (), 0)[
            1
        ]:  # a log that nobody reads must not hold this up as well
            structlog.get_logger("fanbot").warning(
                "not everything came to its end in time; it is taken up at the next start"
            )
            sys.stderr.flush()
    finally:
        os._exit(0)
