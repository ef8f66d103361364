"""Ids by which other systems still know households that were merged, and who they mean now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


def survivors(connection: Connection, external_ids: Iterable[str]) -> dict[str, str]:
    """The external id of the household that each of these is now; those not merged are left out."""
    rows = connection.execute(_SQL["survivors"], {"external_ids": list(external_ids)}).fetchall()
    return {str(old): str(new) for old, new in rows}


def hold(connection: Connection, external_ids: Iterable[str]) -> None:
    """Keep the households that these ids mean from being merged or parted in the transaction.

    Who waited for a merge finds that the ids mean somebody else since, and holds that one too.
    """
    asked = {"external_ids": list(external_ids)}
    meant, before = survivors(connection, asked["external_ids"]), None
    while meant != before:
        connection.execute(_SQL["hold"], asked)
        meant, before = survivors(connection, asked["external_ids"]), meant


def note_told(connection: Connection, external_ids: Iterable[str], at: datetime) -> None:
    """Note by which ids households were told of: by an old one, the survivor was overwritten."""
    connection.execute(_SQL["note_told"], {"external_ids": list(external_ids), "at": at})


def note_newcomers(connection: Connection, contacts: Sequence[tuple[str, int]]) -> None:
    """Note contacts that came by a merged household's id, so that undoing takes them along."""
    connection.execute(
        _SQL["note_newcomers"],
        {
            "external_ids": [external_id for external_id, _ in contacts],
            "contact_ids": [contact_id for _, contact_id in contacts],
        },
    )
