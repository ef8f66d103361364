"""One tool that a user would otherwise pick: how it is found, set up and started."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from psycopg import conninfo

from benchmarks import program as programs
from benchmarks.fleet import Frames

LAST_WORDS = 600


@dataclass(frozen=True)
class Place:
    """Where a tool works: a folder of its own, the broker's port and the database."""

    folder: Path
    port: int
    url: str

    def database(self) -> dict[str, str]:
        """Host (or folder of its socket), port, user, password and name of the database."""
        known = conninfo.conninfo_to_dict(self.url)
        return {
            "host": str(known.get("host") or "127.0.0.1"),
            "port": str(known.get("port") or 5432),
            "user": str(known.get("user") or "postgres"),
            "password": str(known.get("password") or ""),
            "dbname": str(known["dbname"]),
        }

    def address(self) -> str:
        """The database's URL with a host in it, also where that is the folder of a socket."""
        at = self.database()
        user = f"{quote(at['user'], safe='')}:{quote(at['password'], safe='')}"
        if not at["host"].startswith("/"):
            return f"postgresql://{user}@{at['host']}:{at['port']}/{at['dbname']}"
        folder = quote(at["host"], safe="")
        return f"postgresql://{user}@localhost:{at['port']}/{at['dbname']}?host={folder}"


@dataclass(frozen=True)
class Peer:
    """A tool, as it is set up here."""

    name: str
    acknowledges: str
    """When it tells the broker that a message arrived."""
    install: str
    """How to install it where it is looked for."""
    find: Callable[[Path | None], Path | None]
    """Its program, from a folder of tools or the machine's own."""
    command: Callable[[Path, Place], list[str]]
    """Writes its configuration; says how to start it."""
    frames: Callable[[int, int], Frames]
    """What it can read, for so many devices and of at least so many bytes."""
    backlog: int = 20_000
    """Messages on the way at which it is fastest: a longer queue costs the broker more."""


@contextmanager
def started(peer: Peer, program: Path, place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """Run it in its folder, which is made for it; end it after."""
    place.folder.mkdir(parents=True)
    command = peer.command(program, place)
    with programs.running(command, _log(place), folder=place.folder) as process:
        yield process


def last_words(place: Place) -> str:
    """The end of what it printed."""
    return programs.last_words(_log(place), LAST_WORDS)


def _log(place: Place) -> Path:
    return place.folder / "printed.log"
