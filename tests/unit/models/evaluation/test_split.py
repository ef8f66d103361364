"""Parts never overlap, labels never look past a part's end, moments fall where they should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.evaluation import carving, dataset, fault_truth, grid, life_truth, split, task
from models.evaluation.dataset import Dataset
from models.evaluation.document import EvaluationError
from models.evaluation.notes import Notes
from models.evaluation.span import part, seen
from models.evaluation.split import Fold
from models.evaluation.task import Task

ROWS = 20
UNITS = "abcdefghij"


def prepared(folder: Path, rule: str, more: str = "") -> tuple[Task, Dataset]:
    """Ten units of twenty rows at times 0 to 19; unit a fails at 10, unit b at 19.5."""
    lines = [f"{unit},{row},{row}" for unit in UNITS for row in range(ROWS)]
    (folder / "r.csv").write_text("u,t,x\n" + "\n".join(lines))
    (folder / "f.csv").write_text("u,t,code\na,10,leak\nb,19.5,burst\n")
    text = "readings: r.csv\nunit: u\ntime: t\n" + (more or "kind: anomaly\n") + f"split: {rule}\n"
    (folder / "task.yaml").write_text(text)
    read = task.load(folder)
    return read, dataset.read(read, (folder,), Notes())


def folds(folder: Path, rule: str) -> tuple[Dataset, list[Fold]]:
    read, found = prepared(folder, rule)
    return found, split.folds(read.split, found)


def held(found: Dataset, fold: Fold) -> tuple[set[str], ...]:
    """The rows of each part, as unit and time."""
    parts = [fold.train, fold.validation, fold.test]
    moments = found.recording.moments
    return tuple(
        {
            f"{UNITS[unit]}{time // 10**9}"
            for unit, time in zip(
                moments.unit[each.holds(moments)], moments.time_ns[each.holds(moments)], strict=True
            )
        }
        if each
        else set()
        for each in parts
    )


def test_units_are_split_by_name_and_the_rest_is_tested(tmp_path: Path) -> None:
    found, [fold] = folds(tmp_path, "{train: [a, b], validation: {units: [c]}}")
    train, validation, test = held(found, fold)
    assert {each[0] for each in train} == {"a", "b"}
    assert {each[0] for each in validation} == {"c"}
    assert {each[0] for each in test} == set("defghij")


def test_times_are_split_with_a_gap(tmp_path: Path) -> None:
    rule = "{train: {until: 8}, validation: {until: 12}, test: {}, gap: 2}"
    found, [fold] = folds(tmp_path, rule)
    train, validation, test = held(found, fold)
    assert {int(each[1:]) for each in train} == set(range(8))
    assert {int(each[1:]) for each in validation} == {10, 11}
    assert {int(each[1:]) for each in test} == set(range(14, 20))


@pytest.mark.parametrize("rule", ["{train: 5}", "{train: 0.25}", "{train: 5s}"])
def test_the_beginning_of_each_unit_is_learned_from(tmp_path: Path, rule: str) -> None:
    found, [fold] = folds(tmp_path, rule)
    train, _, test = held(found, fold)
    assert {int(each[1:]) for each in train} == set(range(5))
    assert {int(each[1:]) for each in test} == set(range(5, 20))


def test_shares_follow_each_other(tmp_path: Path) -> None:
    found, [fold] = folds(tmp_path, "{train: 0.5, validation: 0.25, test: 0.25}")
    train, validation, test = held(found, fold)
    assert {int(each[1:]) for each in train} == set(range(10))
    assert {int(each[1:]) for each in validation} == set(range(10, 15))
    assert {int(each[1:]) for each in test} == set(range(15, 20))


def test_each_fold_tests_other_units_and_all_are_tested_once(tmp_path: Path) -> None:
    found, each = folds(tmp_path, "{folds: 4}")
    tested = [{name[0] for name in held(found, fold)[2]} for fold in each]
    assert sorted(name for some in tested for name in some) == list(UNITS)
    assert tested[0] == {"a", "e", "i"}
    assert all(not held(found, fold)[0] & held(found, fold)[2] for fold in each)


def test_a_validation_part_is_taken_by_unit_where_the_test_part_has_others(tmp_path: Path) -> None:
    found, [fold] = folds(tmp_path, "{test: [i, j]}")
    train, validation, _ = held(found, carving.carved(fold, found.recording, 0))
    assert {each[0] for each in validation} == {"d", "h"}
    assert {each[0] for each in train} == set("abcefg")


def test_a_validation_part_is_taken_from_the_end_of_the_time_with_a_gap(tmp_path: Path) -> None:
    found, [fold] = folds(tmp_path, "{train: {until: 12}}")
    train, validation, test = held(found, carving.carved(fold, found.recording, 2 * 10**9))
    assert {int(each[1:]) for each in train} == set(range(7))
    assert {int(each[1:]) for each in validation} == {9, 10, 11}
    assert {int(each[1:]) for each in test} == set(range(12, 20))


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("{train: {units: [a, q]}}", "split: train: there is no unit 'q'"),
        ("{train: [a, b], test: [b, c]}", "train and test overlap"),
        ("{train: {until: 10}, test: {from: 8}}", "train and test overlap"),
        ("{train: {until: -5}}", "split: train: nothing of the recording lies in it"),
        ("{train: {until: soon}}", "split: train: 'soon' is no time such as '0'"),
        ("{train: no_*.csv}", "'no_*.csv' is no unit and no reading file"),
        ("{folds: 11}", "11 folds of 10 units"),
    ],
)
def test_a_part_that_cannot_be_is_told(tmp_path: Path, rule: str, told: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        folds(tmp_path, rule)
    assert told in caught.value.message


def test_what_is_learned_from_holds_nothing_later(tmp_path: Path) -> None:
    found, [fold] = folds(tmp_path, "{train: {until: 8}, test: {from: 10}}")
    assert part(found.recording, fold.train).time_ns.max() < 8 * 10**9
    assert seen(found.recording, fold.test).time_ns.min() == 0


FAULTS = "kind: fault\nhorizon: 4\nfailures: {path: f.csv, code: code}\n"


def truth(found: Dataset, fold: Fold, unit: str, horizon: int = 4) -> list[float]:
    moments = grid.of(found, fold.train, None)
    names = fault_truth.modes(found, fold.train)
    came = fault_truth.of(found, moments, horizon * 10**9, fold.train, names)
    return came.any[moments.at.unit == UNITS.index(unit)].tolist()


def test_a_failure_is_foretold_in_the_horizon_before_it_and_not_at_it(tmp_path: Path) -> None:
    read, found = prepared(tmp_path, "{train: [a, b], test: [c]}", FAULTS)
    [fold] = split.folds(read.split, found)
    assert truth(found, fold, "a")[4:12] == [0, 0, 1, 1, 1, 1, 0, 0]


def test_what_was_not_watched_is_not_known_unless_it_failed(tmp_path: Path) -> None:
    read, found = prepared(tmp_path, "{train: [a, b], test: [c]}", FAULTS)
    [fold] = split.folds(read.split, found)
    assert np.array_equal(truth(found, fold, "a")[15:], [0, 0] + [np.nan] * 3, equal_nan=True)
    assert truth(found, fold, "b")[15:] == [0, 1, 1, 1, 1]


def test_labels_of_a_part_do_not_use_failures_after_its_end(tmp_path: Path) -> None:
    read, found = prepared(tmp_path, "{train: {until: 9}, test: {from: 12}}", FAULTS)
    [fold] = split.folds(read.split, found)
    told = truth(found, fold, "a")
    assert np.array_equal(told, [0.0] * 6 + [np.nan] * 3, equal_nan=True)
    assert fault_truth.modes(found, fold.train) == ()


def test_a_life_lasts_to_its_failure_and_is_censored_without_one(tmp_path: Path) -> None:
    more = "kind: remaining_life\nfailures: {path: f.csv, code: code}\ncap: 8\n"
    read, found = prepared(tmp_path, "{train: [a, b, c], test: [d]}", more)
    [fold] = split.folds(read.split, found)
    moments = grid.of(found, fold.train, None)
    told = life_truth.of(found, moments, fold.train, read, None, learning=True)
    of_a = told.values[moments.at.unit == 0, 0]
    assert of_a[:11].tolist() == [8, 8, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert not told.censored[moments.at.unit == 0][:11].any()
    assert told.censored[moments.at.unit == 2][12:].all()


def test_a_life_lasts_to_its_last_row_where_nothing_else_is_said(tmp_path: Path) -> None:
    read, found = prepared(tmp_path, "{train: [a, b], test: [c]}", "kind: remaining_life\n")
    [fold] = split.folds(read.split, found)
    moments = grid.of(found, fold.train, None)
    told = life_truth.of(found, moments, fold.train, read, None, learning=True)
    assert told.values[:ROWS, 0].tolist() == list(range(19, -1, -1))


def test_a_file_says_what_was_left_at_the_last_row(tmp_path: Path) -> None:
    (tmp_path / "left.txt").write_text("7\n3\n")
    more = "kind: remaining_life\nremaining: left.txt\n"
    read, found = prepared(tmp_path, "{train: [a, b, c, d, e, f, g, h]}", more)
    [fold] = split.folds(read.split, found)
    told = life_truth.ends(read, found, fold.test, (tmp_path,))
    last = grid.of(found, fold.test, "last")
    judged = life_truth.of(found, last, fold.test, read, told, learning=False)
    assert judged.values[:, 0].tolist() == [7, 3]
    learned = grid.of(found, fold.train, "last")
    taught = life_truth.of(found, learned, fold.train, read, told, learning=True)
    assert not taught.values.any()


def test_a_last_row_alone_does_not_tell_what_was_left_of_what_is_judged(tmp_path: Path) -> None:
    more = "kind: remaining_life\nevery: last\n"
    read, found = prepared(tmp_path, "{train: [a, b], test: [c]}", more)
    [fold] = split.folds(read.split, found)
    last = grid.of(found, fold.test, "last")
    judged = life_truth.of(found, last, fold.test, read, None, learning=False)
    assert np.isnan(judged.values).all()


def test_a_file_with_too_few_numbers_is_told(tmp_path: Path) -> None:
    (tmp_path / "left.txt").write_text("7\n")
    more = "kind: remaining_life\nremaining: left.txt\n"
    read, found = prepared(tmp_path, "{train: [a, b, c, d, e, f, g, h]}", more)
    [fold] = split.folds(read.split, found)
    with pytest.raises(EvaluationError, match="holds 1 numbers for 2 units"):
        life_truth.ends(read, found, fold.test, (tmp_path,))


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        (None, list(range(5, 20))),
        ("last", [19]),
        ("6 rows", [5, 11, 17]),
        (6, [5, 11, 17]),
        ("6s", [5, 11, 17]),
    ],
)
def test_moments_are_rows_thinned_from_the_parts_beginning(
    tmp_path: Path, every: str | int | None, expected: list[int]
) -> None:
    found, [fold] = folds(tmp_path, "{train: {until: 5}, test: {from: 5}}")
    moments = grid.of(found, fold.test, every)
    assert (moments.at.time_ns[moments.at.unit == 0] // 10**9).tolist() == expected


def test_without_readings_a_clock_gives_the_moments(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("u,t,c\na,2026-01-01,x\nb,2026-01-03,x\n")
    (tmp_path / "task.yaml").write_text(
        "kind: fault\nunit: u\ntime: t\nevents: {path: e.csv, code: c}\n"
        "failures: {path: e.csv, code: c}\nhorizon: 24h\n"
        "split: {train: {until: 2026-01-02}, test: {from: 2026-01-02}}\n"
    )
    read = task.load(tmp_path)
    found = dataset.read(read, (tmp_path,), Notes())
    [fold] = split.folds(read.split, found)
    moments = grid.of(found, fold.test, "12h")
    assert grid.texts(found, moments)[:3].tolist() == [
        "2026-01-02 00:00:00",
        "2026-01-02 12:00:00",
        "2026-01-03 00:00:00",
    ]
    assert len(moments) == 6
