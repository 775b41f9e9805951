"""Whoever tries fanbot in a browser reads where to go, and nothing that they need not know."""

import asyncio
import signal
import sys
from pathlib import Path


async def test_says_where_to_go_and_nothing_else(folder: Path) -> None:
    """The first line is the sentence; no line of the log comes before it or after."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fanbot", "try", "--web", "--port", "0", "--workspace", str(folder)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            first = (await process.stdout.readline()).decode()
            assert first.startswith("Open http://127.0.0.1:"), first
            assert first.endswith(" in a browser: write as a fan, and answer as the artist.\n")
            process.send_signal(signal.SIGINT)
            rest = (await process.stdout.read()).decode()
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert rest == "Ctrl-C ends it.\nEnded. What was written is kept for the next time.\n"
