"""Starts Chromium the way every browser test and the screenshots want it.

The shell that has no window of its own: to open a page costs it a third of what it costs the whole
browser, and the engine is the same.
"""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, Playwright

SYSTEM_SHELL = Path("/usr/bin/chromium-headless-shell")
EXECUTABLE = str(SYSTEM_SHELL) if SYSTEM_SHELL.exists() else None
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
    """The system's, or Playwright's own where there is none."""
    return await playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
