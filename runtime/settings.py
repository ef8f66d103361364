"""The settings, read once from the environment: every HEARTHWATCH_* variable and its meaning."""

from __future__ import annotations

import base64
import os
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from runtime.errors import ConfigurationError
from runtime.keeping_settings import KeepingSettings

MASTER_KEYS = "master_keys"
"""The file under the home with the key for an embedded database."""


class Settings(KeepingSettings):
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
    master_keys: str | None = Field(
        default=None,
        description="`name:key` pairs that wrap the keys of personal data, the current one first",
        repr=False,
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
    webhook_networks: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Private networks that webhooks may lead to, separated by commas",
    )
    mappings: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(),
        description="Folders of mappings to other systems, separated by colons",
    )
    attachment_mb: float = Field(
        default=10.0, description="Files on tickets may have up to so many megabytes", gt=0, le=100
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
    public_url: str | None = Field(
        default=None,
        description="Address under which customers reach their pages; without it the port's own",
    )
    channels: str | None = Field(
        default=None,
        description="YAML of channels and their URLs; without it notices stay in the outbox",
        repr=False,
    )
    letters: Path | None = Field(
        default=None, description="The company's own folder of letters, which go before ours"
    )
    quiet_hours: str = Field(
        default="21:00-08:00", description="Customers are not written to then, by their own clock"
    )
    notices_a_week: int = Field(
        default=3, description="Letters a week after which reminders wait; 0 for no bound", ge=0
    )
    reorder_url: str | None = Field(
        default=None, description="The shop's page of a part, with a place for {part_number}"
    )
    secrets: Path | None = Field(
        default=None,
        description="Folder of files named as settings are, for values that no environment holds",
    )
    log_level: str = Field(default="info", description="debug, info, warning or error")
    log_json: bool = Field(default=False, description="One JSON object a log line")

    @field_validator("webhook_networks", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("catalogue", "mappings", mode="before")
    @classmethod
    def _split_folders(cls, value: object) -> object:
        return (
            tuple(Path(part) for part in value.split(":") if part)
            if isinstance(value, str)
            else value
        )

    def secret(self) -> str:
        """The signing key: the one set, or one made once and kept under the home."""
        return self.secret_key or self._made_once("secret_key", secrets.token_urlsafe(48))

    def master_key_text(self) -> str:
        """The master keys: those set or, for an embedded database, one made under the home."""
        # Another database may serve many machines, whose keys must be the same and outlive them.
        if self.master_keys:
            return self.master_keys
        if self.database_url and not (self.home / MASTER_KEYS).exists():
            raise ConfigurationError(
                "personal data are sealed, and HEARTHWATCH_MASTER_KEYS is not set",
                hint="`hearthwatch privacy new-key` makes one; keep it apart from the database",
            )
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        return self._made_once(MASTER_KEYS, f"home:{key}")

    def _made_once(self, name: str, content: str) -> str:
        """What the file of this name under the home holds; it is made if it is not there."""
        path = self.home / name
        if not path.exists():
            self.home.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f"{name}.{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(content)
            # Of two processes that begin at once one is first, and both read what it made.
            with suppress(FileExistsError):
                path.hardlink_to(draft)
            draft.unlink()
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
