"""The script that turns the ALPI archive into CSV: order becomes minutes, rare codes go."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd

SCRIPT = Path(__file__).parents[4] / "benchmarks" / "tasks" / "alpi" / "prepare.py"


def test_codes_come_a_minute_apart_and_what_follows_at_the_end_of_the_horizon(
    tmp_path: Path,
) -> None:
    follows = np.array([[3, 7, 3]] + [[3, 0, 0]] * 120, dtype=np.int32)
    came = np.array([[0, 0, 5, 6]] + [[0, 0, 0, 8]] * 120, dtype=np.int32)
    source = tmp_path / "all.npz"
    np.savez(source, x_train=came, y_train=follows, x_test=came[:60], y_test=follows[:60])
    runpy.run_path(str(SCRIPT))["main"](source, tmp_path / "made")
    events = pd.read_csv(tmp_path / "made" / "events.csv")
    failures = pd.read_csv(tmp_path / "made" / "failures.csv")
    assert events.head(3).to_numpy().tolist() == [
        ["train-0", -1, "a005"],
        ["train-0", 0, "a006"],
        ["train-1", 0, "a008"],
    ]
    assert set(failures["code"]) == {"a003"}
    assert set(failures["minute"]) == {480}
    assert len(failures) == 121 + 60
