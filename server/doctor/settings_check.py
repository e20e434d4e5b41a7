"""Settings that contradict each other, have no effect, or are not for production."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from server.doctor.finding import Finding, advice, ok, problem, warning
from server.guard.proxies import EVERYBODY
from server.settings import Settings
from server.store.durability import Durability

SECRET_CHARS = 32


def check_settings(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Look at the settings alone."""
    yield from _unknown(environment)
    yield from _durability(settings)
    yield from _guard(settings)
    yield from _check_of_works(settings)
    yield from _exposure(settings)
    if settings.secret and min(map(len, settings.secret)) < SECRET_CHARS:
        yield warning(
            "secret",
            f"JIELONG_SECRET has a key of fewer than {SECRET_CHARS} characters",
            "make one with `openssl rand -base64 33`, and put it in front of the old one",
        )
    if settings.admin_password and not settings.admin_password.startswith("$argon2"):
        yield advice(
            "console",
            "JIELONG_ADMIN_PASSWORD is a password, which whoever reads the environment learns",
            "put its hash there: jielong admin hash",
        )
    if not settings.bundled:
        yield warning(
            "page",
            "JIELONG_BUNDLED=false makes each visitor load a hundred files",
            "unset it in production",
        )


def _unknown(environment: Mapping[str, str]) -> Iterator[Finding]:
    known = {f"JIELONG_{name.upper()}" for name in Settings.model_fields}
    unknown = sorted(
        name for name in environment if name.startswith("JIELONG_") and name not in known
    )
    for name in unknown:
        yield warning(
            "settings", f"there is no setting {name}", "see docs/operate/settings.md for its name"
        )
    if not unknown:
        yield ok("settings", "every JIELONG_ variable is known")


def _durability(settings: Settings) -> Iterator[Finding]:
    if settings.durability is Durability.REPLICA and not settings.redis_url:
        yield problem(
            "durability",
            "JIELONG_DURABILITY=replica, but the embedded Valkey has no replica",
            "set JIELONG_REDIS_URL to a Redis with replicas, or choose aof",
        )
    elif settings.replicas > 1 and settings.durability is not Durability.REPLICA:
        yield advice(
            "durability",
            f"JIELONG_REPLICAS={settings.replicas} works only with JIELONG_DURABILITY=replica",
            "set both, or neither",
        )
    if settings.redis_url and not settings.database_url:
        yield advice(
            "database",
            "Redis may be shared by machines, but works are in SQLite on this one",
            "set JIELONG_DATABASE_URL to a PostgreSQL before you use a second machine",
        )


def _guard(settings: Settings) -> Iterator[Finding]:
    if not settings.guard:
        yield warning(
            "guard",
            "JIELONG_GUARD=off: bots can take part as often as they like",
            "unset it; it is for load tests",
        )
        return
    limits = {
        "JIELONG_NETWORK_CONNECTIONS": settings.network_connections,
        "JIELONG_NETWORK_HELLOS": settings.network_hellos,
        "JIELONG_NETWORK_JOINS": settings.network_joins,
        "JIELONG_NETWORK_HANDS": settings.network_hands,
        "JIELONG_HAND_PACE": settings.hand_pace,
        "JIELONG_PROOF_SECONDS": settings.proof_seconds,
    }
    off = [name for name, value in limits.items() if not value]
    if off:
        yield advice("guard", f"{', '.join(off)} = 0: no such limit", "unset what is not meant so")
    else:
        yield ok("guard", "limits against bots are on")
    if EVERYBODY in settings.trusted_proxies:
        yield warning(
            "proxies",
            'every peer is trusted as a proxy ("*"), so whoever reaches the port says which '
            "network it is of",
            "name the proxies in JIELONG_TRUSTED_PROXIES, or let nobody else reach the port",
        )


def _check_of_works(settings: Settings) -> Iterator[Finding]:
    if settings.check == "off":
        yield warning(
            "check of works",
            "JIELONG_CHECK=off: works are public without a look at their characters",
            'unset it, or set `moderation = "before"` in each campaign',
        )
    elif settings.check == "elsewhere":
        yield advice(
            "check of works",
            "JIELONG_CHECK=elsewhere: this machine does not check works",
            "run `jielong judge` on another one; the alert JielongWorksUnchecked watches it",
        )


def _exposure(settings: Settings) -> Iterator[Finding]:
    if settings.operations_port is None and not _is_loopback(settings.host):
        yield advice(
            "metrics",
            f"/metrics is on the service's own port, at {settings.host}",
            "set JIELONG_OPERATIONS_PORT, or have the proxy hide it",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
