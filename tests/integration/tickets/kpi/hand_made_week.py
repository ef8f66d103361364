"""A hand-made week of a desk, on which every figure is worked out by hand.

The week is that of 1 June 2026 in Shanghai: from Sunday 16:00 UTC until Sunday 16:00 UTC. All
times below are UTC, as day of June and hour; the tickets are

     1  fridge: poor_cooling, a forecast of the 1st 08: answered 1st 10, code 3rd 08, one visit,
        resolved 4th 08
     2  washer: drain, an alert of the 2nd 00: answered 2nd 12, too late; two visits,
        resolved 5th 00
     3  purifier: water_quality, a call of the 3rd 00: answered 3rd 01, resolved 3rd 04, no visit
     4  fridge: door, an alert of the 4th 00: cancelled 4th 06 without a verdict
     5  purifier: pump, an alert of 30 May 00: code 12 hours later, one visit, resolved 1st 00, too
        late
     6  purifier: pump, an alert of the 6th 12: the customer had called at 11; nobody could be sent
     7  washer: unbalanced, by the staff, 5th 00: answered 5th 03
     8  fridge: freezer, an alert of the 1st 09: merged into 1
     9  fridge: noise, an alert of the 7th 16, the moment at which the week is over
    10  washer: leak, a call of 31 May 16, the moment at which it begins: never answered
    11  fridge: ice, an alert of 29 May 00: resolved 31 May 00, its verdict came on the 2nd 00
    12  washer: spin, an alert of 28 May 00: one visit, resolved 31 May 18; opened again on the 3rd,
        another visit, resolved 7th 00
    13  fridge: seal, by the staff, 27 May 00: resolved 2nd 00, opened again on the 3rd

After more than thirty days, on 5 July, 1 opens again and has another visit.

In April 14 and 15 were opened for the heater, and 14 got a poor rating.

The fridge and the purifier are of household 1 (north, gold), the washer of household 2, the heater
of 3 and a dishwasher that never had anything of 4 (all south, standard).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from storage.pool import Connection

BEGIN = datetime(2026, 5, 31, 16, tzinfo=UTC)
END = BEGIN + timedelta(days=7)
FRIDGE, PURIFIER, WASHER, HEATER, DISHWASHER = 1, 2, 3, 4, 5


def june(day: int, hour: int = 0) -> datetime:
    """A day of June; 0 and less are the last days of May."""
    return datetime(2026, 6, 1, hour, tzinfo=UTC) + timedelta(days=day - 1)


def put(connection: Connection, table: str, names: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows with the ids that the test gives them."""
    places = ", ".join(["%s"] * len(names.split(",")))
    statement = (
        f"INSERT INTO hearthwatch.{table} ({names}) OVERRIDING SYSTEM VALUE VALUES ({places})"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement.encode(), rows)


def _people(connection: Connection) -> None:
    long_ago = june(-200)
    put(
        connection,
        "households",
        "id, external_id, region, tier, created_at",
        [
            (1, "H-1", "north", "gold", long_ago),
            (2, "H-2", "south", "standard", long_ago),
            (3, "H-3", "south", "standard", long_ago),
            (4, "H-4", "south", "standard", long_ago),
        ],
    )
    put(
        connection,
        "contacts",
        "id, household_id, external_id",
        [(1, 1, "C-1"), (2, 2, "C-2")],
    )
    put(
        connection,
        "appliances",
        "id, serial, type, model, region, registered_at",
        [
            (FRIDGE, "RF", "refrigerator", "Frost 350", "north", long_ago),
            (PURIFIER, "WP", "water_purifier", "", "north", long_ago),
            (WASHER, "WM", "washing_machine", "Spin 8", "south", long_ago),
            (HEATER, "WH", "water_heater", "Boil 80", "south", long_ago),
            (DISHWASHER, "DW", "dishwasher", "", "south", long_ago),
        ],
    )
    owners = ((FRIDGE, 1), (PURIFIER, 1), (WASHER, 2), (HEATER, 3), (DISHWASHER, 4))
    put(
        connection,
        "ownerships",
        "device_id, household_id, since",
        [(device, home, long_ago) for device, home in owners],
    )
    heard = ((FRIDGE, END), (PURIFIER, END - timedelta(days=10)), (WASHER, END), (HEATER, END))
    put(connection, "device_states", "device_id, last_reading_at", heard)


def _tickets(connection: Connection) -> None:
    rows = [
        (1, FRIDGE, 1, "poor_cooling", "forecast", "resolved", june(1, 8), None),
        (2, WASHER, 2, "drain", "alert", "resolved", june(2), None),
        (3, PURIFIER, 1, "water_quality", "customer", "closed", june(3), None),
        (4, FRIDGE, 1, "door", "alert", "cancelled", june(4), None),
        (5, PURIFIER, 1, "pump", "alert", "resolved", june(-1), None),
        (6, PURIFIER, 1, "pump", "alert", "new", june(6, 12), None),
        (7, WASHER, 2, "unbalanced", "staff", "scheduled", june(5), None),
        (8, FRIDGE, 1, "freezer", "alert", "cancelled", june(1, 9), 1),
        (9, FRIDGE, 1, "noise", "alert", "new", END, None),
        (10, WASHER, 2, "leak", "customer", "new", BEGIN, None),
        (11, FRIDGE, 1, "ice", "alert", "closed", june(-2), None),
        (12, WASHER, 2, "spin", "alert", "resolved", june(-3), None),
        (13, FRIDGE, 1, "seal", "staff", "reopened", june(-4), None),
        (14, HEATER, 3, "scale", "alert", "closed", june(-50), None),
        (15, HEATER, 3, "noise", "alert", "closed", june(-49), None),
    ]
    put(
        connection,
        "tickets",
        "id, device_id, household_id, problem, origin, state, opened_at, merged_into,"
        " severity, safety, changed_at",
        [(*row, "medium", False, row[6]) for row in rows],
    )
    changes = [
        (5, "resolved", june(1)),
        (1, "triaged", june(1, 10)),
        (8, "cancelled", june(1, 11)),
        (3, "resolved", june(3, 4)),
        (1, "resolved", june(4, 8)),
        (4, "cancelled", june(4, 6)),
        (2, "resolved", june(5)),
        (3, "closed", june(6)),
        (11, "resolved", june(0)),
        (12, "resolved", june(0, 18)),
        (13, "resolved", june(2)),
        (12, "reopened", june(3)),
        (13, "reopened", june(3)),
        (12, "resolved", june(7)),
        (1, "reopened", june(35)),
    ]
    put(connection, "ticket_changes", "ticket_id, state_after, at, actor", _by(changes, "dora"))


def _findings(connection: Connection) -> None:
    put(
        connection,
        "models",
        "id, type, family, version, trained_at, span_from, span_until, devices, facts, artefact",
        [
            (1, "refrigerator", "fault", 3, *[BEGIN] * 3, 9, Jsonb({}), b""),
            (2, "washing_machine", "residual", 1, *[BEGIN] * 3, 9, Jsonb({}), b""),
            (3, "washing_machine", "fault", 1, *[BEGIN] * 3, 9, Jsonb({}), b""),
        ],
    )
    seen = [
        (1, 1, FRIDGE, "poor_cooling", june(1, 8), {"kind": "forecast", "model_id": 1}),
        (2, 2, WASHER, "drain", june(2), {"kind": "anomaly", "model_id": 2}),
        (3, 5, PURIFIER, "pump", june(-1), {"kind": "anomaly"}),
        (4, 1, FRIDGE, "poor_cooling", june(3, 8), {"kind": "code", "code": "E1"}),
        (5, 5, PURIFIER, "pump", june(-1, 12), {"kind": "code", "code": "E3"}),
        (6, 1, FRIDGE, "poor_cooling", june(2, 8), {"kind": "forecast", "model_id": 1}),
        (7, 2, WASHER, "drain", june(2, 1), {"kind": "forecast", "model_id": 3}),
    ]
    put(
        connection,
        "alerts",
        "id, device_id, problem, severity, opened_at",
        [
            (id_, device, f"{problem}-{id_}", "medium", at)
            for id_, _, device, problem, at, _ in seen
        ],
    )
    put(
        connection,
        "alert_changes",
        "id, alert_id, at, change, signal, severity, evidence",
        [(each[0], each[0], each[4], "raised", "s", "medium", Jsonb(each[5])) for each in seen],
    )
    put(
        connection,
        "ticket_evidence",
        "ticket_id, alert_change_id",
        [(each[1], each[0]) for each in seen],
    )
    verdicts = [
        (1, june(3, 9), "could_not_reproduce", None, None),
        (1, june(4, 8), "confirmed", "poor_cooling", None),
        (2, june(5), "no_fault_found", None, None),
        (5, june(1), "confirmed", "pump", None),
        (11, june(2), "replaced", None, "ice_filter"),
    ]
    put(
        connection,
        "ticket_verdicts",
        "ticket_id, at, finding, mode, consumable, actor",
        _by(verdicts, "tom"),
    )


def _by(rows: Sequence[tuple[Any, ...]], actor: str) -> list[tuple[Any, ...]]:
    return [(*row, actor) for row in rows]


def store(connection: Connection) -> None:
    """Put the people, the tickets and what was found into the tables."""
    _people(connection)
    _tickets(connection)
    _findings(connection)
