"""The embedded server: its data outlive it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from storage import embedded, pool


def test_embedded_data_survive_a_stop_and_a_start() -> None:
    # A short path of its own: a socket's path has little room.
    with tempfile.TemporaryDirectory(prefix="hw-") as scratch:
        folder = Path(scratch) / "home" / "postgres"
        with embedded.running(folder) as url, pool.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        assert not (folder / "postmaster.pid").exists()
        with embedded.running(folder) as url, pool.connect(url) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchall() == [(42,)]
