"""Endpoints: where other systems want to be told, of what, and how far they have been."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psycopg.rows import class_row

from customers.secrecy import sealing
from runtime.errors import ConflictError, InvalidError, NotFoundError
from storage import event, query
from storage.event import Event
from storage.pool import Connection
from tickets.outside import feed

_SQL = query.beside(__file__)
OWNER = "webhooks"
"""Whom the secrets are sealed for."""
SECRET_PLACE = "webhook_endpoints.secret_sealed"  # noqa: S105 - where it is kept
HEADERS_PLACE = "webhook_endpoints.headers_sealed"
SECRET_BYTES = 32
OVERLAP = timedelta(days=1)
"""For so long after a rotation messages carry a signature by the old secret too."""


@dataclass(frozen=True)
class Wanted:
    """An endpoint that somebody asks for, or what it shall become."""

    name: str
    url: str
    kinds: tuple[str, ...] = feed.EVERYTHING
    region: str | None = None
    """None for every region."""
    mapping: str | None = None
    """A mapping's name; None sends events as they are."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent along, such as Authorization."""


@dataclass(frozen=True)
class Endpoint:
    """An endpoint as it stands."""

    id: int
    name: str
    url: str
    kinds: list[str]
    region: str | None
    mapping: str | None
    state: str
    reason: str
    """Why it is disabled."""
    cursor: int
    """The position up to which it was told, but for what waits."""
    failures: int
    """In a row, up to now."""
    failing_since: datetime | None
    created_at: datetime
    created_by: str
    waiting: int
    abandoned: int
    """Events that it refused until we gave up; a replay tries them again."""


@dataclass(frozen=True)
class Attempt:
    """One request that was made to it."""

    id: int
    message_id: str
    kind: str
    subject: str
    position: int | None
    at: datetime
    took_ms: int
    status: int | None
    taken: bool
    detail: str


@dataclass(frozen=True)
class Keys:
    """What is needed to send to an endpoint and nobody may read."""

    secrets: tuple[str, ...] = field(repr=False)
    """The newest first; two for a while after a rotation."""
    headers: Mapping[str, str] = field(repr=False)


def add(connection: Connection, wanted: Wanted, actor: str) -> tuple[int, str]:
    """Register an endpoint; its id, and its secret, which nobody can read again.

    It is told of what happens from now on. ConflictError if the name is taken.
    """
    secret = _new_secret()
    feed.number(connection)
    row = connection.execute(
        _SQL["add"],
        {
            "name": wanted.name,
            "url": wanted.url,
            "kinds": list(wanted.kinds),
            "region": wanted.region,
            "mapping": wanted.mapping,
            "secret": _sealed(connection, SECRET_PLACE, secret),
            "headers": _sealed(connection, HEADERS_PLACE, json.dumps(dict(wanted.headers))),
            "actor": actor,
        },
    ).fetchone()
    if row is None:
        raise ConflictError(
            f"there is an endpoint {wanted.name!r} already", hint="choose another name"
        )
    return int(str(row[0])), secret


def all_of(connection: Connection, region: str | None = None) -> list[Endpoint]:
    """Every endpoint, or those of one region."""
    return _endpoints(connection, None, region)


def get(connection: Connection, endpoint_id: int, region: str | None = None) -> Endpoint:
    """One endpoint; NotFoundError if there is none, or it is not of this region."""
    found = _endpoints(connection, endpoint_id, region)
    if not found:
        raise NotFoundError(f"there is no endpoint {endpoint_id}")
    return found[0]


def _endpoints(
    connection: Connection, endpoint_id: int | None, region: str | None
) -> list[Endpoint]:
    with connection.cursor(row_factory=class_row(Endpoint)) as cursor:
        return cursor.execute(_SQL["list"], {"id": endpoint_id, "region": region}).fetchall()


def change(
    connection: Connection,
    endpoint_id: int,
    *,
    url: str,
    kinds: Sequence[str],
    mapping: str | None,
    state: str,
) -> None:
    """Set what an endpoint is told and where; set active, it is tried again at once."""
    asked = {"id": endpoint_id, "url": url, "kinds": list(kinds), "mapping": mapping}
    connection.execute(_SQL["change"], asked | {"state": state})


def set_headers(connection: Connection, endpoint_id: int, headers: Mapping[str, str]) -> None:
    """Replace the headers that are sent along."""
    sealed = _sealed(connection, HEADERS_PLACE, json.dumps(dict(headers)))
    connection.execute(_SQL["set_headers"], {"id": endpoint_id, "headers": sealed})


def rotate(connection: Connection, endpoint_id: int) -> str:
    """Give it a new secret; for a day messages are signed by both."""
    secret = _new_secret()
    sealed = _sealed(connection, SECRET_PLACE, secret)
    asked = {"id": endpoint_id, "secret": sealed, "overlap": OVERLAP}
    connection.execute(_SQL["rotate"], asked)
    return secret


def remove(connection: Connection, endpoint_id: int) -> None:
    """Forget an endpoint and all that waits for it."""
    connection.execute(_SQL["remove"], {"id": endpoint_id})


def rewind(connection: Connection, endpoint_id: int, after: int) -> None:
    """Tell it again of everything beyond a position, or skip to one that lies ahead."""
    feed.number(connection)
    bounds = feed.bounds(connection)
    if after > bounds.last:
        raise InvalidError(
            f"there is no event {after} yet", hint=f"the newest is {bounds.last}; 0 for all"
        )
    if 0 < after < bounds.forgotten:
        raise feed.GoneError(
            f"events up to {bounds.forgotten} are no longer kept",
            hint=f"begin with {bounds.forgotten}, or 0 for the oldest that is kept",
        )
    connection.execute(_SQL["rewind"], {"id": endpoint_id, "after": after})


def ping(connection: Connection, endpoint: Endpoint, at: datetime) -> None:
    """Let it be told of something that is only a test."""
    told = Event("webhook.pinged", f"webhook:{endpoint.id}", at, region=endpoint.region or "")
    event.append(connection, [told])


def attempts(
    connection: Connection, endpoint_id: int, *, before_id: int | None = None, limit: int = 100
) -> list[Attempt]:
    """What was sent to it of late, the newest first."""
    asked = {"id": endpoint_id, "before_id": before_id, "limit": limit}
    with connection.cursor(row_factory=class_row(Attempt)) as cursor:
        return cursor.execute(_SQL["attempts"], asked).fetchall()


def keys_of(connection: Connection, endpoint_id: int) -> Keys:
    """Its secrets and headers; NotFoundError if it is gone."""
    row = connection.execute(_SQL["keys"], {"id": endpoint_id}).fetchone()
    if row is None:
        raise NotFoundError(f"there is no endpoint {endpoint_id}")
    newest, old, headers = (each if each is None else bytes(each) for each in row)  # type: ignore[call-overload]
    kept = sealing.open_(connection, SECRET_PLACE, [(OWNER, newest), (OWNER, old)])
    (text,) = sealing.open_(connection, HEADERS_PLACE, [(OWNER, headers)])
    return Keys(tuple(each for each in kept if each), json.loads(text or "{}"))


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _sealed(connection: Connection, place: str, text: str) -> bytes:
    (sealed,) = sealing.seal(connection, OWNER, place, [text])
    return sealed
