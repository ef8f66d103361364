"""From the appliance to the dispatcher's page: a warm fridge reports, and a ticket says why."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from alerts.notices import notice
from api import app, token, user
from api import door as api_door
from customers.imports import importing, importing_appliances
from devices import watermark
from devices.catalogue.folder import Catalogue
from ingest import door as ingest_door
from runtime import clock
from runtime.broker import BrokerAddress
from runtime.settings import Settings
from runtime.stopping import Stop
from simulator.publisher import Publisher
from storage.pool import Pool
from tickets import watch
from tickets.watch import Watch

DEADLINE_S = 60.0
CUSTOMERS = """\
household_id,household_name,address,region,time_zone,tier,contact_id,contact_name,phone,email,\
language,consents
H-1,王家,海景路 1,Qingdao,Asia/Shanghai,gold,C-1,王芳,+86 138 12345678,wang@example.com,\
zh-CN,service;reminders
"""
APPLIANCES = """\
serial,type,model,firmware,installed_on,region,household_id
RF-1,refrigerator,RF500,2.1.0,2024-05-01,Qingdao,H-1
"""


@pytest.fixture
def settings(database_url: str, broker_url: str, tmp_path: Path) -> Settings:
    return Settings(
        database_url=database_url,
        mqtt_url=broker_url,
        home=tmp_path,
        secret_key="k" * 40,
        idle_after_s=0,
    )


@contextmanager
def _ingesting(settings: Settings, catalogue: Catalogue, pool: Pool) -> Iterator[None]:
    stop, worker = Stop(), f"main-job-{uuid.uuid4().hex}"
    asked_at = clock.WallClock().now()
    running = threading.Thread(target=ingest_door.run, args=(settings, catalogue, stop, worker))
    running.start()
    try:
        _wait_until(lambda: _workers(pool, asked_at) == [worker])
        yield
    finally:
        stop.set()
        running.join(DEADLINE_S)


def _wait_until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(DEADLINE_S / 0.05)):
        if condition():
            return
        pause.wait(0.05)
    pytest.fail("it did not come to pass in time")


def _workers(pool: Pool, since: datetime) -> list[str]:
    with pool.connection() as connection:
        return watermark.workers(connection, since)


def _received(pool: Pool) -> int:
    with pool.connection() as connection:
        return watermark.tally(connection).received


def _report(publisher: Publisher, until: datetime) -> int:
    """Six hours with the door ajar: food at 14 °C, a reading every five minutes."""
    messages = 0
    for minutes in range(360, 0, -5):
        at = until - timedelta(minutes=minutes)
        values = {"fridge_temp_c": 14.2, "ambient_temp_c": 24.0}
        reading = {"ts": int(at.timestamp() * 1000), "values": values}
        publisher.publish("appliances/RF-1/telemetry", msgspec.json.encode(reading))
        messages += 1
    return messages


def test_a_warm_fridge_becomes_a_ticket_on_the_dispatchers_page(
    settings: Settings, catalogue: Catalogue, database_pool: Pool
) -> None:
    now = clock.WallClock().now()
    with database_pool.connection() as connection:
        customers = importing.import_customers(
            connection, CUSTOMERS.encode().splitlines(keepends=True), now
        )
        appliances = importing_appliances.import_appliances(
            connection, catalogue, APPLIANCES.encode().splitlines(keepends=True), now
        )
        user.add(connection, "dora", "a long password", user.Role.DISPATCHER)
    assert (customers.refused, appliances.refused) == ([], [])

    address = BrokerAddress.parse(settings.mqtt_url)
    with (
        _ingesting(settings, catalogue, database_pool),
        Publisher(address, f"fridge-{uuid.uuid4().hex}") as publisher,
    ):
        published = _report(publisher, now)
        assert publisher.drain(DEADLINE_S)
        _wait_until(lambda: _received(database_pool) == published)

    wall = clock.WallClock()
    watching = Watch(database_pool, catalogue, wall, late_after=timedelta(days=1))
    while watch.step(watching):
        pass

    stop = Stop()
    served = app.create(settings, catalogue, database_pool, wall, stop)
    with api_door.serving(served, "127.0.0.1", 0, stop) as url:
        bearer = token.issue(settings, "dora", token.Purpose.API)
        headers = {"Authorization": f"Bearer {bearer}"}
        with httpx.Client(
            base_url=url, follow_redirects=True, trust_env=False, timeout=DEADLINE_S
        ) as browser:
            (listed,) = browser.get("/v1/tickets", headers=headers).json()["items"]
            entered = browser.get(token.enter_url(settings, url, "dora"))
            page = browser.get(f"/console/tickets/{listed['id']}")
    assert listed["state"] == "new"
    assert "RF-1" in entered.text
    assert "14.2 °C, above 11.0 °C" in page.text
    assert "王家" in page.text
    with database_pool.connection() as connection:
        (letter,) = notice.page(connection)
    assert letter.language == "zh-CN"
    assert "14.2" in letter.body
    assert letter.created_at >= now
