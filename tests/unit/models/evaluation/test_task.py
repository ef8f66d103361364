"""What a task.yaml may say, in short and in long, and how a mistake in it is told."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from models.evaluation import duration, task
from models.evaluation.document import EvaluationError
from models.evaluation.task import Share, Task

TASKS = sorted((Path(__file__).parents[4] / "benchmarks" / "tasks").glob("*/task.yaml"))
ANOMALY = """\
    kind: anomaly
    readings: runs/*.csv
    time: time
    split: {train: 400}
"""


def load(folder: Path, text: str) -> Task:
    (folder / "task.yaml").write_text(dedent(text), encoding="utf-8")
    return task.load(folder)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(EvaluationError) as caught:
        load(folder, text)
    return caught.value.message.replace(f"{folder}/", "")


@pytest.mark.parametrize("path", TASKS, ids=lambda path: path.parent.name)
def test_every_task_of_the_repository_can_be_read(path: Path) -> None:
    assert task.load(path.parent).split


def test_there_are_tasks_of_every_kind() -> None:
    kinds = {task.load(path.parent).kind for path in TASKS}
    assert kinds == {"anomaly", "fault", "remaining_life"}


def test_a_name_alone_stands_for_a_list_of_one(tmp_path: Path) -> None:
    read = load(tmp_path, ANOMALY + "    metrics: power\n    label: wrong\n")
    assert read.readings == ("runs/*.csv",)
    assert read.metrics == ("power",)
    assert read.label is not None
    assert read.label.column == "wrong"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("400", Share(rows=400)),
        ("400 rows", Share(rows=400)),
        ("0.6", Share(fraction=0.6)),
        ("1.0", Share(fraction=1.0)),
        ("30d", Share(lasting="30d")),
        ("'2026-02-01 12:00'", Share(until="2026-02-01 12:00")),
        ("train_*.csv", Share(names=("train_*.csv",))),
        ("[1-3, 7]", Share(names=("1", "2", "3", "7"))),
        ("{units: [a, 2]}", Share(units=("a", "2"))),
        ("{before: 7}", Share(until=7)),
        ("{from: 3, first: 10}", Share(from_=3, rows=10)),
    ],
)
def test_a_part_may_be_written_in_short(tmp_path: Path, written: str, expected: Share) -> None:
    text = ANOMALY.replace("{train: 400}", f"{{train: {written}}}")
    assert load(tmp_path, text).split.train == expected


@pytest.mark.parametrize(
    "written",
    [
        "{by: units, train: {units: [a]}, test: {units: [b]}}",
        "{units: {train: [a], test: [b]}}",
        "{train_units: [a], test_units: [b]}",
    ],
)
def test_units_may_be_split_in_three_ways_of_writing(tmp_path: Path, written: str) -> None:
    read = load(tmp_path, ANOMALY.replace("{train: 400}", written))
    assert read.split.train == Share(units=("a",))
    assert read.split.test == Share(units=("b",))


def test_files_and_columns_may_be_said_of_the_readings(tmp_path: Path) -> None:
    text = """\
        kind: rul
        readings: {path: a.csv, unit: pump, time: {column: cycle, unit: cycle}}
        folds: 4
    """
    read = load(tmp_path, text)
    assert read.kind == "remaining_life"
    assert read.unit is not None
    assert read.unit.column == "pump"
    assert read.split.folds == 4


def test_logs_may_name_their_columns_below(tmp_path: Path) -> None:
    text = """\
        kind: fault
        events: {path: e.csv, columns: {unit: m, time: t, code: c}}
        failures: [{path: f.csv, unit: m, time: t}, {path: g.csv, unit: m, time: t}]
        horizon: [24h, 7d]
        split: {train: {until: 2026-01-01}}
    """
    read = load(tmp_path, text)
    assert (read.events[0].unit, read.events[0].time, read.events[0].code) == ("m", "t", "c")
    assert [each.path for each in read.failures] == ["f.csv", "g.csv"]
    assert read.horizon == ("24h", "7d")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("readings:", "redings:"), "task.yaml:2: redings: no such key; did you mean `readings`?"),
        (("kind: anomaly", "kind: anomoly"), "task.yaml:1: kind: Input should be 'anomaly'"),
        (("time: time\n", "\n"), "say `time` (a column) or, where there is none, `sampling`"),
        (("{train: 400}", "{gap: 3h}"), "task.yaml:4: split: say `train` and `test`, or `folds`"),
        (("{train: 400}", "{train: 400, tset: 1}"), "split.tset: no such key; did you mean `test`"),
        (("{train: 400}", "{folds: 1}"), "`folds` needs at least 2"),
        (("{train: 400}", "{folds: 3, train: 400}"), "leave out the parts"),
        (("{train: 400}", "{train: 400, gap: soon}"), "'soon' is not a length of time such as 90s"),
        (("{train: 400}", "{train: 400, gap: -1}"), "task.yaml:4: split.gap: -1 is less than no"),
        (("split:", "every: -3h\n    split:"), "task.yaml:4: every: '-3h' is not a length of time"),
        (("split:", "every: 0 rows\n    split:"), "task.yaml:4: every: '0 rows' is not a length"),
        (("split:", "horizon: [24h, 0h]\n    split:"), "horizon.1: 0h must be more than nothing"),
        (("split:", "cap: -5\n    split:"), "task.yaml:4: cap: -5 must be more than nothing"),
        (
            ("time: time", "time: {column: time, format: '%Q'}"),
            "time.format: 'Q' is a bad",
        ),
        (("kind: anomaly\n", "kind: anomaly\n    kind: fault\n"), "task.yaml:2: kind: given twice"),
        (("kind: anomaly\n", "kind: [anomaly\n"), "not valid YAML"),
        (("readings: runs/*.csv\n", "\n"), "`readings` is missing"),
        (("kind: anomaly", "kind: fault"), "`horizon` is missing: how far ahead, such as 24h"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    assert told in refused(tmp_path, ANOMALY.replace(*change))


def test_a_fault_task_says_what_to_foretell(tmp_path: Path) -> None:
    text = ANOMALY.replace("anomaly", "fault") + "    horizon: 24h\n"
    assert "say which `failures` to foretell, or a `label` column" in refused(tmp_path, text)


@pytest.mark.parametrize("text", ["", "- a list\n", "just words\n"])
def test_a_file_that_holds_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    assert "task.yaml:1: expected a mapping" in refused(tmp_path, text) or text == ""
    if text == "":
        assert "task.yaml" in refused(tmp_path, text)


def test_a_folder_without_a_task_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be read"):
        task.load(tmp_path)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("90s", 90), ("5min", 300), ("3 hours", 10_800), ("7d", 604_800), (12, 24), ("12", 24)],
)
def test_lengths_of_time_are_read(written: str | int, seconds: int) -> None:
    assert duration.parse(written, 2 * 10**9) == seconds * 10**9


def test_cycles_count_in_the_recordings_own_unit() -> None:
    assert duration.parse("5 cycles", 7) == 35


def test_the_page_tells_every_key() -> None:
    page = (Path(__file__).parents[4] / "docs" / "evaluate.md").read_text(encoding="utf-8")
    own = {"name", "description", "names", "fraction", "lasting", "rows", "traits"}
    assert [key for key in task.KEYS if not re.search(rf"\b{key}\b", page) and key not in own] == []
