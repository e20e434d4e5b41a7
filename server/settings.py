"""Every setting, in one typed object: from the environment (`JIELONG_...`) or from flags."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from server.extras import install
from server.guard.limits import GuardRules, NetworkLimits
from server.guard.other_proofs import load_check
from server.guard.proxies import TrustedProxies
from server.relay.room import Rules
from server.store.durability import Durability
from server.store.lanes import MOST as MOST_LANES

_BASE_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
_ASSETS_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~-]+)*")
_PUBLIC_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+")
_ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#\s]+/?")

_ISSUER = re.compile(r"https://[^/?#\s]+|http://(?:127\.0\.0\.1|localhost)(?::\d+)?(?:/|$)")

LEAST_PASSWORD_CHARS = 12
"""Of an account of the console."""


OperationsPort = Annotated[int, Field(ge=1, le=65_535)] | Literal["off"] | None
"""None: with all else on the service's own port."""


def _forwarded_allow_ips() -> tuple[str, ...]:
    """The proxies that uvicorn's own variable names; else those on this machine."""
    return _parts(os.environ.get("FORWARDED_ALLOW_IPS", "")) or ("127.0.0.1", "::1")


def _parts(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


class Settings(BaseSettings):
    """What an operator can set; docs/operate/settings.md explains each setting."""

    model_config = SettingsConfigDict(
        env_prefix="JIELONG_", env_file=None, env_ignore_empty=True, frozen=True
    )

    host: str = Field("127.0.0.1", min_length=1)
    port: int = Field(8000, ge=0, le=65_535)
    operations_port: OperationsPort = None
    """A port of its own for metrics and the documents of the API; `off`: nowhere."""

    operations_host: str = ""
    """The address of the port for operations; empty: `host`."""

    data: Path = Path("data")
    redis_url: str = ""
    """Empty: the embedded Valkey, with its files in `data`."""

    workers: int = Field(1, ge=1, le=256)
    turn_seconds: float = Field(60, ge=0.1, le=3_600)
    grace_seconds: float = Field(15, ge=0.1, le=3_600)
    keep_hours: float = Field(24, ge=0.01, le=24 * 30)
    """Hours that a character that was left behind waits for a stranger."""

    campaigns: Path | None = None
    """A TOML file that is the source of all campaigns; empty: the database."""

    database_url: str = ""
    """The database, like `postgresql+asyncpg://...`; empty: SQLite in `data`."""

    pictures_mb: int = Field(500, ge=1)
    """How many megabytes of pictures of works are kept in `data`."""

    base_path: str = ""
    """The path below which a proxy shows everything, like "/jielong"; it may strip it or not."""

    public_url: str = ""
    """Where browsers find the service, like "https://relay.example.org", without the base path."""

    assets_url: str = ""
    """In front of `/assets/...` in pages, like "https://cdn.example.org"; empty: the base path."""

    bundled: bool = True
    """False: pages load the modules as they are in the checkout."""

    service_worker: bool = True
    """False: browsers forget the service worker that they have."""

    hsts_seconds: int = Field(0, ge=0)
    """Seconds for which browsers that came over TLS use nothing else; 0: they are not asked to."""

    origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Browser origins allowed beside the page's own, separated by commas."""

    check: Literal["on", "elsewhere", "off"] = "on"
    """Who checks what was written: this service, one on another machine, or nobody."""

    retention_days: int = Field(0, ge=0)
    """Days that finished works are kept, unless their campaign says otherwise; 0: for ever."""

    secret: Annotated[tuple[str, ...], NoDecode] = ()
    """Signs tokens and links; former ones follow after commas. Empty: made once, kept in Redis."""

    token_days: float = Field(400, gt=0)
    """Days after which a participant who stays away is not known any more."""

    durability: Durability = Durability.MEMORY
    """What a change survives when participants are told of it: `memory`, `aof` or `replica`."""

    replicas: int = Field(1, ge=1, le=16)
    """With durability `replica`: how many replicas have a change; as many as may take over."""

    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default_factory=_forwarded_allow_ips
    )
    """Addresses and networks of proxies, separated by commas; "*" for all."""

    guard: bool = True
    """False: no limits by network, no proof of work, no time of a hand; for load tests."""

    network_connections: int = Field(600, ge=0)
    """WebSockets that one network may open a minute; 0: any number."""

    network_hellos: int = Field(600, ge=0)
    """`hello` from one network a minute; 0: any number."""

    network_joins: int = Field(600, ge=0)
    """`join` from one network a minute; 0: any number."""

    usual_network_joins: int = Field(24, ge=0)
    """Newcomers' `join` from one network a minute without a proof of work; 0: any number."""

    usual_campaign_joins: int = Field(0, ge=0)
    """Newcomers' `join` in a campaign a minute without a proof of work; 0: any number."""

    proof_seconds: float = Field(8, ge=0, le=60)
    """The most work that is asked of a newcomer, in seconds of a core; 0: none."""

    proof_check: str = ""
    """`module:function` that checks proofs of another kind, of a captcha for instance."""

    network_hands: int = Field(3_600, ge=0)
    """Newcomers' hands in finished works from one network an hour; 0: any number."""

    network_pledges: int = Field(900, ge=0)
    """New pledges from one network an hour; 0: any number."""

    network_requests: int = Field(600, ge=0)
    """Refused or costly requests from one network a minute; 0: any number."""

    hand_pace: float = Field(1.0, ge=0, le=1)
    """The share of the time a hand needs for its ink that must have passed at `commit`; 0: none."""

    hold_replays: bool = True
    """Hold works back in which ink is repeated that somebody else wrote within a day."""

    pace_load: float = Field(0.85, ge=0, le=1)
    """The share of a core from which on a worker asks for live ink less often; 0: never."""

    max_connections: int = Field(50_000, ge=1)
    """Connections of one worker; a further `hello` is answered `busy`."""

    lanes: int = Field(0, ge=0, le=MOST_LANES)
    """Lanes of a campaign at most; 0: 16 on a Cluster, where they spread over its nodes, else 1."""

    lane_rate: float = Field(2_500, gt=0)
    """Joiners a second for which one lane is enough."""

    admin_password: str = ""
    """The password of the account `admin` of the console, or its hash; empty: no such account."""

    oidc_issuer: str = ""
    """The address of an OpenID provider, whose accounts may sign in to the console; empty: none."""

    oidc_client: str = ""
    """The console's client id at the provider."""

    oidc_secret: str = ""
    """The client's secret; empty for a public client."""

    oidc_claim: str = Field("email", min_length=1)
    """The claim that is the account's name; `email` has to be verified."""

    oidc_owners: Annotated[tuple[str, ...], NoDecode] = ()
    """Names that are owners when the provider vouches for them; all others need an account."""

    admin_hours: float = Field(12, gt=0, le=24 * 30)
    """Hours that somebody stays signed in to the console."""

    traces: bool = False
    """Send traces of relays, pledges and donations to OpenTelemetry; needs the extra `traces`."""

    log_level: Annotated[
        Literal["debug", "info", "warning", "error", "critical"], BeforeValidator(str.lower)
    ] = "warning"
    """The least severe lines that the log has."""

    log_format: Literal["auto", "json", "text"] = "auto"
    """`auto`: text on a terminal, else JSON."""

    @field_validator("operations_port")
    @classmethod
    def _ports_differ(cls, chosen: OperationsPort, info: ValidationInfo) -> OperationsPort:
        if chosen is not None and chosen == info.data.get("port"):
            raise ValueError("this is the port of the service; choose another, or leave it empty")
        return chosen

    @field_validator("origins", "trusted_proxies", "secret", "oidc_owners", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return _parts(value) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_addresses(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        TrustedProxies(proxies)
        return proxies

    @field_validator("proof_check")
    @classmethod
    def _check_is_there(cls, name: str) -> str:
        load_check(name)
        return name

    @field_validator("oidc_owners")
    @classmethod
    def _owners_are_lower_case(cls, owners: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(owner.lower() for owner in owners)

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer_can_be_asked(cls, issuer: str) -> str:
        if issuer and not _ISSUER.match(issuer):
            raise ValueError(f"{issuer!r} is no issuer; write one like https://login.example.org")
        missing = [name for name in ("authlib", "httpx") if find_spec(name) is None]
        if issuer and missing:
            raise ValueError(f"OIDC needs Authlib; install it with {install('oidc')}")
        return issuer

    @field_validator("admin_password")
    @classmethod
    def _password_is_long(cls, password: str) -> str:
        """A hash is longer, too."""
        if password and len(password) < LEAST_PASSWORD_CHARS:
            raise ValueError(f"a password has at least {LEAST_PASSWORD_CHARS} characters")
        return password

    @field_validator("origins")
    @classmethod
    def _origins_are_whole(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        """Browsers send `scheme://host`, with a port if it is not the usual one, and no path."""
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin; write one like https://example.org")
        return origins

    @field_validator("public_url")
    @classmethod
    def _public_url_is_an_origin(cls, public_url: str) -> str:
        if public_url and not _PUBLIC_URL.fullmatch(public_url):
            raise ValueError(
                f"{public_url!r} is no origin; write one like https://relay.example.org, without a "
                "path"
            )
        return public_url

    @field_validator("assets_url")
    @classmethod
    def _assets_url_is_a_prefix(cls, assets_url: str) -> str:
        if assets_url and not _ASSETS_URL.fullmatch(assets_url):
            raise ValueError(
                f"{assets_url!r} is no address of assets; write one like https://cdn.example.org, "
                "without a slash at the end"
            )
        return assets_url

    @field_validator("base_path")
    @classmethod
    def _base_path_is_a_prefix(cls, base_path: str) -> str:
        if not _BASE_PATH.fullmatch(base_path):
            raise ValueError(
                f"{base_path!r} is no base path; write one like /jielong, with a slash in front, "
                "none at the end, and only letters, digits and -._~ between"
            )
        return base_path

    def environment(self, **changes: object) -> dict[str, str]:
        """These settings, with changes, as the environment of another process."""
        values = self.model_dump(exclude_none=True) | {"durability": self.durability.value}
        values |= changes
        values["data"] = self.data.resolve()
        values["origins"] = ",".join(self.origins)
        values["secret"] = ",".join(self.secret)
        values["oidc_owners"] = ",".join(self.oidc_owners)
        values["trusted_proxies"] = ",".join(self.trusted_proxies)
        return {f"JIELONG_{name.upper()}": str(value) for name, value in values.items()}

    @property
    def archive_url(self) -> str:
        """The database of finished works, as SQLAlchemy names it."""
        if self.database_url:
            return self.database_url
        return f"sqlite+aiosqlite:///{self.data.resolve() / 'works.sqlite'}"

    @property
    def pictures(self) -> Path:
        """The folder of pictures of works."""
        return self.data.resolve() / "pictures"

    @property
    def rules(self) -> Rules:
        """The times in milliseconds, as the rooms need them."""
        return Rules(
            turn_ms=round(self.turn_seconds * 1_000),
            grace_ms=round(self.grace_seconds * 1_000),
            keep_ms=round(self.keep_hours * 3_600_000),
        )

    @property
    def guard_rules(self) -> GuardRules:
        """The limits, as the guard needs them."""
        if not self.guard:
            return GuardRules()
        networks = NetworkLimits(
            connections=self.network_connections,
            hellos=self.network_hellos,
            joins=self.network_joins,
            hands=self.network_hands,
            pledges=self.network_pledges,
            requests=self.network_requests,
        )
        return GuardRules(
            on=True,
            networks=networks,
            usual_joins=self.usual_network_joins,
            usual_campaign_joins=self.usual_campaign_joins,
            proof_seconds=self.proof_seconds,
            proof_check=load_check(self.proof_check),
            hand_pace=self.hand_pace,
            find_replays=self.hold_replays,
            follow_verdicts=self.check != "off",
            trusted_proxies=self.trusted_proxies,
        )
