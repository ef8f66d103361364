"""The hidden truth of a simulated run: written for the scorer, read by nothing else.

The pipeline is never told where it is; import-linter keeps every other package away from here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from simulator.fleet import Group


@dataclass(frozen=True)
class TrueFault:
    """A fault that was in an appliance, and the problems that it truly is."""

    serial: str
    fault: str
    problems: tuple[str, ...]
    onset: datetime
    fails_at: datetime
    repaired_at: datetime


@dataclass(frozen=True)
class Truth:
    """What happened in a run between `start` and `end`."""

    start: datetime
    end: datetime
    serials: tuple[str, ...]
    faults: tuple[TrueFault, ...]


def of_groups(groups: Sequence[Group], start: datetime, end: datetime) -> Truth:
    """The truth of a fleet: only what began before the end was there to be found."""
    faults = [
        TrueFault(
            serial=group.serials[planned.unit],
            fault=planned.fault.name,
            problems=planned.fault.problems,
            onset=planned.onset,
            fails_at=planned.fails_at,
            repaired_at=planned.repaired_at,
        )
        for group in groups
        for planned in group.planned
        if planned.onset < end
    ]
    serials = tuple(serial for group in groups for serial in group.serials)
    return Truth(start, end, serials, tuple(sorted(faults, key=lambda fault: fault.onset)))


def write(truth: Truth, path: Path) -> None:
    """Write it where only its owner can read it."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    document = {
        "start": truth.start.isoformat(),
        "end": truth.end.isoformat(),
        "serials": truth.serials,
        "faults": [
            {
                "serial": fault.serial,
                "fault": fault.fault,
                "problems": fault.problems,
                "onset": fault.onset.isoformat(),
                "fails_at": fault.fails_at.isoformat(),
                "repaired_at": fault.repaired_at.isoformat(),
            }
            for fault in truth.faults
        ],
    }
    path.write_text(json.dumps(document, indent=1))


def read(path: Path) -> Truth:
    """Read what `write` wrote."""
    document = json.loads(path.read_text())
    return Truth(
        start=datetime.fromisoformat(document["start"]),
        end=datetime.fromisoformat(document["end"]),
        serials=tuple(document["serials"]),
        faults=tuple(
            TrueFault(
                serial=fault["serial"],
                fault=fault["fault"],
                problems=tuple(fault["problems"]),
                onset=datetime.fromisoformat(fault["onset"]),
                fails_at=datetime.fromisoformat(fault["fails_at"]),
                repaired_at=datetime.fromisoformat(fault["repaired_at"]),
            )
            for fault in document["faults"]
        ),
    )
