"""Starts Chromium the way every browser test and the screenshots want it."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, Playwright

SYSTEM_CHROMIUM = Path("/usr/bin/chromium")
EXECUTABLE = str(SYSTEM_CHROMIUM) if SYSTEM_CHROMIUM.exists() else None
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


async def launch(playwright: Playwright) -> Browser:
    """The system's Chromium, or Playwright's own where there is none."""
    return await playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
