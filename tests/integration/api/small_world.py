"""A small world behind the API: three homes, four appliances, two of them in trouble."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

from alerts import alert, signal
from alerts.alert import Finding
from alerts.evidence import Evidence
from alerts.horizon import Horizon
from alerts.judges import alarm, anomaly, code
from alerts.rule import Standing
from alerts.signal import Key
from api import user
from api.user import Role
from customers import contact, household, ownership
from devices import appliance, fault_event, presence, rollup, telemetry, watermark
from devices.appliance import Registration
from devices.catalogue.appliance_type import Severity
from devices.catalogue.folder import Catalogue
from devices.dead_letter import Refusal
from devices.dead_letter import store as put_aside
from devices.fault_event import Event
from devices.presence import Presence
from devices.telemetry import Reading
from storage.pool import Connection
from tickets import opening
from tickets.writing import correspondence

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"  # noqa: S105 - of users that live for a test
STEP = timedelta(minutes=30)
USERS = {
    "vera": (Role.VIEWER, None),
    "tom": (Role.TECHNICIAN, None),
    "dora": (Role.DISPATCHER, None),
    "paul": (Role.DISPATCHER, "south"),
    "ada": (Role.ADMIN, None),
}


def seed(connection: Connection, catalogue: Catalogue) -> None:
    """Real rows through the packages' own functions."""
    for name, (role, region) in USERS.items():
        user.add(connection, name, PASSWORD, role, region)
    ids = _register(connection)
    _give_to_households(connection, ids)
    _report(connection, catalogue, ids)
    _judge(connection, catalogue, ids)
    put_aside(
        connection,
        [
            Refusal("appliances/RF-NORTH/telemetry", b"{oops", "not_json", "line 1"),
            Refusal("appliances/NOBODY/telemetry", b"{}", "unknown_device", "NOBODY"),
        ],
    )


def _register(connection: Connection) -> dict[str, int]:
    made = appliance.register(
        connection,
        [
            Registration("RF-NORTH", "refrigerator", "Frost 350", "2.1", date(2023, 3, 1), "north"),
            Registration("WM-SOUTH", "washing_machine", "Spin 8", "1.4", None, "south"),
            Registration("WH-NORTH", "water_heater", "Boil 80", "1.0", None, "north"),
            Registration("DW-SOUTH", "dishwasher", "", "", None, "south"),
        ],
        NOW - timedelta(days=90),
    )
    return {each.serial: each.id for each in made}


def _give_to_households(connection: Connection, ids: dict[str, int]) -> None:
    at = NOW - timedelta(days=90)
    homes = household.upsert(
        connection,
        [
            household.Entry(
                "H-1", "Lin <family>", "8 Lotus Road", "north", "Asia/Shanghai", "gold"
            ),
            household.Entry("H-2", "Costa", "2 Rua Nova", "south", "Europe/Lisbon"),
            household.Entry("H-3", "Berg", "", "south"),
        ],
        at,
    )
    everything = frozenset(contact.PURPOSES)
    contact.upsert(
        connection,
        [
            contact.Entry(
                homes["H-1"], "C-1", "Lin Mei", "+86 10 5555", "lin@home.test", "zh", everything
            ),
            contact.Entry(
                homes["H-2"], "C-2", "Ana Costa", "+351 555", None, "en", frozenset({"service"})
            ),
        ],
        at,
        source="test",
    )
    owners = {
        ids["RF-NORTH"]: homes["H-1"],
        ids["WH-NORTH"]: homes["H-1"],
        ids["WM-SOUTH"]: homes["H-2"],
    }
    ownership.assign(connection, owners, at)


def _report(connection: Connection, catalogue: Catalogue, ids: dict[str, int]) -> None:
    steps = int(timedelta(days=8) / STEP)
    readings = [
        Reading(ids["RF-NORTH"], at, _fridge(at)) for at in (NOW - STEP * n for n in range(steps))
    ]
    telemetry.store(connection, catalogue["refrigerator"], readings)
    heater = Reading(ids["WH-NORTH"], NOW - STEP, {"tank_temp_c": 55.0, "outlet_temp_c": 56.0})
    telemetry.store(connection, catalogue["water_heater"], [heater])
    presence.store(connection, [Presence(ids["RF-NORTH"], NOW, "online")])
    fault_event.store(
        connection, [Event(ids["WM-SOUTH"], NOW - timedelta(hours=3), "E2", "raised")]
    )
    watermark.advance(connection, "ingest-1", NOW)
    for name in ("refrigerator", "water_heater"):
        rollup.refresh(connection, catalogue[name], NOW + timedelta(hours=1))


def _fridge(at: datetime) -> dict[str, float | int | bool | None]:
    """A freezer that grows warm in the last twelve hours."""
    warm = max((at - (NOW - timedelta(hours=12))) / timedelta(hours=1), 0.0)
    wave = math.sin(at.timestamp() / 3600)
    return {
        "fridge_temp_c": 4 + wave / 2,
        "freezer_temp_c": -18 + wave + 1.5 * warm,
        "ambient_temp_c": 22 + 3 * wave,
        "compressor_duty_pct": 45 + 5 * wave + 3 * warm,
        "door_open_pct": 1.0,
        "door_open": False,
        "defrosting": False,
        "energy_kwh": 1000 + (at - NOW) / timedelta(days=1),
    }


def _judge(connection: Connection, catalogue: Catalogue, ids: dict[str, int]) -> None:
    horizon = Horizon(NOW, timedelta(days=30))
    findings = code.judge(connection, catalogue, horizon)
    findings += alarm.judge(connection, catalogue["refrigerator"], horizon)
    findings.append(duty_finding(ids["RF-NORTH"]))
    key = Key(ids["RF-NORTH"], findings[-1].signal, findings[-1].problem)
    signal.keep(connection, {key: Standing(firing=True)})
    changes = alert.record(connection, findings)
    opened = opening.follow(connection, catalogue, changes)
    correspondence.tell_of_tickets(connection, catalogue, opened, changes, NOW)


def duty_finding(device_id: int) -> Finding:
    """What a detector would say of a compressor that runs too much."""
    return Finding(
        device_id=device_id,
        problem="poor_cooling",
        signal=f"{anomaly.PREFIX}fridge_temp_c",
        at=NOW - timedelta(hours=1),
        fires=True,
        severity=Severity.HIGH,
        evidence=Evidence(
            kind="anomaly",
            source="context_residual:fridge_temp_c v1",
            since=NOW - timedelta(hours=7),
            until=NOW - timedelta(hours=1),
            metric="fridge_temp_c",
            observed=7.5,
            expected=4.2,
            low=3.0,
            high=5.4,
            model_id=1,
        ),
    )
