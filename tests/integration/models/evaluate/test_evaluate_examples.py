"""The tasks that the page shows are judged as it says, by the command itself."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from tests.integration.models.evaluate.recordings import EXAMPLES, evaluate, example, runs


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
