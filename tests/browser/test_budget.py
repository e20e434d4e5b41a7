"""What the page costs before the first stroke: requests and bytes. `bench.page` has the times."""

from __future__ import annotations

from collections.abc import Callable

from playwright.async_api import Browser

from tests.browser.conftest import Stranger
from tests.browser.first_stroke import first_and_return
from tests.service import Service

FIRST_REQUESTS, REQUESTS_OF_A_RETURN = 8, 3
FIRST_KILOBYTES = 60
"""All answers until then but fonts, as they are on the line."""


async def test_the_first_stroke_needs_few_requests_and_small_ones(
    browser: Browser, serve: Callable[..., Service]
) -> None:
    service = serve(bundled=True)
    first, again = await first_and_return(browser, f"{service.url}/?phrase=jiayou", None)
    print(first, again)  # noqa: T201
    assert len(first.requests) <= FIRST_REQUESTS
    assert first.kilobytes < FIRST_KILOBYTES
    assert len(again.requests) <= REQUESTS_OF_A_RETURN


async def test_every_module_is_asked_for_at_once(
    stranger: Stranger, serve: Callable[..., Service]
) -> None:
    one = await stranger(serve(bundled=False))
    await one.is_in("idle")
    loaded = await one.page.evaluate(
        "performance.getEntriesByType('resource').map((e) => new URL(e.name).pathname)"
    )
    modules = {path for path in loaded if path.endswith(".js")}
    hinted = await one.page.evaluate(
        "[...document.querySelectorAll('[rel=modulepreload]')].map((e) => new URL(e.href).pathname)"
    )
    assert modules == set(hinted)
