"""How long from the time in a message to the commit of its row."""

from __future__ import annotations

from psycopg import sql

from storage.pool import Connection


def percentiles_ms(
    connection: Connection, sent: sql.Composable, rows: sql.Composable
) -> tuple[float, float] | tuple[None, None]:
    """Median and 99th percentile; None where the server notes no commit times.

    `sent` is the expression of a row's time of sending, `rows` what stands after FROM.
    """
    noted = connection.execute("SHOW track_commit_timestamp").fetchone()
    if noted != ("on",):
        return None, None
    row = connection.execute(
        sql.SQL(
            "SELECT percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (ORDER BY"
            " extract(epoch FROM pg_xact_commit_timestamp(xmin) - {}) * 1000) FROM {}"
        ).format(sent, rows)
    ).fetchone()
    found = row[0] if row and isinstance(row[0], list) else None
    return (round(found[0], 1), round(found[1], 1)) if found else (None, None)
