"""Every setting, in one typed object: from the environment (`JIELONG_...`) or from flags."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from server.relay.room import Rules
from server.store.durability import Durability
from server.store.lanes import MOST as MOST_LANES

_BASE_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
_ASSETS_URL = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~-]+)*")
_ORIGIN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#\s]+/?")


class Settings(BaseSettings):
    """What an operator can set; docs/operate/settings.md explains each setting."""

    model_config = SettingsConfigDict(
        env_prefix="JIELONG_", env_file=None, env_ignore_empty=True, frozen=True
    )

    host: str = Field("127.0.0.1", min_length=1)
    port: int = Field(8000, ge=0, le=65_535)
    data: Path = Path("data")
    redis_url: str = ""
    """Empty: the embedded Valkey, with its files in `data`."""

    workers: int = Field(1, ge=1, le=256)
    turn_seconds: float = Field(60, ge=0.1, le=3_600)
    grace_seconds: float = Field(15, ge=0.1, le=3_600)
    keep_hours: float = Field(24, ge=0.01, le=24 * 30)
    """How long a character that was left behind waits for a stranger."""

    campaigns: Path | None = None
    """A TOML file in the place of the built-in campaigns."""

    database_url: str = ""
    """Where finished works go; empty: SQLite in `data`. `postgresql+asyncpg://...` else."""

    pictures_mb: int = Field(500, ge=1)
    """How many megabytes of pictures of works are kept in `data`."""

    base_path: str = ""
    """The path below which a proxy shows everything, like "/jielong"; it may strip it or not."""

    assets_url: str = ""
    """In front of `/assets/...` in pages, like "https://cdn.example.org"; empty: the base path."""

    bundled: bool = True
    """False: pages load the modules as they are in the checkout."""

    service_worker: bool = True
    """False: browsers forget the service worker that they have."""

    origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Browser origins allowed beside the page's own, separated by commas."""

    secret: str = ""
    """Signs tokens; empty: made once and kept in Redis."""

    durability: Durability = Durability.MEMORY
    """What a change survives before it is told: `memory`, `aof` or `replica`."""

    replicas: int = Field(1, ge=1, le=16)
    """How many replicas must have it at the level `replica`: as many as may take over."""

    max_connections: int = Field(50_000, ge=1)
    """Connections of one worker; a further `hello` is answered `busy`."""

    lanes: int = Field(0, ge=0, le=MOST_LANES)
    """Lanes of a campaign at most; 0: 16 on a Cluster, where they spread over its nodes, else 1."""

    lane_rate: float = Field(2_500, gt=0)
    """Joiners a second for which one lane is enough."""

    log_level: Annotated[
        Literal["debug", "info", "warning", "error", "critical"], BeforeValidator(str.lower)
    ] = "warning"
    """The least important lines that the log has."""

    @field_validator("origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("origins")
    @classmethod
    def _origins_are_whole(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        """Browsers send `scheme://host`, with a port if it is not the usual one, and no path."""
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin; write one like https://example.org")
        return origins

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
