"""`hearthwatch evaluate` on small recordings: every kind, whole and with what people get wrong."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cli.main import main

PAGE = (Path(__file__).parents[3] / "docs" / "evaluate.md").read_text(encoding="utf-8")
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


def test_the_pages_task_of_anomalies_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "anomaly")
    said, page = tmp_path / "said.csv", tmp_path / "report.html"
    found = evaluate(
        monkeypatch, capsys, str(tmp_path), "--predictions", str(said), "--report", str(page)
    )
    figures = found["figures"]
    assert isinstance(figures, dict)
    assert figures["pr_auc"] > 0.9
    assert set(found["baselines"]) == {"always_alarm", "persistence"}  # type: ignore[call-overload]
    rows = pd.read_csv(said)
    assert list(rows) == ["unit", "time", "score", "alarm"]
    assert set(rows["alarm"]) <= {0, 1}
    assert len(rows) == 6 * 160
    assert rows["unit"].iloc[0] == "pump0"
    assert rows["time"].iloc[0] == "2026-01-01 04:00:00"
    text = page.read_text(encoding="utf-8")
    assert "Bokeh" in text
    assert not re.search(r'<(script|link)[^>]*(src|href)="https?:', text)


def test_the_pages_task_of_faults_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "fault")
    said, page = tmp_path / "said.csv", tmp_path / "report.html"
    found = evaluate(
        monkeypatch, capsys, str(tmp_path), "--predictions", str(said), "--report", str(page)
    )
    figures = found["figures"]
    assert isinstance(figures, dict)
    assert figures["pr_auc"] > 0.8
    assert figures["failures"] > 3
    assert figures["failures_warned"] > figures["failures"] / 2
    assert found["horizons"]["24h"]["figures"] == figures  # type: ignore[index]
    rows = pd.read_csv(said)
    assert list(rows) == ["unit", "time", "score"]
    assert rows["time"].iloc[0] == "2026-03-02 00:00:00"
    assert rows["score"].between(0, 1).all()
    assert page.stat().st_size > 0


def test_the_pages_task_of_lives_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "remaining_life")
    said, page = tmp_path / "said.csv", tmp_path / "report.html"
    found = evaluate(
        monkeypatch, capsys, str(tmp_path), "--predictions", str(said), "--report", str(page)
    )
    figures, beside = found["figures"], found["baselines"]
    assert isinstance(figures, dict)
    assert isinstance(beside, dict)
    assert set(beside) == {"persistence", "constant_life", "usage_budget"}
    assert figures["rmse"] < beside["constant_life"]["rmse"]
    rows = pd.read_csv(said)
    assert list(rows) == ["unit", "time", "remaining", "lower", "upper"]
    assert set(rows["unit"]) == {9, 10, 11, 12}
    assert (rows["lower"] <= rows["upper"]).all()
    assert page.stat().st_size > 0


def test_without_labels_of_the_test_part_it_only_predicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "anomaly")
    for path in (tmp_path / "runs").iterdir():
        pd.read_csv(path).drop(columns="anomaly").to_csv(path, index=False)
    said = tmp_path / "said.csv"
    found = evaluate(monkeypatch, capsys, str(tmp_path), "--predictions", str(said))
    assert found["labelled"] is False
    assert found["figures"] == {}
    assert "the test part has no labels: it was scored, and not judged" in found["notes"]  # type: ignore[operator]
    assert pd.read_csv(said)["score"].notna().any()


def test_data_may_lie_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    runs(tmp_path / "data", units=2, rows=200)
    (tmp_path / "task.yaml").write_text(EXAMPLES["anomaly"], encoding="utf-8")
    found = evaluate(monkeypatch, capsys, str(tmp_path), "--data", str(tmp_path / "data"))
    assert found["units"] == 2


def test_a_seed_gives_the_same_figures_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "anomaly")
    once = evaluate(monkeypatch, capsys, str(tmp_path), "--seed", "5")
    assert evaluate(monkeypatch, capsys, str(tmp_path), "--seed", "5") == once


def test_a_misspelt_key_is_told_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "anomaly")
    text = EXAMPLES["anomaly"].replace("metrics:", "metrisc:")
    (tmp_path / "task.yaml").write_text(text, encoding="utf-8")
    told = refused(monkeypatch, capsys, str(tmp_path))
    assert "task.yaml:4: metrisc: no such key; did you mean `metrics`?" in told


def test_a_missing_column_is_told_with_the_nearest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "anomaly")
    text = EXAMPLES["anomaly"].replace("power_w", "power_kw")
    (tmp_path / "task.yaml").write_text(text, encoding="utf-8")
    told = refused(monkeypatch, capsys, str(tmp_path))
    assert "pump0.csv: no column 'power_kw' (metrics); the file has time, power_w" in told
    assert "did you mean 'power_w'?" in told


def test_labelled_events_of_the_training_part_choose_the_threshold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "anomaly")
    for path in (tmp_path / "runs").iterdir():
        rows = pd.read_csv(path)
        wrong = rows.index % 80 >= 70
        rows.loc[wrong, "power_w"] += 30
        rows.loc[wrong, "anomaly"] = 1
        rows.to_csv(path, index=False)
    text = EXAMPLES["anomaly"].partition("split:")[0] + "split: {train: 0.6}\n"
    (tmp_path / "task.yaml").write_text(text, encoding="utf-8")
    found = evaluate(monkeypatch, capsys, str(tmp_path))
    assert "one was taken out of the training part" in found["notes"][0]
    assert found["figures"]["f1"] > found["baselines"]["always_alarm"]["f1"]
    assert found["figures"]["recall"] > 0.9
    assert found["figures"]["false_alarm_rate"] < 0.3
    assert found["parts"]["train"]["rows"] == 6 * 240


def test_a_direction_of_something_that_is_no_metric_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "anomaly")
    text = EXAMPLES["anomaly"] + "direction: {power_kw: high}\n"
    (tmp_path / "task.yaml").write_text(text, encoding="utf-8")
    told = refused(monkeypatch, capsys, str(tmp_path))
    assert "direction: 'power_kw' is no metric" in told
    assert "did you mean 'power_w'?" in told


@pytest.mark.parametrize(
    ("content", "told"), [(b"", "is empty"), (b"t\xff\n", "not text in utf-8")]
)
def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    told: str,
) -> None:
    example(tmp_path, "anomaly")
    (tmp_path / "runs" / "pump0.csv").write_bytes(content)
    assert told in refused(monkeypatch, capsys, str(tmp_path))


def test_no_failure_to_learn_from_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "fault")
    (tmp_path / "failures.csv").write_text("machine,time,mode\nm0,2026-03-20 00:00:00,bearing\n")
    assert "Not enough data" in refused(monkeypatch, capsys, str(tmp_path))


def test_where_nothing_can_be_learned_what_was_left_out_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "fault")
    (tmp_path / "failures.csv").write_text("machine,time,mode\nx9,2026-01-20 00:00:00,bearing\n")
    told = refused(monkeypatch, capsys, str(tmp_path))
    assert "split: train: no fault is known there" in told
    assert "1 failures are of units without readings and were left out" in told


def test_without_a_validation_part_the_forecaster_brings_its_own_threshold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "fault")
    split = EXAMPLES["fault"].partition("  validation: {until: 2026-03-01}\n")
    (tmp_path / "task.yaml").write_text(split[0] + split[2], encoding="utf-8")
    found = evaluate(monkeypatch, capsys, str(tmp_path))
    assert found["figures"]["f1"] > found["baselines"]["always_alarm"]["f1"]
    assert 0 < found["thresholds"][0] < 1
    assert "no validation part is named" in found["notes"][0]


def test_units_with_one_reading_alone_are_not_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "remaining_life")
    one = pd.read_csv(tmp_path / "lives.csv").groupby("pump").head(1)
    one.to_csv(tmp_path / "lives.csv", index=False)
    assert "no unit of the training part has two readings" in refused(
        monkeypatch, capsys, str(tmp_path)
    )


def test_a_unit_with_one_reading_among_others_harms_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "anomaly")
    first = tmp_path / "runs" / "pump1.csv"
    pd.read_csv(first).head(1).to_csv(first, index=False)
    (tmp_path / "task.yaml").write_text(
        EXAMPLES["anomaly"].partition("split:")[0]
        + "split: {train: [pump0, pump1, pump2], test: [pump4, pump5]}\n",
        encoding="utf-8",
    )
    found = evaluate(monkeypatch, capsys, str(tmp_path))
    assert found["units"] == 2


def test_one_class_alone_is_scored_and_has_no_curve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "anomaly")
    for path in (tmp_path / "runs").iterdir():
        pd.read_csv(path).assign(anomaly=0).to_csv(path, index=False)
    figures = evaluate(monkeypatch, capsys, str(tmp_path))["figures"]
    assert isinstance(figures, dict)
    assert figures["pr_auc"] is None
    assert figures["event_recall"] is None
    assert figures["false_alarm_rate"] is not None


def test_a_folder_without_a_task_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "docs/evaluate.md" in refused(monkeypatch, capsys, str(tmp_path))
