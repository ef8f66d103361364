"""A Mosquitto of its own for a measurement, set up as deploy/mosquitto would have it."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load import wait_readable
from runtime.errors import ConfigurationError

CONFIGURATION = """listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval 60
max_inflight_messages 65535
max_queued_messages 65535
set_tcp_nodelay true
"""
END_S = 20.0


@contextmanager
def running(folder: Path) -> Iterator[tuple[int, int]]:
    """Run one with its state in `folder`; yield its port and its process id."""
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        raise ConfigurationError("Mosquitto is not installed", hint="apt-get install mosquitto")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    configuration = folder / "mosquitto.conf"
    configuration.write_text(CONFIGURATION.format(port=port, folder=folder))
    with (folder / "mosquitto.log").open("wb") as log:
        process = subprocess.Popen([program, "-c", configuration], stdout=log, stderr=log)
    try:
        wait_readable(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(END_S)
