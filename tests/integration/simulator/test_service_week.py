"""What came of a simulated week is counted from the desk's own rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from customers import contact, household
from devices import appliance
from devices.appliance import Registration
from simulator import service_week
from storage.pool import Connection

MONDAY = datetime(2026, 6, 15, tzinfo=UTC)
DAY = timedelta(days=1)


def _ticket(connection: Connection, serial: str, origin: str, at: datetime) -> int:
    (device,) = appliance.register(connection, [Registration(serial, "refrigerator")], MONDAY)
    row = connection.execute(
        "INSERT INTO hearthwatch.tickets"
        " (device_id, problem, state, severity, safety, origin, opened_at, changed_at)"
        " VALUES (%s, 'poor_cooling', 'closed', 'low', false, %s, %s, %s) RETURNING id",
        (device.id, origin, at, at),
    ).fetchone()
    assert row is not None
    return int(str(row[0]))


def _judge(connection: Connection, ticket_id: int, finding: str, at: datetime) -> None:
    connection.execute(
        "INSERT INTO hearthwatch.ticket_verdicts (ticket_id, at, actor, finding)"
        " VALUES (%s, %s, 'tom', %s)",
        (ticket_id, at, finding),
    )


def _write(connection: Connection, key: str, language: str, state: str) -> None:
    home = household.upsert(connection, [household.Entry("H-1", "Lin")], MONDAY)["H-1"]
    person = contact.upsert(connection, [contact.Entry(home, "C-1", "Mei")], MONDAY, source="x")
    connection.execute(
        "INSERT INTO hearthwatch.notices"
        " (key, contact_id, purpose, channel, language, state, occasion, created_at)"
        " VALUES (%s, %s, 'reminders', '', %s, %s, 'consumable', %s)",
        (key, person["C-1"], language, state, MONDAY + DAY),
    )


def test_a_week_counts_what_lies_in_it(connection: Connection) -> None:
    first = _ticket(connection, "RF-1", "alert", MONDAY + DAY)
    _ticket(connection, "RF-2", "customer", MONDAY + DAY)
    before = _ticket(connection, "RF-3", "alert", MONDAY - DAY)
    _judge(connection, first, "could_not_reproduce", MONDAY + 2 * DAY)
    _judge(connection, first, "no_fault_found", MONDAY + 3 * DAY)
    _judge(connection, before, "no_fault_found", MONDAY + 8 * DAY)
    for key, language, state in (
        *(("a", "en", "sent"), ("b", "zh-CN", "sent"), ("c", "zh", "sent")),
        ("d", "en", "withheld"),
    ):
        _write(connection, key, language, state)
    week = service_week.count(connection, MONDAY, MONDAY + 7 * DAY)
    assert week.origins == {"alert": 1, "customer": 1}
    assert week.verdicts == {"no_fault_found": 1}
    assert week.notices == {"consumable en": 1, "consumable zh": 2}
    assert week.visits == {}
