from __future__ import annotations

import socket

import httpx
import pytest

from runtime import metrics
from runtime.errors import ConfigurationError
from runtime.settings import Settings
from tests.ports import free_port


def test_processes_of_one_machine_have_ports_of_their_own() -> None:
    settings = Settings(metrics_port=9100)
    names = ("watch", "work", "ingest-1", "ingest-2")
    assert [metrics.port(settings, name) for name in names] == [9100, 9101, 9102, 9103]


def test_without_a_port_nothing_listens() -> None:
    assert metrics.port(Settings(), "ingest-3") == 0
    metrics.expose(Settings(), "watch")()


def test_what_is_counted_can_be_read_until_the_end() -> None:
    settings = Settings(metrics_port=free_port())
    end = metrics.expose(settings, "watch")
    metrics.TICKETS_OPENED.labels("critical").inc()
    address = f"http://127.0.0.1:{settings.metrics_port}/metrics"
    told = httpx.get(address, trust_env=False, timeout=60).text
    end()
    assert 'hearthwatch_watch_tickets_opened_total{severity="critical"}' in told
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(metrics_port=taken.getsockname()[1])
        with pytest.raises(ConfigurationError, match="HEARTHWATCH_METRICS_PORT"):
            metrics.expose(settings, "watch")
