"""What an appliance signs in to the broker with: issued, replaced, revoked; only a hash is kept.

The name is the serial number; the secret is shown once, when it is issued.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from devices import password_file
from runtime.errors import InvalidError, NotFoundError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
PLATFORM = ("ingest", "serve", "operator")
"""Names at the broker that are the platform's own; no appliance may sign in with one of them."""
SECRET_BYTES = 32


@dataclass(frozen=True)
class Credential:
    """What goes into the appliance, and nowhere else."""

    serial: str
    secret: str


def issue(connection: Connection, serials: Sequence[str], at: datetime) -> list[Credential]:
    """A new secret for each appliance in service; the one it had holds no longer.

    Raises NotFoundError for a serial number that is not registered, or retired.
    """
    taken = sorted({*serials} & {*PLATFORM})
    if taken:
        raise InvalidError(f"{', '.join(taken)}: a name that the platform itself signs in with")
    fresh = {serial: secrets.token_urlsafe(SECRET_BYTES) for serial in serials}
    rows = connection.execute(
        _SQL["issue"],
        {
            "serials": list(fresh),
            "hashes": [password_file.hashed(secret) for secret in fresh.values()],
            "at": at,
        },
    ).fetchall()
    unknown = sorted({*fresh} - {str(row[0]) for row in rows})
    if unknown:
        raise NotFoundError(f"no appliance in service has the serial number {', '.join(unknown)}")
    return [Credential(serial, secret) for serial, secret in fresh.items()]


def lacking(connection: Connection) -> list[str]:
    """Serial numbers of the appliances in service that never had a credential."""
    rows = connection.execute(_SQL["lacking"], {"reserved": list(PLATFORM)}).fetchall()
    return [str(row[0]) for row in rows]


def revoke(connection: Connection, serials: Sequence[str], at: datetime) -> int:
    """Let these appliances sign in no more; return how many of them could until now."""
    return connection.execute(_SQL["revoke"], {"serials": list(serials), "at": at}).rowcount


def hashes(connection: Connection) -> dict[str, str]:
    """The hash of each credential that holds, by serial number."""
    return {str(serial): str(each) for serial, each in connection.execute(_SQL["valid"]).fetchall()}
