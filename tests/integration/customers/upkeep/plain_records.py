"""Households, people and notes for tests about how personal data are kept in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from customers import contact, household
from devices import appliance
from devices.appliance import Registration
from storage.pool import Connection

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def add_homes(connection: Connection, names: list[str]) -> dict[str, int]:
    entries = [household.Entry(f"H-{place}", name) for place, name in enumerate(names)]
    ids = household.upsert(connection, entries, NOW)
    return {name: ids[f"H-{place}"] for place, name in enumerate(names)}


def add_person(connection: Connection, **told: str | None) -> int:
    home = household.upsert(connection, [household.Entry("H-1", "Lin")], NOW)["H-1"]
    entry = contact.Entry(home, "C-1", **{"name": "Lin Mei", **told})  # type: ignore[arg-type]
    return contact.upsert(connection, [entry], NOW, source="import")["C-1"]


def add_noted_ticket(base: Connection, home: int | None, note: str) -> int:
    """A ticket that a person and the house itself moved, and its verdict, all with a plain note."""
    (fridge,) = appliance.register(base, [Registration("RF-1", "refrigerator")], NOW)
    row = base.execute(
        "INSERT INTO hearthwatch.tickets (device_id, household_id, problem, state,"
        " severity, safety, opened_at, changed_at)"
        " VALUES (%s, %s, 'poor_cooling', 'closed', 'low', false, %s, %s) RETURNING id",
        (fridge.id, home, NOW - timedelta(days=60), NOW - timedelta(days=60)),
    ).fetchone()
    assert row is not None
    base.execute(
        "INSERT INTO hearthwatch.ticket_changes (ticket_id, at, actor, state_after, note)"
        " SELECT %s, %s, actor, 'closed', %s FROM unnest(ARRAY['dora', 'hearthwatch']) AS actor",
        (row[0], NOW, note),
    )
    base.execute(
        "INSERT INTO hearthwatch.ticket_verdicts (ticket_id, at, actor, finding, note)"
        " VALUES (%s, %s, 'tom', 'no_fault_found', %s)",
        (row[0], NOW, note),
    )
    return int(str(row[0]))
