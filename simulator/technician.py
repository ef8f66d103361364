"""A simulated technician: drives to visits, opens the appliance, mends it, and says what it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from simulator import workbench
from simulator.fleet import Fleet
from simulator.line import Line
from simulator.physics.appliance import Fault

SETS_OUT_BEFORE = timedelta(minutes=25)
TAKES = timedelta(minutes=50)
SLIGHT = 0.002
"""Below the level that is seen and above this, something was there that nobody can show again."""
AHEAD = timedelta(days=2)
BEHIND = timedelta(days=5)
MOST = 100
LIVE = frozenset({"planned", "under_way", "on_site"})
NOTES = {
    "confirmed": "found and repaired",
    "return": "found; the part has to be ordered",
    "no_fault_found": "measured and tried: all is in order",
    "could_not_reproduce": "a trace of it, nothing that can be shown",
}

Report = dict[str, Any]
Visit = Mapping[str, Any]
"""A visit as the API tells it."""


class _LostError(Exception):
    """The desk would not go on with a visit: it was moved or cancelled, or nobody answered."""


class Technician:
    """One of them; knows the appliances by opening them, and the desk by its API alone."""

    def __init__(self, name: str, line: Line, fleet: Fleet) -> None:
        self.name = name
        self._line, self._fleet = line, fleet
        self._visits: dict[int, Visit] = {}

    def look_at_list(self, now: datetime) -> None:
        """Load the own visits of these days."""
        since, until = (each.isoformat() for each in (now - BEHIND, now + AHEAD))
        found = self._line.get("/v1/visits", since=since, until=until, limit=MOST)
        if found is not None:
            live = [each for each in found["items"] if each["state"] in LIVE]
            self._visits = {each["id"]: each for each in live}

    def step(self, now: datetime) -> None:
        """Do what is due: one visit after the other, the earliest first."""
        for visit in sorted(self._visits.values(), key=lambda each: str(each["begins_at"])):
            try:
                reached = self._go_on(visit, now)
            except _LostError:
                del self._visits[visit["id"]]
                return
            self._visits[visit["id"]] = reached
            if reached["state"] != "planned":
                return

    def _go_on(self, visit: Visit, now: datetime) -> Visit:
        """Take the next step of a visit if it is time; the visit as it then is."""
        path = f"/v1/visits/{visit['id']}"
        begins_at = datetime.fromisoformat(visit["begins_at"])
        match visit["state"]:
            case "planned" if now >= begins_at - SETS_OUT_BEFORE:
                return self._tell("POST", f"{path}/set-out", None)
            case "under_way" if now >= begins_at:
                return self._tell("POST", f"{path}/arrive", None)
            case "on_site" if now >= datetime.fromisoformat(visit["arrived_at"]) + TAKES:
                return self._finish(path, now)
            case "done" | "cancelled":
                raise _LostError
        return visit

    def _finish(self, path: str, now: datetime) -> Visit:
        detail: Visit | None = self._line.get(path)
        if detail is None:
            raise _LostError
        self._tell("PUT", f"{path}/checklist", {"done": _names(detail["checklist"])})
        report = self._examine(detail, now)
        said = self._tell("POST", f"{path}/report", report)
        if report["finding"] == "confirmed" and "outcome" not in report:
            workbench.mend(self._fleet, detail["serial"], now)
        return said

    def _tell(self, method: str, path: str, body: object) -> Visit:
        said: Visit | None = self._line.send(method, path, body)
        if said is None:
            raise _LostError
        return said

    def _examine(self, visit: Visit, now: datetime) -> Report:
        """Open the appliance and say what is seen."""
        serial = visit["serial"]
        fault = workbench.look(self._fleet, serial, now)
        if fault is None:
            slight = workbench.look(self._fleet, serial, now, least=SLIGHT) is not None
            finding = "could_not_reproduce" if slight else "no_fault_found"
            return {"finding": finding, "note": NOTES[finding]}
        return _repaired(fault, visit)


def _repaired(fault: Fault, visit: Visit) -> Report:
    named = visit["problem"] in fault.problems
    mode = visit["problem"] if named else fault.problems[0]
    report = {"finding": "confirmed", "mode": mode, "note": NOTES["confirmed"]}
    parts = visit["parts"][:1] if named else []
    if parts and not parts[0]["in_van"] and visit["number"] == 1:
        return report | {"outcome": "return", "note": NOTES["return"]}
    return report | {"parts": {part["part_number"]: 1 for part in parts}}


def _names(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    return [step["name"] for step in steps]
