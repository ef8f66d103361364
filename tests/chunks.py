"""Old chunks as columns, where the server offers that: tests do so by hand, to know when."""

from __future__ import annotations

from storage import capability
from storage.capability import Capability
from storage.pool import Connection


def compress(connection: Connection, *tables: str) -> int:
    """Compress every chunk of these tables of `telemetry`; how many, 0 where there is no such."""
    if capability.detect(connection) is not Capability.COMMUNITY:
        return 0
    done = 0
    for table in tables:
        rows = connection.execute(
            "SELECT compress_chunk(chunk) FROM show_chunks(%s::regclass) AS chunk",
            (f"telemetry.{table}",),
        ).fetchall()
        done += len(rows)
    assert done > 0
    return done
