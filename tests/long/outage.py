"""Ways in which a database is away, for real, and how each comes to an end."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage import embedded, pool
from storage.pool import Connection

TABLE = "telemetry.refrigerator"
DISK_BYTES = 1024**3
LEFT_BYTES = 256 * 1024
SLOW_ROW_S = 0.002
"""At most 500 rows a second."""
MODES = ("stopped", "locked", "slow", "disk-full", "start")
"""The last is `stopped` before ingest starts."""


class CannotError(Exception):
    """This machine does not let us do it."""


@contextmanager
def prepared(mode: str, folder: Path, url: str) -> Iterator[None]:
    """What has to be there before anything runs."""
    match mode:
        case "slow":
            with pool.connect(url, autocommit=True) as connection:
                _make_slow(connection, 0.0)
                connection.execute(
                    f"CREATE TRIGGER slowness BEFORE INSERT ON {TABLE}"
                    " FOR EACH ROW EXECUTE FUNCTION public.slowness()".encode()
                )
            yield
        case "disk-full":
            with small_disk(folder / "disk", DISK_BYTES), _on_the_small_disk(folder, url):
                yield
        case _:
            yield


@contextmanager
def away(mode: str, folder: Path, url: str) -> Iterator[None]:
    """The database is away inside."""
    match mode:
        case "stopped" | "start":
            server = embedded._server(folder / "postgres")
            server.stop()
            yield
            server.ensure_postgres_running()
        case "locked":
            with pool.connect(url) as connection:
                connection.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE".encode())
                yield
        case "slow":
            with pool.connect(url, autocommit=True) as connection:
                _make_slow(connection, SLOW_ROW_S)
                yield
                _make_slow(connection, 0.0)
        case _:
            ballast = folder / "disk" / "ballast"
            free = shutil.disk_usage(ballast.parent).free
            with ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, free - LEFT_BYTES)
            yield
            ballast.unlink()


@contextmanager
def _on_the_small_disk(folder: Path, url: str) -> Iterator[None]:
    """The table there, and gone before the disk is."""
    held = folder / "disk" / "held"
    held.mkdir(mode=0o700)
    owner = (folder / "postgres").stat()
    os.chown(held, owner.st_uid, owner.st_gid)
    with pool.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{held}'".encode())
        for kind, name in (("TABLE", TABLE), ("INDEX", f"{TABLE}_pkey")):
            connection.execute(f"ALTER {kind} {name} SET TABLESPACE small".encode())
    try:
        yield
    finally:
        with pool.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP TABLE {TABLE}".encode())
            connection.execute("DROP TABLESPACE small")


def _make_slow(connection: Connection, row_s: float) -> None:
    pause = f"PERFORM pg_sleep({row_s});" if row_s else ""
    connection.execute(
        "CREATE OR REPLACE FUNCTION public.slowness() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {pause} RETURN NEW; END $$".encode()
    )


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[None]:
    """A disk of its own under a new folder. Raises CannotError where we may not mount one."""
    folder.mkdir()
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size_bytes},mode=0755", "none", folder],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotError(f"cannot mount a small disk: {error}") from error
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
