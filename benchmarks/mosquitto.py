"""A Mosquitto of its own for a measurement, set up as deploy/mosquitto would have it."""

from __future__ import annotations

import getpass
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import ConfigurationError, HearthwatchError
from runtime.stopping import Stop

CONFIGURATION = """user {user}
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval 60
max_inflight_messages 65535
max_queued_messages 65535
set_tcp_nodelay true
log_type error
log_type warning
log_type information
log_type subscribe
"""
LISTENS = " running"
"""What it logs when it is ready; a port in use ends it before."""
FIRST_PORT, PORTS = 20_000, 12_000
TRIES = 5
START_S = 120.0
END_S = 60.0
LOOK_S = 0.05


class BenchError(HearthwatchError):
    """The measurement could not be made."""

    title = "No figure"


@dataclass(frozen=True)
class Broker:
    """One that runs: where it listens, its process and where it logs."""

    port: int
    pid: int
    log: Path

    def subscriptions(self) -> int:
        """How many times a client has subscribed so far."""
        # A line says when, which client, what QoS and, last, which filter.
        lines = self.log.read_text(errors="replace").splitlines()
        return sum(line.rstrip().endswith(("/telemetry", "/#")) for line in lines)

    def wait_for_subscriptions(self, least: int, alive: Callable[[], bool] = lambda: True) -> None:
        """Wait until clients have subscribed so many times, for as long as they are alive."""
        deadline = time.monotonic() + START_S
        while self.subscriptions() < least:
            if time.monotonic() > deadline or not alive():
                raise BenchError("nobody subscribes at the broker")
            Stop().wait(LOOK_S)


@contextmanager
def running(folder: Path) -> Iterator[Broker]:
    """Run one with its state in `folder`, which is made for it: it knows nobody."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        raise ConfigurationError("Mosquitto is not installed", hint="apt-get install mosquitto")
    folder.mkdir(parents=True)
    process, broker = _start(program, folder)
    try:
        yield broker
    finally:
        process.terminate()
        process.wait(END_S)


def _start(program: str, folder: Path) -> tuple[subprocess.Popen[bytes], Broker]:
    configuration, log = folder / "mosquitto.conf", folder / "mosquitto.log"
    for _ in range(TRIES):
        # Outgoing connections leave from higher ports: a free one could be gone when it listens.
        port = FIRST_PORT + secrets.randbelow(PORTS)
        configuration.write_text(
            # Started by root it would else become a user who may not write into the folder.
            CONFIGURATION.format(user=getpass.getuser(), port=port, folder=folder)
        )
        with log.open("wb") as output:
            process = subprocess.Popen([program, "-c", configuration], stdout=output, stderr=output)
        deadline = time.monotonic() + START_S
        while process.poll() is None and time.monotonic() < deadline:
            if LISTENS in log.read_text(errors="replace"):
                return process, Broker(port, process.pid, log)
            Stop().wait(LOOK_S)
        process.kill()
        process.wait()
    raise BenchError(f"Mosquitto does not start: {log.read_text(errors='replace')}")
