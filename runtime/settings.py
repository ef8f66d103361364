"""The settings, read once from the environment: every HEARTHWATCH_* variable and its meaning."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from runtime.errors import ConfigurationError


class Settings(BaseSettings):
    """One process's settings; field `x` is the variable `HEARTHWATCH_X`."""

    model_config = SettingsConfigDict(env_prefix="HEARTHWATCH_", frozen=True, extra="ignore")

    home: Path = Field(
        default=Path(".hearthwatch"),
        description="Folder for the embedded database, the secret and other local state",
    )
    database_url: str | None = Field(
        default=None,
        description="PostgreSQL to use; without it an embedded one is started under the home",
    )
    mqtt_url: str = Field(
        default="mqtt://127.0.0.1:1883",
        description="Broker: mqtt[s]://[user:password@]host[:port]",
    )
    secret_key: str | None = Field(
        default=None,
        description="Signs tokens, at least 32 characters; without it one is made under the home",
        min_length=32,
    )
    catalogue: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(),
        description="A maker's own folders of appliance types, separated by colons",
    )
    clock: str = Field(default="wall", description="'wall', or a simulated world's clock")
    spool_mb: float = Field(
        default=1024.0,
        description="Disk each ingest worker may use while the database is away; 0 for none",
        ge=0,
    )
    idle_after_s: float = Field(
        default=30.0,
        description="Ingest is caught up after so many seconds without a message; 0 for never",
        ge=0,
    )
    earliest: datetime = Field(
        default=datetime(2010, 1, 1, tzinfo=UTC),
        description="Readings before this are refused: a device whose clock was never set",
    )
    ahead_s: float = Field(
        default=86_400.0,
        description="Readings further ahead of now than this are refused",
        gt=0,
    )
    late_after_s: float = Field(
        default=86_400.0,
        description="Readings older than this against what was seen raise no alarm",
        gt=0,
    )
    compress_after_days: int = Field(
        default=7,
        description="TimescaleDB Community compresses readings so old; 0 for never",
        ge=0,
    )
    keep_readings_days: int = Field(
        default=400,
        description="Readings older than this, against what was seen, are deleted; 0 keeps all",
        ge=0,
    )
    keep_hours_days: int = Field(
        default=1830,
        description="Likewise the hourly rollups",
        ge=0,
    )
    keep_dead_letters_days: int = Field(
        default=90,
        description="Refused messages that came longer ago are deleted; 0 keeps all",
        ge=0,
    )
    train_days: float = Field(
        default=42.0,
        description="How much of the newest history models learn from",
        gt=0,
    )
    retrain_days: float = Field(
        default=7.0,
        description="Models are fitted anew by themselves so often, and on drift; 0 for never",
        ge=0,
    )
    frozen_days: float = Field(
        default=7.0,
        description="The newest days are held back to compare a new model with the one that serves",
        ge=1,
    )
    host: str = Field(default="127.0.0.1", description="Address the API listens on")
    port: int = Field(default=8000, description="Port the API listens on", ge=0, le=65_535)
    metrics_port: int = Field(
        default=0,
        description="First port for the metrics of watch, work and the ingest workers; 0 for none",
        ge=0,
        le=65_000,
    )
    secrets: Path | None = Field(
        default=None,
        description="Folder of files named as settings are, for values that no environment holds",
    )
    log_level: str = Field(default="info", description="debug, info, warning or error")
    log_json: bool = Field(default=False, description="One JSON object a log line")

    @field_validator("catalogue", mode="before")
    @classmethod
    def _split_folders(cls, value: object) -> object:
        return (
            tuple(Path(part) for part in value.split(":") if part)
            if isinstance(value, str)
            else value
        )

    def secret(self) -> str:
        """The signing key: the one set, or one made once and kept under the home."""
        if self.secret_key:
            return self.secret_key
        path = self.home / "secret_key"
        if not path.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text().strip()


def load() -> Settings:
    """Read the environment, then the folder of secrets; say what is wrong and should be."""
    folder = os.environ.get("HEARTHWATCH_SECRETS") or None
    if folder is not None and not Path(folder).is_dir():
        raise ConfigurationError(f"HEARTHWATCH_SECRETS is {folder!r}", hint="name a folder")
    try:
        return Settings(_secrets_dir=folder)
    except ValidationError as error:
        wrong = "; ".join(
            f"HEARTHWATCH_{str(problem['loc'][0]).upper()}: {problem['msg']}"
            for problem in error.errors()
        )
        raise ConfigurationError(wrong, hint="see docs/settings.md for every variable") from error
