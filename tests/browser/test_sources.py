"""The page as it is in the checkout, for development: modules, and no bundle."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.conftest import Stranger
from tests.browser.participant_page import open_room, write
from tests.browser.strokes import CHARACTERS
from tests.service import Service

MODULES = 40
"""A page of the sources loads more of them than this."""


async def test_two_strangers_write_a_work_and_see_it(
    stranger: Stranger, serve: Callable[..., Service]
) -> None:
    service = serve(bundled=False)
    one = await stranger(service, "/?phrase=jiayou")
    two = await stranger(service, "/?phrase=jiayou")
    await open_room(one, two)
    await write(one, *CHARACTERS[0])
    await write(two, *CHARACTERS[1])
    await one.is_in("done")
    await one.see("work-link").click()
    await one.page.wait_for_url("**/w/*")
    loaded = await one.page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)")
    assert any("/static/js/" in name for name in loaded)
    assert not any("/assets/home" in name for name in loaded)
    await two.page.goto(f"{service.url}/?phrase=jiayou")
    await two.is_in("idle")
    loaded = await two.page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)")
    assert sum(name.endswith(".js") for name in loaded) > MODULES
