"""A small type of fridge, and the time at which its messages are judged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from devices.catalogue.appliance_type import ApplianceType
from ingest.validation import Judged

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TEXT = {"en": "Text", "zh": "文字"}
Judge = Callable[..., Judged]
FRIDGE = ApplianceType.model_validate(
    {
        "type": "fridge",
        "title": TEXT,
        "reports_every_s": 300,
        "silent_after_h": 6,
        "metrics": {
            "temp_c": {
                "title": TEXT,
                "unit": "°C",
                "kind": "gauge",
                "physical": {"low": -40, "high": 60},
            },
            "cycles": {
                "title": TEXT,
                "unit": "",
                "kind": "counter",
                "storage": "integer",
                "physical": {"low": 0, "high": 1_000_000},
            },
            "mode": {
                "title": TEXT,
                "unit": "",
                "kind": "state",
                "storage": "integer",
                "states": {0: TEXT, 1: TEXT},
            },
            "door_open": {"title": TEXT, "unit": "", "kind": "state", "storage": "boolean"},
        },
        "problems": {
            "not_cooling": {
                "title": TEXT,
                "severity": "high",
                "advice": TEXT,
                "causes": [TEXT],
                "skills": ["refrigeration"],
            }
        },
        "fault_codes": {
            "E1": {
                "title": TEXT,
                "severity": "high",
                "problem": "not_cooling",
                "self_help": {"en": ["Look."], "zh": ["看。"]},
                "causes": [TEXT],
                "skills": ["refrigeration"],
            }
        },
    }
)


def reasons(judged: Judged) -> list[str]:
    return [refusal.reason for refusal in judged.refusals]
