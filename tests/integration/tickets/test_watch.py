"""The watch: from stored readings to a ticket, one step at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from alerts.horizon import Horizon
from alerts.notices import notice
from customers import contact
from devices import appliance, rollup, telemetry, watermark
from devices.telemetry import Reading
from tests.integration.tickets.conftest import MINUTE, START, House
from tests.integration.tickets.happening import report, settle, tell
from tickets import backlog, ticket
from tickets.watch import Watch


def test_before_the_first_reading_there_is_nothing_to_do(watched: Watch) -> None:
    assert settle(watched) == 0


def test_a_warm_fridge_ends_in_a_ticket_and_a_letter(house: House, watched: Watch) -> None:
    report(house, fridge_temp_c=14.0)
    assert backlog.waiting(house.connection) == 1 + 6
    assert settle(watched) >= 1
    assert backlog.waiting(house.connection) == 0
    (opened,) = ticket.queue(house.connection)
    assert (opened.serial, opened.problem) == ("RF-1", "poor_cooling")
    assert opened.opened_at == START + timedelta(hours=4)
    (proof,) = ticket.proofs(house.connection, opened.id)
    assert (proof.signal, proof.evidence.observed) == ("alarm:fridge_temp_c:high", 14.0)
    (letter,) = notice.page(house.connection)
    assert (letter.serial, letter.created_at) == ("RF-1", watched.clock.now())
    assert house.ask("SELECT task_name FROM procrastinate_jobs ORDER BY 1") == [
        ("alerts.deliver_notice",),
        ("tickets.routing.dispatch.route",),
    ]


def test_a_healthy_fridge_ends_in_nothing(house: House, watched: Watch) -> None:
    report(house, fridge_temp_c=4.0)
    settle(watched)
    assert ticket.page(house.connection) == []
    assert backlog.waiting(house.connection) == 0


def test_a_step_is_not_taken_twice(house: House, watched: Watch) -> None:
    report(house, fridge_temp_c=14.0)
    settle(watched)
    assert settle(watched) == 0
    settle(replace(watched, estimated_at={}))
    (opened,) = ticket.page(house.connection)
    assert (opened.findings, opened.version) == (1, 1)
    assert len(notice.page(house.connection)) == 1


def test_a_fault_code_opens_a_ticket(house: House, watched: Watch) -> None:
    tell(house, "E4", "raised", 0)
    assert backlog.waiting(house.connection) == 1
    settle(watched)
    (opened,) = ticket.queue(house.connection)
    assert (opened.problem, opened.severity) == ("weak_airflow", "high")
    tell(house, "E4", "cleared", 5)
    settle(watched)
    assert [each.change for each in ticket.proofs(house.connection, opened.id)] == [
        "raised",
        "cleared",
    ]


def test_a_silent_fridge_opens_a_ticket_once_ingest_has_come_so_far(
    house: House, watched: Watch
) -> None:
    report(house, fridge_temp_c=4.0, hours=1)
    settle(watched)
    assert ticket.page(house.connection) == []
    watermark.advance(house.connection, "w", START + timedelta(hours=14))
    house.connection.commit()
    settle(watched)
    assert [each.problem for each in ticket.queue(house.connection)] == ["offline"]


def test_a_filter_near_its_end_is_a_reminder_and_no_ticket(house: House, watched: Watch) -> None:
    description = house.catalogue["refrigerator"]
    times = [START - timedelta(days=20) + n * timedelta(hours=6) for n in range(80)]
    readings = [
        Reading(house.fridge, at, {"water_filter_left_pct": 43.0 - n / 2, "fridge_temp_c": 4.0})
        for n, at in enumerate(times)
    ]
    telemetry.store(house.connection, description, readings)
    rollup.refresh(house.connection, description, START)
    watermark.advance(house.connection, "w", START)
    house.connection.commit()
    settle(watched)
    settle(replace(watched, estimated_at={}))
    (reminder,) = notice.page(house.connection)
    assert (reminder.purpose, reminder.state) == ("reminders", "queued")
    assert ticket.page(house.connection) == []


def test_a_contact_without_a_language_that_we_write_gets_english(
    house: House, watched: Watch
) -> None:
    house.live("fi", "service")
    house.connection.commit()
    report(house, fridge_temp_c=14.0)
    settle(watched)
    (letter,) = notice.page(house.connection)
    assert letter.body.startswith("Hello Li Ming")
    assert contact.consents(house.connection, letter.contact_id) == {"service"}


def test_appliances_that_the_catalogue_no_longer_has_stop_nobody(
    house: House, watched: Watch
) -> None:
    report(house, fridge_temp_c=14.0)
    tell(house, "E4", "raised", 360)
    watched.catalogue = {"water_purifier": house.catalogue["water_purifier"]}
    settle(watched)
    assert ticket.page(house.connection) == []
    assert backlog.waiting(house.connection) > 0
    assert backlog.waiting(house.connection, watched.catalogue) == 0


def test_a_signal_that_left_the_catalogue_stops_nobody(house: House, watched: Watch) -> None:
    report(house, fridge_temp_c=14.0)
    tell(house, "E4", "raised", 360)
    settle(watched)
    fridge = house.catalogue["refrigerator"]
    plain = fridge.metrics["fridge_temp_c"].model_copy(
        update={"alarm": None, "anomaly": None, "problem": None}
    )
    problems = {n: p for n, p in fridge.problems.items() if n != "poor_cooling"}
    changed = fridge.model_copy(
        update={
            "metrics": {"fridge_temp_c": plain},
            "problems": problems,
            "fault_codes": {},
            "consumables": {},
        }
    )
    watched.catalogue = {"refrigerator": changed}
    tell(house, "E4", "cleared", 365)
    report(house, fridge_temp_c=4.0, hours=8, first_hour=7)
    settle(watched)
    assert {each.problem for each in ticket.queue(house.connection)} == {
        "poor_cooling",
        "weak_airflow",
    }


def test_a_retired_fridge_gets_no_ticket(house: House, watched: Watch) -> None:
    report(house, fridge_temp_c=14.0)
    tell(house, "E4", "raised", 360)
    appliance.retire_all_but(house.connection, ["WP-1"], START)
    house.connection.commit()
    settle(watched)
    assert ticket.page(house.connection) == []


def test_nothing_later_than_the_watermark_is_rolled_up(house: House, watched: Watch) -> None:
    report(house, fridge_temp_c=4.0, hours=2)
    assert Horizon(START, watched.late_after).oldest == START - watched.late_after
    settle(watched)
    description = house.catalogue["refrigerator"]
    assert rollup.complete_until(house.connection, description, START) == START + 120 * MINUTE
