"""The address that people use: TLS, and whether the proxy passes on what the service needs."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import os
import ssl
import time
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from server.doctor.finding import Finding, advice, ok, problem, warning
from server.settings import Settings

SECONDS = 10.0
DAYS_LEFT, FEW_DAYS_LEFT = 21, 7
DAY = 86_400

REDIRECTING, REDIRECTING_AS_SENT = "/api/works/", "/admin/sign-in/"
"""Both are answered with a redirect to the address without the slash at its end.

That address begins with JIELONG_PUBLIC_URL, where that is set; the one of the console with what the
proxy says.
"""


class _Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes
    certificate_ends: float | None


async def check_public_address(settings: Settings, url: str) -> list[Finding]:
    """Look at the service from outside, at `url`."""
    parts = _parts_of(url.rstrip("/"))
    if parts is None:
        return [problem("address", f"{url} is no address", "write one like https://example.org")]
    return await asyncio.to_thread(lambda: list(_check(settings, parts)))


def _parts_of(url: str) -> SplitResult | None:
    """The parts of an address of a service; None if it is none."""
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # a bracket is missing, or the port is too high
        return None
    return parts if is_one else None


def _check(settings: Settings, url: SplitResult) -> Iterator[Finding]:
    if url.path != settings.base_path:
        yield warning(
            "base path",
            f"{url.geturl()} is below {url.path or '/'}, JIELONG_BASE_PATH is "
            f"{settings.base_path or 'empty'}",
            "set it to the path that the proxy shows the service below",
        )
    try:
        answer = _ask(url, "/api/campaigns/default")
    except ssl.SSLCertVerificationError as error:
        yield problem(
            "TLS",
            f"browsers refuse the certificate: {error.verify_message}",
            "get one for this host, and have the proxy send its whole chain",
        )
        return
    except (OSError, http.client.HTTPException) as error:
        yield problem(
            "address",
            f"nobody answers at {url.geturl()}: {error or type(error).__name__}",
            "start the proxy and the service, and check DNS and the firewall",
        )
        return
    yield _api(url, answer)
    yield from _tls(settings, url, answer)
    yield _websocket(url)
    yield from _forwarded(settings, url)
    yield _public_url(settings, url)
    yield _metrics(url)


def _api(url: SplitResult, answer: _Answer) -> Finding:
    try:
        title = json.loads(answer.body)["title"]
    except (ValueError, KeyError, TypeError):
        return problem(
            "address",
            f"{url.geturl()}/api/campaigns/default is not answered by Jielong ({answer.status})",
            "have the proxy pass every path below the base path on to the workers",
        )
    return ok("address", f"the campaign {title!r} is shown at {url.geturl()}")


def _tls(settings: Settings, url: SplitResult, answer: _Answer) -> Iterator[Finding]:
    if url.scheme == "http":
        yield warning(
            "TLS",
            "the address has no TLS: mini-programs refuse it, and networks read along",
            "get a certificate; deploy/caddy does so by itself",
        )
        return
    days = ((answer.certificate_ends or 0) - time.time()) / DAY
    said, cure = f"the certificate ends in {days:.0f} days", "see why it is not renewed by itself"
    if days < FEW_DAYS_LEFT:
        yield problem("TLS", said, cure)
    else:
        yield warning("TLS", said, cure) if days < DAYS_LEFT else ok("TLS", said)
    if not settings.hsts_seconds and "strict-transport-security" not in answer.headers:
        yield advice(
            "TLS",
            "browsers are not told to use nothing but TLS",
            "set JIELONG_HSTS_SECONDS=31536000 when TLS is there to stay",
        )
    try:
        plain = _ask(url._replace(scheme="http", netloc=url.hostname or ""), "/")
    except (OSError, http.client.HTTPException):
        return
    if not plain.headers.get("location", "").startswith("https:"):
        yield warning(
            "TLS",
            "the address without TLS does not lead to the one with it",
            "have the proxy answer http with a redirect",
        )


def _websocket(url: SplitResult) -> Finding:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Protocol": "jielong.v1.json",
        "Origin": f"{url.scheme}://{url.netloc}",
    }
    try:
        answer = _ask(url, "/ws", headers)
    except (OSError, http.client.HTTPException) as error:
        return problem(
            "WebSocket", f"it is cut off: {error}", "see what lies between, and its time limits"
        )
    if answer.status == http.client.SWITCHING_PROTOCOLS:
        return ok("WebSocket", "it opens")
    if answer.status == http.client.FORBIDDEN:
        return problem(
            "WebSocket",
            "the page's own origin is refused: the proxy changes `Host`",
            "have it pass `Host` on as the browser sent it, or name the origin in JIELONG_ORIGINS",
        )
    return problem(
        "WebSocket",
        f"it does not open ({answer.status})",
        "have the proxy speak HTTP/1.1 to the workers, and pass `Upgrade` and `Connection` on",
    )


def _forwarded(settings: Settings, url: SplitResult) -> Iterator[Finding]:
    """What the service thinks its address is, as it writes it into a redirect."""
    path = REDIRECTING_AS_SENT if settings.public_url else REDIRECTING
    try:
        location = urlsplit(_ask(url, path).headers.get("location", ""))
    except (OSError, http.client.HTTPException):
        return
    if settings.public_url and not location.netloc:
        yield advice(
            "proxy headers",
            "they are not seen from here: JIELONG_PUBLIC_URL is set, and the console is off or "
            "hidden",
            "look once more before you hide the console, or from a network that may see it",
        )
    elif location.scheme and location.scheme != url.scheme:
        yield problem(
            "proxy headers",
            f"the service believes that people come by {location.scheme}, so links to works and "
            "invitations are wrong, and it does not know their networks",
            "have the proxy send X-Forwarded-Proto and X-Forwarded-For, and name its address in "
            "JIELONG_TRUSTED_PROXIES",
        )
    elif location.netloc and location.netloc != url.netloc:
        yield problem(
            "proxy headers",
            f"the service believes that it is {location.netloc}",
            "have the proxy pass `Host` on as the browser sent it",
        )
    elif location.scheme:
        yield ok("proxy headers", "the service knows its own address")


def _public_url(settings: Settings, url: SplitResult) -> Finding:
    origin, cure = f"{url.scheme}://{url.netloc}", f"set it to {url.scheme}://{url.netloc}"
    if not settings.public_url:
        said = "JIELONG_PUBLIC_URL is empty, so links to campaigns have no preview picture"
        return advice("public url", said, cure)
    if settings.public_url != origin:
        said = f"pages and previews lead to JIELONG_PUBLIC_URL={settings.public_url}"
        return warning("public url", said, cure)
    return ok("public url", f"pages and previews lead to {origin}")


def _metrics(url: SplitResult) -> Finding:
    try:
        shown = _ask(url, "/metrics").body.startswith(b"# HELP jielong_")
    except (OSError, http.client.HTTPException):
        shown = False
    if shown:
        return warning(
            "metrics",
            "everybody can read /metrics",
            "set JIELONG_OPERATIONS_PORT, or have the proxy hide it",
        )
    return ok("metrics", "they are not shown to everybody")


def _ask(url: SplitResult, path: str, headers: dict[str, str] | None = None) -> _Answer:
    """One request; a redirect is not followed.

    Raises:
        OSError, http.client.HTTPException: there is no answer.
    """
    connection = _connection(url)
    try:
        connection.request("GET", url.path + path, headers=headers or {})
        ends = None
        if isinstance(connection.sock, ssl.SSLSocket):
            certificate = connection.sock.getpeercert() or {}
            ends = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        is_open = answer.status == http.client.SWITCHING_PROTOCOLS
        return _Answer(answer.status, found, b"" if is_open else answer.read(), ends)
    finally:
        connection.close()


def _connection(url: SplitResult) -> http.client.HTTPConnection:
    assert url.hostname is not None
    if url.scheme == "http":
        return http.client.HTTPConnection(url.hostname, url.port, timeout=SECONDS)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(url.hostname, url.port, timeout=SECONDS, context=context)
