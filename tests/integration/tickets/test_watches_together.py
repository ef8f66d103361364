"""Several watches at once, and ingest beside them, do not get in each other's way."""

from __future__ import annotations

import threading
from dataclasses import replace

from psycopg.errors import DeadlockDetected

from devices import appliance, fault_event, presence, telemetry, watermark
from devices.appliance import Registration
from devices.fault_event import Event
from devices.presence import Presence
from devices.telemetry import Reading
from storage import lock, pool
from tests.blocked import until_blocked
from tests.integration.tickets.conftest import MINUTE, START, House
from tests.integration.tickets.happening import report, settle, tell
from tickets import backlog, ticket, watch
from tickets.watch import Watch


def test_two_watches_at_once_find_everything_once(
    house: House, watched: Watch, database_url: str
) -> None:
    told = [Registration(f"RF-{n}", "refrigerator") for n in range(10, 30)]
    ids = [one.id for one in appliance.register(house.connection, told, START)]
    times = [START + n * 30 * MINUTE for n in range(13)]
    telemetry.store(
        house.connection,
        house.catalogue["refrigerator"],
        [Reading(device, at, {"fridge_temp_c": 14.0}) for device in ids for at in times],
    )
    for device in ids:
        fault_event.store(
            house.connection,
            [Event(device, START + 90 * MINUTE, code, "raised") for code in ("E1", "E4", "E7")],
        )
    watermark.advance(house.connection, "w", times[-1])
    house.connection.commit()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with pool.open_pool(database_url) as own:
                settle(replace(watched, pool=own, estimated_at={}))
        except BaseException as error:  # noqa: BLE001 - shown by the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failed == []
    settle(watched)
    found = [(each.device_id, each.problem) for each in ticket.page(house.connection, limit=500)]
    problems = ("poor_cooling", "weak_airflow", "control_failure")
    assert sorted(found) == sorted((device, problem) for device in ids for problem in problems)
    proofs = house.ask("SELECT count(*) FROM hearthwatch.ticket_evidence")
    assert proofs == [(20 * 4,)]


def test_a_type_that_another_watch_has_in_hand_is_left_to_it(
    house: House, watched: Watch, database_url: str
) -> None:
    report(house, fridge_temp_c=14.0)
    tell(house, "E4", "raised", 360)
    with pool.connect(database_url) as other:
        assert lock.try_acquire(other, "watch:refrigerator")
        assert lock.try_acquire(other, "watch:codes")
        settle(watched)
        assert ticket.page(house.connection) == []
        assert backlog.waiting(house.connection) == 2
        house.connection.rollback()
    settle(watched)
    assert len(ticket.page(house.connection)) == 2


def test_a_step_that_ingest_blocks_crosswise_is_repeated(
    house: House, watched: Watch, database_url: str
) -> None:
    """Ingest holds the purifier's state and waits for the fridge's; the watch the other way."""
    second = appliance.register(house.connection, [Registration("RF-9", "refrigerator")], START)[
        0
    ].id
    description = house.catalogue["refrigerator"]
    for device in (house.fridge, second):
        telemetry.store(house.connection, description, [Reading(device, START, {})])
    watermark.advance(house.connection, "w", START)
    house.connection.commit()
    reports = [Presence(house.fridge, START, "online")]
    steps: list[bool] = []
    with pool.connect(database_url) as ingest:
        later = Reading(second, START + MINUTE, {"fridge_temp_c": 4.0})
        telemetry.store(ingest, description, [later])
        thread = threading.Thread(target=lambda: steps.append(watch.step(watched)))
        thread.start()
        until_blocked(house.connection)
        try:
            presence.store(ingest, reports)
        except DeadlockDetected:  # ingest may be the one that gives way: it stores its batch again
            ingest.rollback()
            telemetry.store(ingest, description, [later])
            presence.store(ingest, reports)
        ingest.commit()
        thread.join(60)
    assert len(steps) == 1
    settle(watched)
    assert backlog.waiting(house.connection) == 0
