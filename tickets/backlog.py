"""How much has come in that the watch has not judged yet."""

from __future__ import annotations

from devices.catalogue.folder import Catalogue
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


def waiting(connection: Connection, catalogue: Catalogue | None = None) -> int:
    """Appliances with unjudged readings, unjudged fault codes and complete hours not rolled up.

    Of the catalogue's types if it is given: what it no longer has is never judged.
    """
    types = None if catalogue is None else list(catalogue)
    row = connection.execute(_SQL["waiting"], {"types": types}).fetchone()
    return int(str(row[0])) if row else 0
