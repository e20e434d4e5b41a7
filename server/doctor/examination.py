"""The whole examination of a deployment."""

from __future__ import annotations

import os

from server.doctor.database_check import check_database
from server.doctor.finding import Finding, Level, advice
from server.doctor.machine import check_machine
from server.doctor.public_address import check_public_address
from server.doctor.redis_check import check_redis
from server.doctor.settings_check import check_settings
from server.settings import Settings


async def examine(settings: Settings, url: str | None) -> list[Finding]:
    """Look at everything; `url` is the address that people use, if it is known."""
    found = [*check_settings(settings, os.environ), *check_machine(settings)]
    found += await check_redis(settings)
    found += await check_database(settings)
    if url is None:
        found.append(
            advice(
                "address",
                "TLS and the proxy were not looked at",
                "give the address that people use: jielong doctor --url https://example.org",
            )
        )
    else:
        found += await check_public_address(settings, url)
    return found


def exit_status(found: list[Finding]) -> int:
    """2 with a problem, 1 with a warning, else 0."""
    return max(0, max(it.level for it in found) - Level.ADVICE)
