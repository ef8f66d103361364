"""Small recordings of machines, runs and lives on disk, and how the command is asked."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cli.main import main

PAGE = (Path(__file__).parents[4] / "docs" / "evaluate.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^```yaml\n# (\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
START = pd.Timestamp("2026-01-01")


def runs(folder: Path, units: int = 6, rows: int = 400, seed: int = 1) -> None:
    """Pumps whose power follows the room; the last fifth of every other run draws too much."""
    rng = np.random.default_rng(seed)
    (folder / "runs").mkdir()
    for unit in range(units):
        ambient = 20 + 3 * np.sin(np.arange(rows) / 20) + rng.normal(0, 0.3, rows)
        wrong = (np.arange(rows) >= 0.8 * rows) & (unit % 2 == 0)
        power = 40 + unit + 2 * ambient + rng.normal(0, 1, rows) + 25 * wrong
        pd.DataFrame(
            {
                "time": START + pd.to_timedelta(np.arange(rows), unit="min"),
                "power_w": power.round(3),
                "flow_l_per_min": (5 + rng.normal(0, 0.1, rows)).round(3),
                "pressure_bar": (2 + 0.01 * power + rng.normal(0, 0.02, rows)).round(4),
                "ambient_c": ambient.round(3),
                "anomaly": wrong.astype(int),
            }
        ).to_csv(folder / "runs" / f"pump{unit}.csv", index=False)


def machines(folder: Path, units: int = 12, days: int = 95, seed: int = 2) -> None:
    """Machines that shake for a day and show a code before they fail, about every 20 days."""
    rng = np.random.default_rng(seed)
    hours = np.arange(days * 24)
    readings, codes, failures = [], [], []
    for unit in range(units):
        failing = np.cumsum(rng.integers(12 * 24, 28 * 24, 10))
        failing = failing[failing < days * 24 - 30]
        shaking = np.zeros(len(hours))
        for at in failing:
            shaking[at - 24 : at] = np.linspace(1, 3, 24)
        readings.append(
            pd.DataFrame(
                {
                    "machine": f"m{unit}",
                    "time": START + pd.to_timedelta(hours, unit="h"),
                    "vibration_mm_per_s": (2 + shaking + rng.normal(0, 0.2, len(hours))).round(3),
                    "temperature_c": (60 + rng.normal(0, 1, len(hours))).round(2),
                }
            )
        )
        codes += [(f"m{unit}", START + pd.Timedelta(hours=int(at) - 20), "E7") for at in failing]
        failures += [(f"m{unit}", START + pd.Timedelta(hours=int(at)), "bearing") for at in failing]
    pd.concat(readings).to_csv(folder / "telemetry.csv", index=False)
    for name, rows, column in (("codes", codes, "code"), ("failures", failures, "mode")):
        pd.DataFrame(rows, columns=["machine", "time", column]).to_csv(
            folder / f"{name}.csv", index=False
        )
    repaired = pd.DataFrame(failures, columns=["machine", "time", "part"])
    repaired.to_csv(folder / "repairs.csv", index=False)
    table = pd.DataFrame({"machine": [f"m{unit}" for unit in range(units)], "age": range(units)})
    table.to_csv(folder / "machines.csv", index=False)


def lives(folder: Path, units: int = 12, seed: int = 3) -> None:
    """Filters that clog: the pressure rises with what has gone through."""
    rng = np.random.default_rng(seed)
    parts = []
    for unit in range(1, units + 1):
        length = int(rng.integers(60, 140))
        cycle = np.arange(1, length + 1)
        pressure = 1 + 2 * (cycle / length) ** 2 + rng.normal(0, 0.03, length)
        flow = 5 - (cycle / length) + rng.normal(0, 0.05, length)
        parts.append(
            pd.DataFrame(
                {
                    "pump": unit,
                    "cycle": cycle,
                    "pressure_bar": pressure.round(4),
                    "flow_l_per_min": flow.round(4),
                    "left": length - cycle,
                }
            )
        )
    pd.concat(parts).to_csv(folder / "lives.csv", index=False)


MAKERS = {"anomaly": runs, "fault": machines, "remaining_life": lives}


def evaluate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> dict[str, object]:
    monkeypatch.setattr(sys, "argv", ["hearthwatch", "evaluate", *arguments, "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in {0, None}
    found: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> str:
    monkeypatch.setattr(sys, "argv", ["hearthwatch", "evaluate", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert "Traceback" not in told
    return " ".join(told.split())


def example(folder: Path, kind: str) -> None:
    """The task that the page shows for a kind, and a recording for it."""
    MAKERS[kind](folder)
    (folder / "task.yaml").write_text(EXAMPLES[kind], encoding="utf-8")
