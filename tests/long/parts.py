"""A broker and an ingest process of their own, and what the second tells of itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from runtime.broker import BrokerAddress
from tests.ports import free_row

ROOT = Path(__file__).parents[2]
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
DEADLINE_S = 300.0
"""No machine is so busy that it takes longer."""
INGEST_PORT = 2
"""ingest-1 has the third of the ports for metrics."""
_GAUGE = re.compile(r'^(hearthwatch_ingest_\w+)\{worker="ingest-1"\} (\S+)$', re.MULTILINE)


def wait_until(condition: Callable[[], bool], within_s: float = DEADLINE_S) -> None:
    deadline = time.monotonic() + within_s
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline
        pause.wait(0.05)


@contextmanager
def broker(folder: Path) -> Iterator[BrokerAddress]:
    """A Mosquitto with the bounds of deploy/mosquitto."""
    assert MOSQUITTO is not None
    shipped = (ROOT / "deploy" / "mosquitto" / "mosquitto.conf").read_text().splitlines()
    bounds = [line for line in shipped if line.startswith("max_")]
    port = free_row(1)
    configuration = folder / "mosquitto.conf"
    lines = [f"listener {port} 127.0.0.1", "allow_anonymous true", *bounds, ""]
    configuration.write_text("\n".join(lines))
    address = BrokerAddress.parse(f"mqtt://127.0.0.1:{port}")
    with _running([MOSQUITTO, "-c", str(configuration)], folder / "mosquitto.log", {}):
        wait_until(lambda: "running" in (folder / "mosquitto.log").read_text())
        yield address


@dataclass(frozen=True)
class Ingest:
    """An ingest process, seen from outside."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def wait_until_it_takes_messages(self) -> None:
        """Wait until it has subscribed; tell its last words if it ended instead."""

        def takes() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            return self.readiness() in {"ready", "degraded"}

        wait_until(takes)

    def gauges(self) -> dict[str, float]:
        """What it shows of ingest-1; nothing while it starts."""
        told = self._ask("metrics")
        return {name: float(value) for name, value in _GAUGE.findall(told.text)} if told else {}

    def readiness(self) -> str:
        """What it says: ready, degraded or dead; `none` while it says nothing."""
        told = self._ask("readyz")
        if told is None or told.status_code == httpx.codes.NOT_FOUND:
            return "none"
        return str(told.json()["status"])

    def _ask(self, page: str) -> httpx.Response | None:
        address = f"http://127.0.0.1:{self.port}/{page}"
        try:
            return httpx.get(address, trust_env=False, timeout=DEADLINE_S)
        except httpx.TransportError:
            return None


@contextmanager
def ingest(folder: Path, url: str, address: BrokerAddress, spool_mb: float) -> Iterator[Ingest]:
    """`hearthwatch ingest` until the end."""
    first = free_row(INGEST_PORT + 1)
    own = {
        "HEARTHWATCH_HOME": str(folder / "home"),
        "HEARTHWATCH_DATABASE_URL": url,
        "HEARTHWATCH_MQTT_URL": f"mqtt://127.0.0.1:{address.port}",
        "HEARTHWATCH_METRICS_PORT": str(first),
        "HEARTHWATCH_SPOOL_MB": str(spool_mb),
        "HEARTHWATCH_IDLE_AFTER_S": "0",
    }
    log = folder / "ingest.log"
    with _running([sys.executable, "-m", "cli", "ingest"], log, own) as process:
        yield Ingest(first + INGEST_PORT, process, log)


@contextmanager
def _running(
    command: list[str], log: Path, own: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    kept = {name: each for name, each in os.environ.items() if "HEARTHWATCH_" not in name}
    with ExitStack() as stack:
        file = stack.enter_context(log.open("wb"))
        process = subprocess.Popen(command, cwd=ROOT, env={**kept, **own}, stdout=file, stderr=file)
        stack.callback(process.wait, DEADLINE_S)
        stack.callback(process.terminate)
        yield process
