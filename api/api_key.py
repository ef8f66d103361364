"""Keys of other systems: they ask by one for years, with a role and perhaps one region only."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import dict_row

from api.user import SYSTEM, Role, User
from runtime.errors import ConflictError, InvalidError, NotFoundError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
PREFIX = "hwk_"
"""By this a key is told from a token, and found by those who look for leaked secrets."""
USED_EVERY = timedelta(minutes=1)
"""Use is noted no oftener, so that reading stays reading."""
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True)
class ApiKey:
    """What is known of a key; the key itself only its system knows."""

    id: int
    name: str
    role: Role
    region: str | None
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class Wish:
    """A key to be made."""

    name: str
    """Of the system: small letters, digits, `.`, `_`, `-`."""
    role: Role
    region: str | None = None
    expires_at: datetime | None = None


def add(connection: Connection, wish: Wish, by: str, at: datetime) -> str:
    """Make a key; the only time that it is told.

    Raises:
        InvalidError: the name is none, or the key would hold no more already.
        ConflictError: a key of this name holds.
    """
    if not NAME.fullmatch(wish.name):
        raise InvalidError(
            f"{wish.name!r} is no name of a key",
            hint="1 to 64 small letters, digits, '.', '_' and '-', as in 'erp-north'",
        )
    if wish.expires_at is not None and wish.expires_at <= at:
        raise InvalidError(f"{wish.expires_at:%Y-%m-%d %H:%M} UTC is over already")
    text = PREFIX + secrets.token_urlsafe(32)
    asked = {
        "name": wish.name,
        "hash": _hash(text),
        "role": wish.role.value,
        "region": wish.region,
        "expires_at": wish.expires_at,
        "by": by,
        "at": at,
    }
    if connection.execute(_SQL["add"], asked).fetchone() is None:
        raise ConflictError(
            f"a key called {wish.name!r} holds already", hint="revoke it first, or choose a name"
        )
    return text


def every(connection: Connection) -> list[ApiKey]:
    """List every key, those that hold first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL["list"]).fetchall()
    return [ApiKey(**row | {"role": Role(row["role"])}) for row in rows]


def user_of(connection: Connection, text: str, at: datetime) -> User | None:
    """The system whose key this is, unless it holds no more; notes that it was used."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_SQL["find"], {"hash": _hash(text), "at": at}).fetchone()
    if row is None:
        return None
    if row["last_used_at"] is None or at - row["last_used_at"] > USED_EVERY:
        connection.execute(_SQL["used"], {"id": row["id"], "at": at})
    return User(SYSTEM + row["name"], Role(row["role"]), row["region"])


def revoke(connection: Connection, name: str, at: datetime) -> None:
    """End a key at once; NotFoundError if none of this name holds."""
    if connection.execute(_SQL["revoke"], {"name": name, "at": at}).fetchone() is None:
        raise NotFoundError(f"no key called {name!r} holds")


def _hash(text: str) -> bytes:
    """A key has 256 bits of chance: nobody tries them all, however fast the hash."""
    return hashlib.sha256(text.encode()).digest()
