"""Checks of the addresses in a campaign: what its page links to, shows, and may be shown in.

Origins go into the headers of pages, so nothing may stand in one that has a meaning there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from server.campaign.definition import Definition
from server.campaign.problems import Problem
from server.relay.fault import Fault

LINK_CHARS = 2_000

_HOST = re.compile(r"\*|(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")


def origin_of(address: str) -> str:
    """The origin of a web address as browsers write it, its host in ASCII; "" if it has none.

    The host or its first part may be `*`, which stands for any.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except ValueError:  # also of a host that IDNA does not allow
        return ""
    host = f"[{host}]" if ":" in host else host
    if parts.scheme not in {"https", "http"} or "@" in parts.netloc or not _HOST.fullmatch(host):
        return ""
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


def check_links(definition: Definition) -> Iterator[Problem]:
    """What is wrong with the links, pictures and origins."""
    organiser = definition.organiser
    for field, link in (
        ("link", definition.link),
        ("picture", definition.picture),
        ("theme.seal_picture", definition.theme.seal_picture),
        ("organiser.link", organiser.link if organiser else ""),
    ):
        if link and not _is_link(link):
            fault = Fault(
                "{link!r} is no address; write one like https://example.org/page", link=link
            )
            yield Problem(field, fault)
    for number, origin in enumerate(definition.embed):
        if not _is_origin(origin):
            fault = Fault(
                "{origin!r} is no origin; write one like https://example.org", origin=origin
            )
            yield Problem(f"embed[{number}]", fault)


def _is_link(link: str) -> bool:
    readable = link.isprintable() and " " not in link and len(link) <= LINK_CHARS
    origin = origin_of(link)
    return readable and origin != "" and "*" not in origin


def _is_origin(origin: str) -> bool:
    host = origin.partition("://")[2]
    return origin_of(origin) != "" and not set("/?#\\") & set(host)
