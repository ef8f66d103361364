"""What is wrong with a task or its files is told with where it stands and what would be right."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.integration.models.evaluate.recordings import EXAMPLES, example, refused


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


def test_units_with_one_reading_alone_are_not_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(tmp_path, "remaining_life")
    one = pd.read_csv(tmp_path / "lives.csv").groupby("pump").head(1)
    one.to_csv(tmp_path / "lives.csv", index=False)
    assert "no unit of the training part has two readings" in refused(
        monkeypatch, capsys, str(tmp_path)
    )


def test_a_folder_without_a_task_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "docs/evaluate.md" in refused(monkeypatch, capsys, str(tmp_path))
