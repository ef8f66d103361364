"""Two ovens whose readings and codes a test tells, and the judging of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts import alert
from alerts.alert import AlertChange
from alerts.horizon import Horizon
from alerts.judges import alarm, code, silence
from devices import appliance, fault_event, telemetry, telemetry_table
from devices.appliance import Registration
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.fault_event import Event, State
from devices.telemetry import Reading, Value
from storage.pool import Connection
from tests.integration.alerts import warm_fridges
from tests.integration.alerts.warm_fridges import Store

START = datetime(2026, 6, 1, tzinfo=UTC)
TEXT = {"en": "Text", "zh": "文字"}


def _metric(problem: str, **alarm_of: Any) -> dict[str, Any]:  # noqa: ANN401 - as YAML would say it
    return {
        "title": TEXT,
        "unit": "°C",
        "kind": "gauge",
        "physical": {"low": -1000, "high": 1000},
        "problem": problem,
        "alarm": alarm_of,
    }


def _fault(problem: str, severity: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - likewise
    return {
        "title": TEXT,
        "severity": severity,
        "causes": [TEXT],
        "skills": ["electrical"],
        **({"problem": problem, "self_help": {"en": ["Look."], "zh": ["看。"]}} | more),
    }


def _problem() -> dict[str, Any]:
    return {
        "title": TEXT,
        "severity": "medium",
        "advice": TEXT,
        "causes": [TEXT],
        "skills": ["electrical"],
    }


@pytest.fixture
def oven() -> ApplianceType:
    """An oven that may overheat, which its temperature, its current and its codes tell."""
    return ApplianceType.model_validate(
        {
            "type": "oven",
            "title": TEXT,
            "reports_every_s": 300,
            "silent_after_h": 6,
            "metrics": {
                "temp_c": _metric(
                    "overheating", high=100, for_minutes=30, hysteresis=5, severity="medium"
                ),
                "current_a": _metric(
                    "overheating", high=10, for_minutes=0, hysteresis=0, severity="high"
                ),
                "water_l": _metric(
                    "dry", low=2, high=50, for_minutes=15, hysteresis=0.5, severity="low"
                ),
            },
            "problems": {"overheating": _problem(), "dry": _problem()},
            "fault_codes": {
                "E1": _fault("overheating", "critical"),
                "E2": _fault("dry", "low"),
            },
        }
    )


@dataclass
class Bench:
    """The ovens, by number, on one connection."""

    connection: Connection
    description: ApplianceType
    ids: list[int]
    late_after: timedelta = timedelta(hours=12)

    def at(self, minute: float) -> datetime:
        return START + timedelta(minutes=minute)

    def horizon(self, minute: float) -> Horizon:
        return Horizon(self.at(minute), self.late_after)

    def report(self, minute: float, device: int = 0, **values: Value) -> None:
        reading = Reading(self.ids[device], self.at(minute), values)
        telemetry.store(self.connection, self.description, [reading])

    def tell(self, minute: float, state: State, name: str = "E1", device: int = 0) -> None:
        event = Event(self.ids[device], self.at(minute), name, state)
        fault_event.store(self.connection, [event])

    def judge(self, minute: float) -> list[AlertChange]:
        """Judge readings with the watermark at a minute, and record what was found."""
        findings = alarm.judge(self.connection, self.description, self.horizon(minute))
        return alert.record(self.connection, findings)

    def judge_silence(self, minute: float) -> list[AlertChange]:
        findings = silence.judge(self.connection, self.description, self.horizon(minute))
        return alert.record(self.connection, findings)

    def judge_codes(self, minute: float) -> list[AlertChange]:
        catalogue = {self.description.type: self.description}
        findings = code.judge(self.connection, catalogue, self.horizon(minute))
        return alert.record(self.connection, findings)

    def told(self, changes: Sequence[AlertChange]) -> list[tuple[str, str, float]]:
        """What changed, by which signal, and at which minute."""
        return [
            (each.change, each.signal, (each.at - START) / timedelta(minutes=1)) for each in changes
        ]

    def stored(self) -> list[tuple[object, ...]]:
        """Every change that is stored, without what depends on when it was stored."""
        return self.connection.execute(
            "SELECT alert.device_id, alert.problem, alert.severity, alert.opened_at,"
            "    alert.cleared_at, change.at, change.change, change.signal, change.evidence"
            " FROM hearthwatch.alert_changes AS change"
            " JOIN hearthwatch.alerts AS alert ON alert.id = change.alert_id"
            " ORDER BY alert.device_id, alert.problem, change.at, change.id"
        ).fetchall()


@pytest.fixture
def bench(connection: Connection, oven: ApplianceType) -> Bench:
    """Two ovens, committed."""
    telemetry_table.ensure(connection, {"oven": oven})
    found = appliance.register(connection, [Registration(s, "oven") for s in ("O-1", "O-2")], START)
    connection.commit()
    return Bench(connection, oven, sorted(one.id for one in found))


@pytest.fixture
def fridge(catalogue: Catalogue) -> ApplianceType:
    """The shipped type."""
    return catalogue["refrigerator"]


@pytest.fixture
def stored(connection: Connection, fridge: ApplianceType) -> Store:
    """Stores hours of four fridges, some of them worn."""
    return warm_fridges.storing(connection, fridge)
