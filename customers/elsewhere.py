"""By which ids another region knows something already: they are not a partner's to write to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from psycopg.rows import scalar_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
Kind = Literal["plans", "purchases"]


def taken(
    connection: Connection, kind: Kind, external_ids: Sequence[str], region: str | None
) -> frozenset[str]:
    """Those of these ids that are another region's; for who sees all regions, none."""
    if region is None:
        return frozenset()
    asked = {"external_ids": list(external_ids), "region": region}
    with connection.cursor(row_factory=scalar_row) as cursor:
        return frozenset(cursor.execute(_SQL[kind], asked).fetchall())
