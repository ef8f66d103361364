"""Links that open a page of one person about one matter, without a login: signed, for a while.

A link carries a secret and the time it ends, signed, in 48 characters: it has to fit a text
message. What it opens stands in the database by the secret's hash: who reads the database cannot
make one, and one that was revoked opens nothing.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import secrets
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg.rows import class_row

from runtime.clock import WallClock
from runtime.errors import HearthwatchError, NotFoundError
from runtime.settings import Settings
from storage import query
from storage.pool import Connection, Pool

_SQL = query.beside(__file__)
SECRET_BYTES, TIME_BYTES, SIGNATURE_BYTES = 15, 5, 16
SIGNED_FOR = b"hearthwatch my link\0"
"""Goes before what is signed, so that a signature made for anything else is none of ours."""
FORGET = "tickets.answers.my_link.forget_old"
EVERY_NIGHT = "35 2 * * *"
LIFETIME = timedelta(days=60)
"""Longer than a reminder comes before its day."""


class ExpiredLinkError(HearthwatchError):
    """A link that was good once."""

    status = 410
    title = "Link has expired"


@dataclass(frozen=True)
class Link:
    """What a link opens: the page of a contact about a subject."""

    id: int
    contact_id: int
    household_id: int
    subject: str
    notice_id: int | None


def make(
    connection: Connection, secret: str, contact_id: int, subject: str, notice_id: int | None = None
) -> str:
    """A new token for a contact and a subject. Its times are the wall's, whatever the world's."""
    made_at = WallClock().now()
    expires_at = (made_at + LIFETIME).replace(microsecond=0)
    number = secrets.token_bytes(SECRET_BYTES)
    connection.execute(
        _SQL["make"],
        {
            "secret_hash": _hash(number),
            "contact_id": contact_id,
            "subject": subject,
            "notice_id": notice_id,
            "made_at": made_at,
            "expires_at": expires_at,
        },
    )
    told = number + int(expires_at.timestamp()).to_bytes(TIME_BYTES)
    return urlsafe_b64encode(told + _signature(secret, told)).decode()


def read(connection: Connection, secret: str, token: str) -> Link:
    """What a token opens; NotFoundError for one that we did not make, ExpiredLinkError later."""
    number = _number(secret, token)
    with connection.cursor(row_factory=class_row(Link)) as cursor:
        found = cursor.execute(
            _SQL["read"], {"secret_hash": _hash(number), "now": WallClock().now()}
        ).fetchone()
    if found is None:
        raise ExpiredLinkError("this link is not valid any more")
    return found


def _number(secret: str, token: str) -> bytes:
    """The secret of a token that is ours and has not ended."""
    try:
        raw = b64decode(token.encode(), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise NotFoundError("there is no such page") from error
    told, signature = raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:]
    fits = len(told) == SECRET_BYTES + TIME_BYTES
    if not fits or not hmac.compare_digest(signature, _signature(secret, told)):
        raise NotFoundError("there is no such page")
    if datetime.fromtimestamp(int.from_bytes(told[SECRET_BYTES:]), UTC) <= WallClock().now():
        raise ExpiredLinkError("this link has expired")
    return told[:SECRET_BYTES]


def _signature(secret: str, told: bytes) -> bytes:
    return hmac.digest(secret.encode(), SIGNED_FOR + told, "sha256")[:SIGNATURE_BYTES]


def revoke(connection: Connection, contact_id: int) -> int:
    """Let no link of a contact open anything from now on; return how many did until now."""
    asked = {"contact_id": contact_id, "now": WallClock().now()}
    return connection.execute(_SQL["revoke"], asked).rowcount


def forget_old(pool: Pool, timestamp: int = 0) -> int:
    """Delete links that expired a lifetime ago; return how many."""
    del timestamp  # tells when the errand was due
    before = WallClock().now() - LIFETIME
    with pool.connection() as connection:
        return connection.execute(_SQL["forget_old"], {"before": before}).rowcount


def url(settings: Settings, token: str) -> str:
    """The address under which a customer opens a token."""
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    return f"{base.rstrip('/')}/my/{token}"


def _hash(number: bytes) -> bytes:
    return hashlib.sha256(number).digest()
