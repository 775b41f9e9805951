"""A newcomer opens one page, writes as a fan and answers as the artist."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fanbot.testing.crowd import write_workspace
from fanbot.workspace import starter
from tests.browsing import DESKTOP, PATIENCE, PHONE, browsing, expect, needs_chromium

pytestmark = needs_chromium

SHOTS = os.environ.get("FANBOT_SHOTS", "")
"""A folder for pictures of the page; none are taken without it."""
ROUTINE = "when is the next stream?"
PERSONAL = "my gran loved the show, it was our last evening together"
REPLY = "Thank you for telling me. I am glad that you two had that evening."


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[str]:
    """Run ``fanbot try --web``; at the end it is asked to stop, with its pages still open."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fanbot", "try", "--web", "--port", "0", "--workspace", str(folder)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            told = (await process.stdout.readline()).decode()
        yield told.split()[1]
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(5):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make the sample workspace anew."""
    source = starter.starter_source()
    answers = starter.StarterAnswers("Mira Solane", "en", "Europe/London")
    starter.create(tmp_path / "demo", source=source, answers=answers)
    return tmp_path / "demo"


async def picture(page: Any, name: str) -> None:
    """Take a picture, where a folder for them is named."""
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/demo-{name}.png")


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(DESKTOP, "light"), pytest.param(PHONE, "dark", marks=pytest.mark.slow)],
    ids=["desktop", "phone"],
)
async def test_the_whole_idea_is_seen_on_one_page(folder: Path, size: dict[str, int], scheme: str) -> None:
    """Routine is answered at once; the personal is acknowledged, waits in the queue, and is answered."""
    name = f"{'phone' if size is PHONE else 'desktop'}-{scheme}"
    async with demo(folder) as address, browsing() as browser:
        context = await browser.new_context(viewport=size, color_scheme=scheme, locale="en-GB")
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        await page.goto(address)
        fan, artist = page.frame_locator("#fan iframe"), page.frame_locator("#artist iframe")

        async def look_at(side: str) -> None:
            if size is PHONE:
                await page.get_by_role("tab", name=f"The {side}").click()

        async def write(text: str) -> None:
            await fan.get_by_label("Your message").fill(text)
            await fan.get_by_role("button", name="Send").click()

        await write(ROUTINE)
        await expect(fan.get_by_text("Mira streams on Tuesdays")).to_be_visible()
        await write(PERSONAL)
        await expect(fan.get_by_text("a person on Mira Solane's team reads it")).to_be_visible()
        await picture(page, f"{name}-asked")
        await look_at("artist")
        await expect(artist.get_by_text(PERSONAL)).to_be_visible()
        await picture(page, f"{name}-waiting")
        await artist.locator("#queue").get_by_role("link").first.click()
        await artist.get_by_role("button", name="Claim").first.click()
        await expect(artist.get_by_role("button", name="Release")).to_be_visible()
        await artist.get_by_role("textbox").first.fill(REPLY)
        await artist.get_by_role("button", name="Send the reply").click()
        await expect(artist.get_by_role("button", name="Undo")).to_be_visible()
        await look_at("fan")
        await expect(fan.get_by_text(REPLY)).to_be_visible()
        await expect(fan.get_by_text("— Mira Solane", exact=False).last).to_be_visible()
        await picture(page, f"{name}-answered")
        await page.reload()
        await expect(fan.get_by_text(REPLY)).to_be_visible()
        await expect(fan.get_by_text(ROUTINE)).to_have_count(1)


async def test_a_port_in_use_is_told(folder: Path) -> None:
    """Whoever starts it twice on one port learns what to do."""
    async with demo(folder) as address:
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "fanbot", "try", "--web", "--port", address.rpartition(":")[2]),
            *("--workspace", str(write_workspace(folder.parent / "other"))),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, told = await asyncio.wait_for(second.communicate(), 30)
    assert second.returncode == 1
    assert b"cannot listen on 127.0.0.1" in told
