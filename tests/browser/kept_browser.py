"""One Chromium for many tests, and another one when it does not answer any more."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Playwright, async_playwright

from tests.browser.launch import launch

CLOSE_SECONDS = 20.0


class KeptBrowser:
    """Starts Chromium when a test first asks for it, and again after it was given up."""

    def __init__(self) -> None:
        """None is started yet."""
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    async def get(self) -> Browser:
        """The Chromium that runs."""
        if self._playwright is None:
            self._playwright = await async_playwright().start()
        if self._browser is None:
            self._browser = await launch(self._playwright)
        return self._browser

    @asynccontextmanager
    async def borrowed(self) -> AsyncIterator[Browser]:
        """Chromium for one test, and close what the test has opened.

        A Chromium that does not do so in time is given up.
        """
        browser = await self.get()
        before = set(browser.contexts)
        yield browser
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                for context in set(browser.contexts) - before:
                    await context.close()
        except TimeoutError:
            warnings.warn("Chromium did not close its pages, and was given up", stacklevel=1)
            self._browser = None

    async def close(self) -> None:
        """Stop it."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                if self._browser is not None:
                    await self._browser.close()
                if self._playwright is not None:
                    await self._playwright.stop()
        except TimeoutError:
            warnings.warn("Chromium did not stop in time", stacklevel=1)
