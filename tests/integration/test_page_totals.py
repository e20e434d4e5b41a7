"""What the page says of a campaign to whoever has no script."""

from __future__ import annotations

import re

from tests.finish_work import finish_work
from tests.integration.http import get
from tests.polling import eventually
from tests.service import Service

RELAYS = re.compile(r'data-testid="counter-relays">([\d,]+)<')
SECONDS = 8.0
"""A few, on a busy machine."""


async def test_the_page_has_the_totals_of_a_few_seconds_ago(service: Service) -> None:
    for total in ("1", "2"):
        await finish_work(service)

        async def are_shown(total: str = total) -> bool:
            _, _, page = await get(service, "/c/default")
            found = RELAYS.search(page)
            return found is not None and found[1] == total

        await eventually(are_shown, SECONDS)
