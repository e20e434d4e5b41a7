"""The headers that keep foreign code and frames out of the pages."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = tuple[tuple[str, str], ...]

UNUSED_FEATURES = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer"),
    *("microphone", "midi", "payment", "publickey-credentials-get", "serial", "usb"),
)
"""What no page of ours asks a browser for, nor may a script that got into one."""


def security_headers(
    inline: Iterable[str],
    assets: str,
    hsts_seconds: int = 0,
    style: str = "",
    pictures: Iterable[str] = (),
    embedders: Sequence[str] = (),
) -> Headers:
    """The headers of every page.

    Args:
        inline: the scripts that stand in the pages; no other one may.
        assets: the address of the folder of assets; another host in it is trusted.
        hsts_seconds: how long browsers are to use nothing but TLS; 0: as they like.
        style: the style sheet that stands in the page, if any.
        pictures: other origins whose pictures the page shows.
        embedders: other origins whose pages may show the page in a frame.
    """
    address = urlsplit(assets)
    here = f"'self' {address.scheme}://{address.netloc}" if address.netloc else "'self'"
    scripts = " ".join(sorted({_source(script) for script in inline}))
    policy = (
        f"default-src {here}",
        f"script-src {here} {scripts}",
        *((f"style-src {here} {_source(style)}",) if style else ()),
        " ".join((f"img-src {here} data: blob:", *pictures)),
        "base-uri 'none'",
        "form-action 'none'",
        " ".join(("frame-ancestors 'self'", *embedders)) if embedders else "frame-ancestors 'none'",
        "object-src 'none'",
    )
    return (
        ("content-security-policy", "; ".join(policy)),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "cross-origin" if embedders else "same-origin"),
        ("permissions-policy", ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES)),
        *((("strict-transport-security", f"max-age={hsts_seconds}"),) if hsts_seconds else ()),
    )


def _source(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"


class SecurityHeaders:
    """Adds the headers to answers that do not have them yet."""

    def __init__(self, app: ASGIApp, headers: Headers) -> None:
        """Wrap `app`."""
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in headers]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application, and add the headers to its answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name for name, _ in message["headers"]}
                added = [header for header in self._headers if header[0] not in there]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self._app(scope, receive, send_with_headers)
