"""`Authorization: Bearer <token>` of a request."""

from __future__ import annotations

from starlette.requests import Request


def bearer_of(request: Request) -> str:
    """The token that a request comes with; empty if none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
