"""Messages into PostgreSQL: one transaction a batch, and storing again changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import errors

from devices import watermark
from devices.catalogue.folder import Catalogue
from devices.watermark import Tally
from ingest import writing
from ingest.batch_writer import BatchWriter, Written
from ingest.instant import EPOCH
from ingest.reason import Reason, RefusedError
from ingest.sink import SinkAwayError
from ingest.source import Message
from ingest.validation import Judged, Validation
from runtime import metrics
from runtime.clock import Clock
from storage.own_connection import Connections
from storage.pool import Connection

NOT_STORABLE = (
    psycopg.DataError,
    psycopg.IntegrityError,
    errors.ProgramLimitExceeded,
    errors.StatementTooComplex,
)
"""What the database says when a value, and not the database, is at fault."""

CONNECTION_S = 5.0
"""How long one try waits for a connection."""


class PostgresSink:
    """Stores batches for one worker."""

    def __init__(
        self,
        pool: Connections,
        catalogue: Catalogue,
        validation: Validation,
        clock: Clock,
        worker: str,
    ) -> None:
        self._pool = pool
        self._catalogue = catalogue
        self._writer = BatchWriter(catalogue, validation)
        self._clock = clock
        self._worker = worker

    def store(self, batch: Sequence[Message]) -> Tally:
        """Store a batch. Raises SinkAwayError while the database is out of reach.

        A message that the database will not take is found by halving, and put aside.
        """
        try:
            return self._store(batch)
        except NOT_STORABLE as error:
            if len(batch) == 1:
                return self._put_aside(batch[0], str(error))
            middle = len(batch) // 2
            return self.store(batch[:middle]) + self.store(batch[middle:])
        except psycopg.OperationalError as error:
            raise SinkAwayError(str(error)) from error

    def catch_up(self) -> Tally:
        """Nothing: this sink puts nothing off."""
        return Tally()

    def advance(self, event_at: datetime | None) -> None:
        """Note that this worker is there and, with a time, that nothing before it is on its way."""
        try:
            with self._pool.connection(timeout=CONNECTION_S) as connection:
                watermark.advance(connection, self._worker, event_at)
        except psycopg.OperationalError as error:
            raise SinkAwayError(str(error)) from error

    def _store(self, batch: Sequence[Message]) -> Tally:
        with (
            metrics.COMMIT_SECONDS.time(),
            self._pool.connection(timeout=CONNECTION_S) as connection,
        ):
            return self._finished(connection, self._writer.write(connection, batch))

    def _put_aside(self, message: Message, complaint: str) -> Tally:
        """Keep as a dead letter what the database refused."""
        judged = Judged(message)
        judged.refuse(RefusedError(Reason.NOT_STORABLE, complaint))
        try:
            with self._pool.connection(timeout=CONNECTION_S) as connection:
                rows = writing.write(connection, self._catalogue, [judged])
                tally = writing.tally([judged], rows)
                written = Written([judged], rows, tally, np.empty(0, dtype=np.int64))
                return self._finished(connection, written)
        except psycopg.OperationalError as error:
            raise SinkAwayError(str(error)) from error

    def _finished(self, connection: Connection, written: Written) -> Tally:
        reached = self._reached(written.times)
        watermark.advance(connection, self._worker, reached, written.tally)
        connection.commit()
        if reached is not None:
            behind = self._clock.now() - reached
            metrics.LAG_SECONDS.labels(self._worker).set(behind.total_seconds())
        _count(written.judged, written.rows, written.tally)
        return written.tally

    def _reached(self, times: NDArray[np.int64]) -> datetime | None:
        """The middle of the batch's event times; a device whose clock is ahead cannot pull it."""
        if not len(times):
            return None
        middle = (len(times) - 1) // 2
        micros = int(np.partition(times, middle)[middle])
        return min(EPOCH + timedelta(microseconds=micros), self._clock.now())


def _count(judged: Sequence[Judged], rows: Counter[str], tally: Tally) -> None:
    metrics.MESSAGES_RECEIVED.inc(tally.received)
    metrics.BATCH_MESSAGES.observe(tally.received)
    metrics.READINGS_DUPLICATE.inc(sum(one.repeated for one in judged))
    for type_name, number in rows.items():
        metrics.READINGS_STORED.labels(type_name).inc(number)
    for refusal in (refusal for one in judged for refusal in one.refusals):
        metrics.DEAD_LETTERED.labels(refusal.reason).inc()
