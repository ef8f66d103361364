"""Which data choose a threshold, and what is left out where they do not suffice."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.integration.models.evaluate.recordings import EXAMPLES, evaluate, example, refused


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
