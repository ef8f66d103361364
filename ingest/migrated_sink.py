"""A store that is used only once its database is found to be migrated.

Ingest may start before its database does: what the database lacks then is not a bad message, and no
reason to end. Messages wait until somebody has run `hearthwatch migrate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import psycopg

from devices.catalogue.folder import Catalogue
from devices.watermark import Tally
from ingest.sink import Sink, SinkAwayError
from ingest.source import Message
from storage import migration, query
from storage.own_connection import Connections
from storage.pool import Connection

_SQL = query.beside(__file__)


class MigratedSink:
    """`sink`, after a look at its database; another look is taken each time it was away."""

    def __init__(self, sink: Sink, connections: Connections, catalogue: Catalogue) -> None:
        self._sink, self._connections, self._catalogue = sink, connections, catalogue
        self._looked = False

    def store(self, batch: Sequence[Message]) -> Tally:
        """Store a batch. Raises SinkAwayError where the database is not there or not ready."""
        self._look()
        try:
            return self._sink.store(batch)
        except SinkAwayError:
            self._looked = False
            raise

    def catch_up(self) -> Tally:
        """What the sink put off, if it is one that does."""
        return self._sink.catch_up()

    def advance(self, event_at: datetime | None) -> None:
        """Note that this worker is there. May raise SinkAwayError as `store` does."""
        self._look()
        self._sink.advance(event_at)

    def _look(self) -> None:
        if self._looked:
            return
        try:
            with self._connections.connection() as connection:
                missing = migration.pending(connection) or self._missing(connection)
        except psycopg.OperationalError as error:
            raise SinkAwayError(str(error)) from error
        if missing:
            raise SinkAwayError(
                f"the database lacks {', '.join(missing)}: run `hearthwatch migrate`"
            )
        self._looked = True

    def _missing(self, connection: Connection) -> list[str]:
        """Columns that the catalogue needs and the migrated database lacks."""
        known = {
            f"{type_name}.{metric}"
            for type_name, metric in connection.execute(_SQL["columns"]).fetchall()
        }
        needed = [
            f"{name}.{metric}" for name, each in self._catalogue.items() for metric in each.metrics
        ]
        return [each for each in needed if each not in known]
