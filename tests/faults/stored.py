"""What the database holds of the numbered messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from devices import watermark
from devices.watermark import Tally
from storage import pool
from storage.pool import Connection
from tests.faults.appliances import FIRST_MS, ROUND_MS, Sender

FIRST_AT = datetime.fromtimestamp(FIRST_MS / 1000, UTC)
ROUND = timedelta(milliseconds=ROUND_MS)


@dataclass(frozen=True)
class Verdict:
    """What became of the messages of all senders."""

    acknowledged: int
    stored: int
    lost: int
    twice: int
    never_sent: int
    """Rows that nobody sent."""
    first_lost: Sequence[str]


def tally(url: str) -> Tally:
    """What the workers say they took in."""
    with pool.connect(url) as connection:
        return watermark.tally(connection)


def dead_letters(url: str) -> int:
    """How many messages were set aside."""
    with pool.connect(url) as connection:
        return _number(connection, sql.SQL("SELECT count(*) FROM hearthwatch.dead_letters"))


def active_since(url: str, names: Sequence[str], at: datetime) -> bool:
    """Whether each of these workers has stored something since."""
    with pool.connect(url) as connection:
        return {*names} <= {*watermark.workers(connection, at)}


def now(url: str) -> datetime:
    """The database's clock."""
    with pool.connect(url) as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    assert isinstance(row[0], datetime)
    return row[0]


def rows_of_rounds(url: str, types: Sequence[str], rounds: range) -> int:
    """Rows of these rounds, of all appliances."""
    start, end = (FIRST_AT + ROUND * each for each in (rounds.start, rounds.stop))
    # Device by device, as the primary key has them: the tables grow large.
    counted = sql.SQL(" + ").join(
        sql.SQL(
            "(SELECT count(*) FROM hearthwatch.appliances CROSS JOIN LATERAL (SELECT FROM {}"
            " WHERE device_id = id AND time >= {} AND time < {}) AS told WHERE type = {})"
        ).format(sql.Identifier("telemetry", name), start, end, name)
        for name in types
    )
    with pool.connect(url) as connection:
        return _number(connection, sql.SQL("SELECT ") + counted)


def judge(url: str, senders: Sequence[Sender]) -> Verdict:
    """Compare what was acknowledged with what is stored, message by message."""
    with pool.connect(url) as connection:
        times = {
            name: _rounds_by_serial(connection, name)
            for name in {each.type for sender in senders for each in sender.appliances}
        }
    lost: list[str] = []
    acknowledged = stored = missing = twice = never_sent = 0
    for sender in senders:
        confirmed = np.frombuffer(bytes(sender.acknowledged), dtype=np.uint8)
        counts, odd = _counts(sender, times)
        never_sent += odd
        acknowledged += int(confirmed.sum())
        stored += int(np.count_nonzero(counts))
        twice += int(np.count_nonzero(counts > 1))
        gone = np.flatnonzero((confirmed == 1) & (counts == 0))
        missing += len(gone)
        lost += [f"{sender.name} {number}" for number in gone[:20]]
    return Verdict(acknowledged, stored, missing, twice, never_sent, lost)


def _counts(
    sender: Sender, times: dict[str, dict[str, NDArray[np.int64]]]
) -> tuple[NDArray[np.int64], int]:
    """How often each message of a sender is stored, and how many rows are none of its messages."""
    sent, width = len(sender.acknowledged), len(sender.appliances)
    numbers = np.concatenate(
        [
            times[each.type].get(each.serial, np.empty(0, dtype=np.int64)) * width + place
            for place, each in enumerate(sender.appliances)
        ]
    )
    real = (numbers >= 0) & (numbers < sent)
    return np.bincount(numbers[real], minlength=sent), int(np.count_nonzero(~real))


def _rounds_by_serial(connection: Connection, type_name: str) -> dict[str, NDArray[np.int64]]:
    rows = connection.execute(
        sql.SQL(
            "SELECT serial, array_agg((extract(epoch FROM time) * 1000)::bigint)"
            " FROM {} JOIN hearthwatch.appliances ON id = device_id GROUP BY serial"
        ).format(sql.Identifier("telemetry", type_name))
    ).fetchall()
    return {
        str(serial): (np.array(millis, dtype=np.int64) - FIRST_MS) // ROUND_MS
        for serial, millis in rows
    }


def _number(connection: Connection, question: sql.SQL | sql.Composed) -> int:
    row = connection.execute(question).fetchone()
    assert row is not None
    return int(str(row[0]))
