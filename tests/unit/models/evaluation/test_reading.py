"""Files as people have them become rows, times and labels; what is odd is told."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from textwrap import dedent

import numpy as np
import pandas as pd
import pytest

from models.evaluation import dataset, table_file, task
from models.evaluation.clock import MISSING, Clock
from models.evaluation.dataset import Dataset
from models.evaluation.document import EvaluationError
from models.evaluation.notes import Notes
from models.evaluation.task import Format

HEAD = "kind: anomaly\nreadings: '*.csv'\nsplit: {train: 2}\n"


def read(folder: Path, text: str) -> tuple[Dataset, list[str]]:
    (folder / "task.yaml").write_text(dedent(text), encoding="utf-8")
    notes = Notes()
    return dataset.read(task.load(folder), (folder,), notes), notes.lines


def refused(folder: Path, text: str) -> EvaluationError:
    with pytest.raises(EvaluationError) as caught:
        read(folder, text)
    return caught.value


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "  "])
def test_the_separator_is_found_out(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("".join(f"{separator.join(row)}\n" for row in [("t", "x"), ("1", "2.5")]))
    assert table_file.read(path, Format()).frame.to_dict("list") == {"t": [1], "x": [2.5]}


def test_a_comma_for_a_decimal_point_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t;x\n1;2,5\n2;3,25\n")
    assert table_file.read(path, Format()).frame["x"].tolist() == [2.5, 3.25]


def test_a_file_without_a_header_needs_names(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("1 2 3.5  \n1 3 4.5  \n")
    with pytest.raises(EvaluationError, match="the first line holds only numbers") as caught:
        table_file.read(path, Format())
    assert "columns:" in str(caught.value)
    named = table_file.read(path, Format(columns=("unit", "cycle", "s")), ["unit"])
    assert named.frame.to_dict("list") == {"unit": ["1", "1"], "cycle": [2, 3], "s": [3.5, 4.5]}


def test_names_that_are_there_already_are_not_a_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t,x\n1,2\n")
    assert len(table_file.read(path, Format(columns=("t", "x"))).frame) == 1


def test_a_line_with_too_many_fields_is_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t,x\n1,2\n2,3,4,5\n3,4\n")
    table = table_file.read(path, Format())
    assert table.frame["t"].tolist() == [1, 3]
    assert table.notes == ("a.csv: lines with too many fields were left out",)


def test_a_line_with_more_fields_than_named_columns_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2,3\n2,3,4\n")
    with pytest.raises(EvaluationError, match=r"a.csv:1: the line has more fields .*: 3"):
        table_file.read(path, Format(columns=("t", "x")))


def test_names_may_leave_out_separators_at_the_end_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2,,\n2,3,,\n")
    assert table_file.read(path, Format(columns=("t", "x", "y"))).frame["x"].tolist() == [2, 3]


@pytest.mark.parametrize("year", ["9999", "1000"])
def test_a_year_that_cannot_be_counted_to_is_no_time(year: str) -> None:
    written = pd.Series(["2026-05-01 00:00:00", f"{year}-05-01 00:00:00", "1 May 2026"])
    read = Clock.of(written).read(written)
    assert read.tolist() == [1_777_593_600 * 10**9, MISSING, 1_777_593_600 * 10**9]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        ("t,größe\n1,2\n".encode("latin-1"), "is not text in utf-8"),
        ("t,x\n1,2\n".encode("utf-16"), "is not text in utf-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(EvaluationError, match=told):
        table_file.read(path, Format())


def test_a_broken_archive_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"t,x\n1,2\n" * 1000)[:-20])
    with pytest.raises(EvaluationError, match="cannot be read"):
        table_file.read(path, Format())


def test_another_encoding_is_read_if_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("t,温度\n1,2\n".encode("gb18030"))
    assert list(table_file.read(path, Format(encoding="gb18030")).frame) == ["t", "温度"]


@pytest.mark.parametrize(
    ("written", "own_ns", "first_ns"),
    [
        (["2026-05-01 00:00:00"], 3_600 * 10**9, 1_777_593_600 * 10**9),
        (["2026-05-01T02:00:00+02:00"], 3_600 * 10**9, 1_777_593_600 * 10**9),
        (["1777593600"], 10**9, 1_777_593_600 * 10**9),
        (["1777593600000"], 10**6, 1_777_593_600 * 10**9),
        (["17", "18"], 10**9, 17 * 10**9),
        (["0.1", "0.2"], 10**9, 10**8),
    ],
)
def test_times_are_read_in_their_own_unit(written: list[str], own_ns: int, first_ns: int) -> None:
    column = pd.Series(written, dtype=object)
    clock = Clock.of(column)
    assert clock.own_ns == own_ns
    assert clock.read(column)[0] == first_ns


def test_an_unreadable_time_is_missing() -> None:
    column = pd.Series(["2026-05-01", "soon", None, "2026-05-02"], dtype=object)
    assert (Clock.of(column).read(column) == MISSING).tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    "text", ["2026-05-01 03:00:00", "2026-05-01T03:00:00Z", "1777593600", "0.25"]
)
def test_a_time_is_written_as_it_was_read(text: str) -> None:
    column = pd.Series([text], dtype=object)
    clock = Clock.of(column)
    assert clock.tell(clock.read(column)) == [text]


def test_a_file_is_a_unit_and_rows_are_put_in_order(tmp_path: Path) -> None:
    (tmp_path / "run10.csv").write_text("t,x\n3,1\n1,2\n2,3\n2,4\n")
    (tmp_path / "run2.csv").write_text("t,x\n1,5\nnever,6\n2,oops\n")
    found, told = read(tmp_path, HEAD + "time: t\n")
    assert found.recording.units == ("run2", "run10")
    assert found.recording.time_ns.tolist() == [10**9, 2 * 10**9, 10**9, 2 * 10**9, 3 * 10**9]
    assert np.array_equal(found.recording.column("x"), [5, np.nan, 2, 4, 1], equal_nan=True)
    assert told == [
        "1 rows without a readable time were left out",
        "1 times the clock was set back; rows were put in order",
        "1 rows share unit and time with another; the last one counts",
        "1 values of x are no numbers and count as missing",
    ]


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / "runs" / folder).mkdir(parents=True)
        (tmp_path / "runs" / folder / "1.csv").write_text("t,x\n1,2\n")
    found, _ = read(tmp_path, HEAD.replace("'*.csv'", "runs/*/*.csv") + "time: t\n")
    assert found.recording.units == ("a/1", "b/1")


def test_units_of_one_name_in_parts_that_lie_over_each_other_are_two(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("u,t,x\n1,1,2\n1,2,2\n")
    (tmp_path / "test.csv").write_text("u,t,x\n1,1,3\n")
    text = HEAD.replace("{train: 2}", "{train: train.csv}") + "unit: u\ntime: t\n"
    found, _ = read(tmp_path, text)
    assert found.recording.units == ("test.csv/1", "train.csv/1")
    assert found.names == ("1", "1")


def test_a_unit_that_goes_on_in_the_next_file_is_one(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("u,t,x\n1,1,2\n1,2,2\n")
    (tmp_path / "test.csv").write_text("u,t,x\n1,3,3\n")
    text = HEAD.replace("{train: 2}", "{train: train.csv}") + "unit: u\ntime: t\n"
    assert read(tmp_path, text)[0].recording.units == ("1",)


def test_rows_without_a_time_are_counted_by_their_sampling(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,note\n1,a\n2,b\n3,c\n")
    found, _ = read(tmp_path, HEAD + "sampling: 2s\n")
    assert found.recording.time_ns.tolist() == [0, 2 * 10**9, 4 * 10**9]
    assert found.text.tolist() == ["0", "2", "4"]
    assert found.recording.metrics == ("x",)


def test_what_other_keys_name_is_not_a_metric(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("t,x,hot,wrong,other\n1,2,3,0,5\n2,2,3,1,5\n")
    found, _ = read(tmp_path, HEAD + "time: t\nlabel: wrong\ncontext: hot\nignore: other\n")
    assert found.recording.metrics == ("x", "hot")
    assert found.recording.description.watched == ("x",)
    assert found.label is not None
    assert found.label.tolist() == [0, 1]


def test_a_missing_column_is_told_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("time,power\n1,2\n")
    error = refused(tmp_path, HEAD + "time: time\nmetrics: [powr]\n")
    assert "a.csv: no column 'powr' (metrics); the file has time, power" in error.message
    assert error.hint == "did you mean 'power'?"


def test_a_label_that_is_misspelt_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("t,x,anomaly\n1,2,0\n")
    error = refused(tmp_path, HEAD + "time: t\nlabel: anomally\n")
    assert error.hint == "did you mean 'anomaly'?"


def test_a_label_that_is_withheld_leaves_nothing_to_judge(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("t,x\n1,2\n")
    found, told = read(tmp_path, HEAD + "time: t\nlabel: anomaly\n")
    assert found.label is None
    assert told == ["there is no column 'anomaly': nothing is known of what is true"]


def test_intervals_are_labels_by_file_or_unit(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text("t,x\n1,2\n2,2\n3,2\n")
    (tmp_path / "w.json").write_text(json.dumps({"sub/a.csv": [[2, 3]], "b": []}))
    found, _ = read(tmp_path, HEAD + "time: t\nlabel: w.json\n")
    assert found.label is not None
    assert found.label.tolist() == [0, 1, 1, 0, 0, 0]
    (tmp_path / "w.txt").write_text("unit,from,until\nb,1,1\n")
    found, _ = read(tmp_path, HEAD + "time: t\nlabel: {path: w.txt}\n")
    assert found.label is not None
    assert found.label.tolist() == [0, 0, 0, 1, 0, 0]


def test_logs_and_traits_go_to_their_units(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("u,t,x\n1,1,2\n1,2,2\n2,1,2\n")
    (tmp_path / "f.txt").write_text("u,t,mode\n2,5,seal\n9,5,seal\n1,never,seal\n")
    (tmp_path / "m.txt").write_text("u,model,age\n1,blue,3\n")
    text = HEAD + "unit: u\ntime: t\nfailures: {path: f.txt, code: mode}\nunits: m.txt\n"
    found, told = read(tmp_path, text)
    assert found.recording.failures.unit.tolist() == [1]
    assert found.recording.failures.codes == ("seal",)
    assert found.recording.trait_names == ("model", "age")
    assert np.array_equal(
        found.recording.traits, [[0, 3], [np.nan, np.nan]], equal_nan=True
    )  # a unit that is not in the table
    assert told == [
        "1 failures without a unit, code or readable time were left out",
        "1 failures are of units without readings and were left out",
        "1 units are not in m.txt: nothing is known of their traits",
    ]


def test_a_path_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    error = refused(tmp_path, HEAD + "time: t\n")
    assert "readings: there is no file" in error.message
    assert "--data" in str(error)


def test_a_header_without_rows_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("t,x\n")
    assert "there are no rows" in refused(tmp_path, HEAD + "time: t\n").message


def test_no_readable_time_at_all_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("t,x\nsoon,1\nlater,2\n")
    error = refused(tmp_path, HEAD + "time: t\n")
    assert "no row of column 't' is readable" in error.message
