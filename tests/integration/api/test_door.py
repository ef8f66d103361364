"""The server begins when asked, says where, and ends well."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import httpx
import pytest

from api import door
from devices.catalogue.folder import Catalogue
from runtime.errors import ConfigurationError
from runtime.settings import Settings
from runtime.stopping import Stop
from tests.ports import free_port

DEADLINE_S = 60.0


def test_the_door_serves_until_it_is_asked_to_stop(
    database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, database_url=database_url, port=free_port())
    stop = Stop()
    thread = threading.Thread(target=door.run, args=(settings, catalogue, stop))
    thread.start()
    transport = httpx.HTTPTransport(retries=8)
    address = f"http://127.0.0.1:{settings.port}"
    try:
        with httpx.Client(transport=transport, trust_env=False, timeout=DEADLINE_S) as client:
            assert client.get(f"{address}/readyz").status_code == 200
    finally:
        stop.set()
        thread.join(DEADLINE_S)
    assert not thread.is_alive()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/healthz", trust_env=False)


def test_a_taken_port_is_told_with_what_to_do(
    database_url: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = Settings(home=tmp_path, database_url=database_url, port=port)
        with pytest.raises(ConfigurationError, match="HEARTHWATCH_PORT"):
            door.run(settings, catalogue, Stop())
