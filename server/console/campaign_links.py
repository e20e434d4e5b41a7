"""The links by which people reach a campaign, and what other sites put into their pages."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import NamedTuple

from server.campaign.definition import Definition
from server.relay.texts import text_in

_REPORTS = {"webhook": "", "wechat": "/wechat", "stripe": "/stripe"}


class Links(NamedTuple):
    """Where a campaign is.

    Attributes:
        page: its address.
        wall: its works on a big screen.
        thanks: where donors come back; "" if nobody gives.
        element: for a page of another site, with our script.
        frame: the same without a script.
        origins: the sites that may show it so.
        reports: where donations are reported, by the account that signs the reports.
    """

    page: str
    wall: str
    thanks: str
    element: str
    frame: str
    origins: tuple[str, ...]
    reports: Mapping[str, str]


def links_of(service: str, definition: Definition) -> Links:
    """The links of a campaign of the service at this address."""
    page = f"{service}/c/{definition.id}"
    reports = f"{service}/api/donations/{definition.id}"
    name = escape(definition.id)
    title = escape(text_in(definition.title, definition.locale, definition.locale)) or name
    return Links(
        page,
        f"{service}/wall?campaign={definition.id}",
        f"{page}/thanks" if "give" in definition.relays else "",
        f'<script src="{escape(service)}/embed.js" async></script>\n'
        f'<jielong-relay campaign="{name}"></jielong-relay>',
        f'<iframe src="{escape(service)}/embed/{name}" title="{title}" width="100%" height="720">'
        "</iframe>",
        definition.embed,
        {account: f"{reports}{way}" for account, way in _REPORTS.items()},
    )
