"""The console in a real browser: pages run under their content policy and charts are drawn."""

from __future__ import annotations

import queue
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from alerts import alert
from alerts.horizon import Horizon
from alerts.judges import alarm
from api import app, door, token, user
from devices import appliance, telemetry
from devices.appliance import Registration
from devices.catalogue.folder import Catalogue
from devices.telemetry import Reading
from runtime.clock import SetClock
from runtime.settings import Settings
from runtime.stopping import Stop
from storage.pool import Connection, Pool
from tickets import opening

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DEADLINE_S = 60.0
CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
)
pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]


class Requests:
    """ASGI middleware that tells which paths were asked for."""

    def __init__(self, served: ASGIApp, seen: queue.SimpleQueue[str]) -> None:
        self._served = served
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._seen.put(scope["path"])
        await self._served(scope, receive, send)


@dataclass(frozen=True)
class Site:
    """A running console."""

    link: str
    """Signs a dispatcher in."""
    seen: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)

    def await_request(self, path: str) -> None:
        """Return as soon as `path` is asked for; queue.Empty if the browser falls silent."""
        while self.seen.get(timeout=DEADLINE_S) != path:
            pass


@pytest.fixture
def site(database_pool: Pool, catalogue: Catalogue, tmp_path: Path) -> Iterator[Site]:
    with database_pool.connection() as connection:
        user.add(connection, "dora", "a long password", user.Role.DISPATCHER)
        _warm_a_freezer(connection, catalogue, "RF-1")
    settings = Settings(home=tmp_path, secret_key="k" * 40)
    stop = Stop()
    made = app.create(settings, catalogue, database_pool, SetClock(NOW), stop)
    seen: queue.SimpleQueue[str] = queue.SimpleQueue()
    made.add_middleware(Requests, seen=seen)
    with door.serving(made, "127.0.0.1", 0, stop) as address:
        yield Site(token.enter_url(settings, address, "dora"), seen)


def _warm_a_freezer(connection: Connection, catalogue: Catalogue, serial: str) -> None:
    """Readings that raise an alarm, and the ticket that follows."""
    description = catalogue["refrigerator"]
    (fridge,) = appliance.register(connection, [Registration(serial, "refrigerator")], NOW)
    warm = [
        Reading(fridge.id, NOW - timedelta(minutes=10 * n), {"freezer_temp_c": -5.0})
        for n in range(60)
    ]
    telemetry.store(connection, description, warm)
    findings = alarm.judge(connection, description, Horizon(NOW, timedelta(days=1)))
    opening.follow(connection, catalogue, alert.record(connection, findings))


def _visit(address: str, folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(CHROMIUM), *FLAGS, f"--user-data-dir={folder}", *flags, address],
        capture_output=True,
        text=True,
        timeout=4 * DEADLINE_S,
        check=True,
    )


def test_the_ticket_page_draws_its_evidence(site: Site, tmp_path: Path) -> None:
    page = _visit(
        f"{site.link}&next=/console/tickets/1",
        tmp_path / "profile",
        "--virtual-time-budget=5000",
        "--dump-dom",
    )
    assert "Freezer temperature is -5.00 °C" in page.stdout
    # BokehJS puts its figure into the place that the server left for it.
    assert "bk-Figure" in page.stdout
    for complaint in ("Uncaught", "Refused to", "violates the following"):
        assert complaint not in page.stderr


def test_the_budget_page_draws_what_it_trades(site: Site, tmp_path: Path) -> None:
    page = _visit(
        f"{site.link}&next=/console/budget",
        tmp_path / "profile",
        "--virtual-time-budget=5000",
        "--dump-dom",
    )
    assert "Nothing is held back here" in page.stdout
    assert page.stdout.count("bk-Figure") >= 3
    for complaint in ("Uncaught", "Refused to", "violates the following"):
        assert complaint not in page.stderr


def test_an_open_queue_loads_again_when_a_ticket_opens(
    site: Site, database_pool: Pool, catalogue: Catalogue, tmp_path: Path
) -> None:
    with _left_open(site.link, tmp_path / "profile"):
        site.await_request("/console/queue/events")
        with database_pool.connection() as connection:
            _warm_a_freezer(connection, catalogue, "RF-2")
        site.await_request("/console/queue")


@contextmanager
def _left_open(address: str, folder: Path) -> Iterator[None]:
    """A browser that stays on the page until the end of the block."""
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={folder}", "--remote-debugging-port=0"]
    browser = subprocess.Popen([*command, address], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        browser.terminate()
        browser.wait(DEADLINE_S)
