"""One Chromium for every test that looks at a page; where there is none, they are skipped and say so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

playwright_api = pytest.importorskip("playwright.async_api", reason="Playwright is not installed")

CHROMIUM = Path("/usr/bin/chromium")
needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM} to drive"),
]

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
PATIENCE = 20_000
"""How long a page may take for anything, in milliseconds; a busy machine is not a fault."""
ALONE = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

expect = playwright_api.expect
expect.set_options(timeout=PATIENCE)


@asynccontextmanager
async def browsing() -> AsyncIterator[Any]:
    """Start a browser that asks nothing of anyone but the pages it is shown."""
    async with playwright_api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ALONE))
        try:
            yield browser
        finally:
            await browser.close()
