"""When a campaign is open: moments with an offset, or on the clocks of its time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from server.campaign.definition import Definition
from server.campaign.problems import Problem
from server.relay.fault import Fault

YEARS = range(1970, 9999)
"""Years in which every moment can be shown on the clocks of every time zone."""


def check_schedule(definition: Definition) -> Iterator[Problem]:
    """What is wrong with the time zone and the moments."""
    zone = definition.time_zone
    if zone and zone not in _zones():
        fault = Fault("{zone!r} is no time zone; one is Asia/Shanghai", zone=zone)
        yield Problem("time_zone", fault)
        return
    for field in ("opens", "closes"):
        given: datetime | None = getattr(definition, field)
        if given is not None and given.tzinfo is None and not zone:
            fault = Fault("needs a time zone; set time_zone, or write 2030-01-01T08:00:00+08:00")
            yield Problem(field, fault)
            return
        if given is not None and given.year not in YEARS:
            yield Problem(field, Fault("is before 1970 or after 9998"))
            return
    opens, closes = moment(definition.opens, zone), moment(definition.closes, zone)
    if opens and closes and closes <= opens:
        yield Problem("closes", Fault("the campaign closes before it opens"))


def moment(given: datetime | None, zone: str) -> datetime | None:
    """The moment that was meant: without an offset, by the clocks of the time zone.

    Its offset is fixed, because Python compares two moments of one zone by their clocks, also where
    these were put forward or back in between.
    """
    if given is None or given.tzinfo is not None:
        return given
    local = given.replace(tzinfo=ZoneInfo(zone))
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()))


@cache
def _zones() -> frozenset[str]:
    try:
        return frozenset(available_timezones())
    except ZoneInfoNotFoundError:
        return frozenset(("UTC",))
