"""Who may sign in: users with a password, a role, and perhaps one region only."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import argon2
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg.rows import class_row

from runtime.errors import InvalidError, UnauthenticatedError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
SHORTEST_PASSWORD = 10
SYSTEM = "key:"
"""Before a system's name wherever acts are noted; no person is called so."""
_HASHER = argon2.PasswordHasher()
# A check takes 64 MiB; more than two at once would let sign-ins eat the machine's memory.
_CHECKING = threading.BoundedSemaphore(2)


class Role(StrEnum):
    """What a user may do; each role may do all that the ones before it may."""

    VIEWER = "viewer"
    TECHNICIAN = "technician"
    DISPATCHER = "dispatcher"
    ADMIN = "admin"

    def covers(self, needed: Role) -> bool:
        """Whether this role may do what `needed` may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


@dataclass(frozen=True)
class User:
    """Somebody who is signed in."""

    name: str
    role: Role
    region: str | None
    """A partner sees its own region only; None sees all."""

    def sees(self, region: str) -> bool:
        """Whether things of this region exist for the user."""
        return self.region is None or self.region == region


@dataclass(frozen=True)
class _Row:
    name: str
    password_hash: str
    role: str
    region: str | None
    disabled_at: datetime | None


def add(
    connection: Connection, name: str, password: str, role: Role, region: str | None = None
) -> User:
    """Add a user, or give a known one this password, role and region, and enable it."""
    if not name.strip():
        raise InvalidError("a user needs a name")
    if name.startswith(SYSTEM):
        raise InvalidError(f"names that begin with {SYSTEM!r} are those of systems")
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidError(f"a password needs at least {SHORTEST_PASSWORD} characters")
    connection.execute(
        _SQL["add"],
        {"name": name, "hash": _HASHER.hash(password), "role": role.value, "region": region},
    )
    return User(name, role, region)


def disable(connection: Connection, name: str, at: datetime) -> None:
    """Shut a user out at once; tokens that were given hold no more."""
    connection.execute(_SQL["disable"], {"name": name, "at": at})


def any_known(connection: Connection) -> bool:
    """Whether anybody at all may sign in."""
    return connection.execute(_SQL["any"]).fetchone() is not None


def find(connection: Connection, name: str) -> User | None:
    """The user of this name, unless there is none or it is disabled."""
    row = _row(connection, name)
    if row is None or row.disabled_at is not None:
        return None
    return User(row.name, Role(row.role), row.region)


def authenticate(connection: Connection, name: str, password: str) -> User:
    """The user whose password this is; UnauthenticatedError that tells not which of both is wrong.

    An unknown name costs as much time as a wrong password.
    """
    row = _row(connection, name)
    known = row is not None and row.disabled_at is None
    right = _matches(row.password_hash if row and known else _decoy(), password)
    if row is None or not known or not right:
        raise UnauthenticatedError("the name or the password is wrong")
    return User(row.name, Role(row.role), row.region)


def _row(connection: Connection, name: str) -> _Row | None:
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        return cursor.execute(_SQL["find"], {"name": name}).fetchone()


def _matches(password_hash: str, password: str) -> bool:
    with _CHECKING:
        try:
            return _HASHER.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _decoy() -> str:
    """A hash that no password has, as dear to check as a real one."""
    strength = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${strength}${'A' * 22}${'A' * 43}"


def technicians(connection: Connection, region: str) -> list[str]:
    """Names of those who can be sent to an appliance in `region`."""
    rows = connection.execute(_SQL["technicians"], {"region": region}).fetchall()
    return [str(row[0]) for row in rows]
