"""The compose file's processes without Docker: the same commands, settings and broker file.

Only what a machine has of its own is substituted: hosts by loopback, ports by free ones, folders
of a container by folders of the test.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.ports import free_port, free_row

ROOT = Path(__file__).parents[3]
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
DEADLINE_S = 150.0
SECRETS = "/run/secrets"
CREDENTIALS = "/var/lib/hearthwatch/broker"


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline
        pause.wait(0.05)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass(frozen=True)
class Ports:
    """Where things listen: 8883, 1883, 8000 and from 9100 on in the containers."""

    tls: int
    plain: int
    serve: int
    metrics: int


class Stack:
    """One installation in a folder of its own, on an existing database."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.ports = Ports(free_port(), free_port(), free_port(), free_row(4))
        self.credentials = folder / "credentials"
        self.certificates = folder / "deploy" / "certificates"
        for each in (self.credentials, folder / "data"):
            each.mkdir()
        prepared = subprocess.run(
            [ROOT / "deploy" / "prepare", "localhost", folder], capture_output=True, check=True
        )
        assert b"authority.crt" in prepared.stdout
        self._services: Mapping[str, Any] = yaml.safe_load(
            (ROOT / "docker-compose.yml").read_text()
        )["services"]
        self.secrets = self._read_secrets(database_url)
        self.broker: subprocess.Popen[bytes] | None = None

    @property
    def authority(self) -> Path:
        return self.certificates / "authority.crt"

    def password(self, user: str) -> str:
        """The password of one of the platform's own users."""
        url = self.secrets[f"{user}_mqtt_url"]
        return url.partition(f"{user}:")[2].partition("@")[0]

    def run(self, service: str, *command: str) -> None:
        """Run a service that ends by itself, or another command with its settings."""
        arguments = list(command) or self._command(service)
        done = subprocess.run(
            self._process(arguments),
            env=self._environment(service),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    @contextmanager
    def running(self, service: str) -> Iterator[None]:
        """A service until the test is over."""
        arguments = self._process(self._command(service))
        with self._logged(service, arguments, self._environment(service)):
            yield

    @contextmanager
    def brokered(self) -> Iterator[None]:
        """Mosquitto by deploy/mosquitto."""
        configuration = self.folder / "mosquitto.conf"
        configuration.write_text(self._broker_configuration())
        start = ROOT / "deploy" / "mosquitto" / "start"
        with self._logged("broker", [str(start), str(configuration)], None) as broker:
            self.broker = broker
            wait_until(lambda: listens(self.ports.plain) and listens(self.ports.tls))
            yield

    def reload(self) -> None:
        """What `docker compose kill --signal HUP broker` does."""
        assert self.broker is not None
        self.broker.send_signal(signal.SIGHUP)

    def _broker_configuration(self) -> str:
        substitutes = {
            "/mosquitto/config/": f"{ROOT}/deploy/mosquitto/",
            "/mosquitto/credentials/": f"{self.credentials}/",
            "/mosquitto/certificates/": f"{self.certificates}/",
            "/mosquitto/data/": f"{self.folder}/data/",
            "listener 8883": f"listener {self.ports.tls} 127.0.0.1",
            "listener 1883": f"listener {self.ports.plain} 127.0.0.1",
        }
        text = (ROOT / "deploy" / "mosquitto" / "mosquitto.conf").read_text()
        for theirs, ours in substitutes.items():
            assert theirs in text
            text = text.replace(theirs, ours)
        # The files are this user's, not Mosquitto's own.
        return f"user {'root' if os.geteuid() == 0 else 'mosquitto'}\n{text}"

    def _read_secrets(self, database_url: str) -> dict[str, str]:
        lines = (self.folder / ".env").read_text().splitlines()
        made = {name.lower(): value for name, _, value in (line.partition("=") for line in lines)}
        here = {
            name: value.replace("@broker:1883", f"@127.0.0.1:{self.ports.plain}")
            for name, value in made.items()
        }
        return {**here, "hearthwatch_database_url": database_url}

    def _secrets_of(self, service: str) -> Path:
        """The folder that a container of this service sees as /run/secrets."""
        folder = self.folder / "secrets" / service
        folder.mkdir(parents=True, exist_ok=True)
        for each in self._services[service]["secrets"]:
            wanted = {"source": each, "target": each} if isinstance(each, str) else each
            (folder / wanted["target"]).write_text(self.secrets[wanted["source"]])
        return folder

    def _environment(self, service: str) -> dict[str, str]:
        own = {name: str(each) for name, each in self._services[service]["environment"].items()}
        assert own["HEARTHWATCH_SECRETS"] == SECRETS
        kept = {key: each for key, each in os.environ.items() if "HEARTHWATCH_" not in key}
        return {
            **kept,
            **own,
            "HEARTHWATCH_SECRETS": str(self._secrets_of(service)),
            "HEARTHWATCH_HOME": str(self.folder / "home"),
            "HEARTHWATCH_HOST": "127.0.0.1",
            "HEARTHWATCH_PORT": str(self.ports.serve),
            "HEARTHWATCH_METRICS_PORT": str(self.ports.metrics),
        }

    def _command(self, service: str) -> list[str]:
        secrets = str(self._secrets_of(service))
        return [
            each.replace(SECRETS, secrets).replace(CREDENTIALS, str(self.credentials))
            for each in self._services[service]["command"]
        ]

    @staticmethod
    def _process(arguments: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "cli", *arguments]

    @contextmanager
    def _logged(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str] | None
    ) -> Iterator[subprocess.Popen[bytes]]:
        with ExitStack() as stack:
            log = stack.enter_context((self.folder / f"{name}.log").open("wb"))
            process = subprocess.Popen(arguments, env=environment, stdout=log, stderr=log)
            stack.callback(process.wait, DEADLINE_S)
            stack.callback(process.terminate)
            yield process
