"""Freezers of which many failed: the motor's current told it a day and a half before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from devices import appliance, fault_event, rollup, telemetry, telemetry_table, watermark
from devices.appliance import Registration
from devices.catalogue.appliance_type import ApplianceType
from devices.fault_event import Event, State
from devices.telemetry import Reading
from storage.pool import Connection

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DEVICES, DAYS = 16, 24
TOLD_H = 36
"""The current rises for so many hours before a motor fails."""
MODE = "motor_failing"
TEXT = {"en": "Motor current", "zh": "电机电流"}


def _metric(problem: str | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as YAML would say it
    told = {"title": TEXT, "unit": "A", "kind": "gauge", "physical": {"low": 0, "high": 1000}}
    return told | more | ({"problem": problem} if problem else {})


def _problem(title: str, zh: str) -> dict[str, Any]:
    return {
        "title": {"en": title, "zh": zh},
        "severity": "high",
        "advice": TEXT,
        "causes": [TEXT],
        "skills": ["electrical"],
    }


FREEZER = ApplianceType.model_validate(
    {
        "type": "freezer",
        "title": {"en": "Freezer", "zh": "冰柜"},
        "reports_every_s": 3600,
        "silent_after_h": 12,
        "metrics": {
            "motor_a": _metric(
                MODE, anomaly="high", context=["room_c"], usual={"low": 2, "high": 6}
            ),
            "room_c": _metric(unit="°C", title={"en": "Room temperature", "zh": "室温"}),
            "inside_c": _metric(
                "too_warm",
                unit="°C",
                title={"en": "Temperature inside", "zh": "箱内温度"},
                physical={"low": -60, "high": 60},
            ),
        },
        "problems": {
            MODE: _problem("Motor failing", "电机故障"),
            "too_warm": _problem("Warm", "过热"),
        },
        "fault_codes": {
            "M1": {
                "title": {"en": "Motor locked", "zh": "电机堵转"},
                "severity": "high",
                "problem": MODE,
                "self_help": {"en": ["Look."], "zh": ["看。"]},
                "causes": [TEXT],
                "skills": ["electrical"],
            }
        },
    }
)


@dataclass
class FailingFleet:
    """Sixteen freezers on one connection; the first twelve fail, one after the other."""

    connection: Connection
    ids: list[int]
    failing: int = 12
    end_h: int = DAYS * 24

    @classmethod
    def stored(cls, connection: Connection) -> FailingFleet:
        """Register the freezers and store what they reported; there are no tickets yet."""
        telemetry_table.ensure(connection, {"freezer": FREEZER})
        told = [Registration(f"F-{number:02}", "freezer") for number in range(DEVICES)]
        made = cls(
            connection, sorted(one.id for one in appliance.register(connection, told, START))
        )
        made.report(range(made.end_h), {n: made.fails_at(n) for n in range(made.failing)})
        return made

    @classmethod
    def known(cls, connection: Connection) -> FailingFleet:
        """The freezers that are stored already."""
        rows = connection.execute(
            "SELECT id FROM hearthwatch.appliances WHERE type = 'freezer' ORDER BY id"
        ).fetchall()
        return cls(connection, [int(str(row[0])) for row in rows])

    def code(self, number: int, hour: float, state: State = "raised") -> None:
        """Let a freezer raise or clear its code."""
        fault_event.store(self.connection, [Event(self.ids[number], self.at(hour), "M1", state)])

    def fails_at(self, number: int) -> int:
        """The hour at which the motor of one of the first freezers fails."""
        return 6 * 24 + 31 * number

    def at(self, hour: float) -> datetime:
        """An hour of this fleet as an instant."""
        return START + hour * HOUR

    def report(self, hours: range, fails: Mapping[int, int]) -> None:
        """Store an hourly reading of each freezer; some, by number, fail at an hour."""
        rng = np.random.default_rng(hours.start)
        readings = []
        for number, device in enumerate(self.ids):
            for hour in hours:
                left = fails.get(number, 10**6) - hour
                room = 20 + 3 * np.sin(hour / 24 * 2 * np.pi) + rng.normal(0, 0.3)
                worn = 3.0 * (1 - left / TOLD_H) if 0 <= left < TOLD_H else 0.0
                values = {
                    "motor_a": float(3 + 0.1 * room + rng.normal(0, 0.15) + worn),
                    "room_c": float(room),
                    "inside_c": float(-18 + rng.normal(0, 0.3)),
                }
                readings.append(Reading(device, self.at(hour) + HOUR / 2, dict(values)))
        telemetry.store(self.connection, FREEZER, readings)
        rollup.refresh(self.connection, FREEZER, self.at(10_000), limit=100_000)
        watermark.advance(self.connection, "w", self.at(hours.stop))

    def ticket(
        self,
        number: int,
        hour: float,
        *,
        finding: str | None = "confirmed",
        problem: str = MODE,
        lasts_h: float = 8,
        verdict_after_h: float = 6,
    ) -> int:
        """Keep a ticket about a freezer that was opened, judged and resolved."""
        opened, ended = self.at(hour), self.at(hour + lasts_h)
        row = self.connection.execute(
            "INSERT INTO hearthwatch.tickets"
            " (device_id, problem, state, severity, safety, opened_at, changed_at)"
            " VALUES (%s, %s, 'resolved', 'high', false, %s, %s) RETURNING id",
            (self.ids[number], problem, opened, ended),
        ).fetchone()
        assert row is not None
        self.connection.execute(
            "INSERT INTO hearthwatch.ticket_changes (ticket_id, at, actor, state_after)"
            " VALUES (%s, %s, 'dora', 'new'), (%s, %s, 'tom', 'resolved')",
            (row[0], opened, row[0], ended),
        )
        if finding is not None:
            mode = problem if finding == "confirmed" else None
            self.connection.execute(
                "INSERT INTO hearthwatch.ticket_verdicts (ticket_id, at, actor, finding, mode)"
                " VALUES (%s, %s, 'tom', %s, %s)",
                (row[0], self.at(hour + verdict_after_h), finding, mode),
            )
        return int(str(row[0]))

    def tickets(self) -> None:
        """A confirmed ticket for each freezer that failed."""
        for number in range(self.failing):
            self.ticket(number, self.fails_at(number))
