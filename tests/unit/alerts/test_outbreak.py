"""A fault that rises in a cohort is found, and chance, season and weak models are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from alerts import cohort, outbreak
from alerts.cohort import TRAITS, Cells, Cohort, Split
from alerts.outbreak import Found, Question
from models.arrays import Bools, Floats

DEVICES = 1200
PAST = 4
"""Windows before the recent one."""
RATE = 0.04
"""Of new cases an appliance and window."""
Traits = dict[str, np.ndarray]
Inside = Callable[[Traits], Bools]


@dataclass(frozen=True)
class Fleet:
    """Appliances with their traits, gathered to cells."""

    traits: Traits
    cells: Cells
    splits: list[Split]
    cell_of: np.ndarray

    def ask(self, windows: list[Bools], problem: str = "leak", *known: Cohort) -> Question:
        """The question of one problem; the recent window comes first."""
        places = len(self.cells.devices)
        recent, *past = (
            np.bincount(self.cell_of, each, places).astype(np.float64) for each in windows
        )
        return Question(
            "kettle", problem, self.cells, self.splits, recent, np.sum(past, axis=0), known
        )


def _fleet(rng: np.random.Generator, past: float = PAST) -> Fleet:
    model = rng.choice(["A", "B", "C", "D"], DEVICES, p=[0.4, 0.3, 0.2, 0.1])
    traits = {
        "batch": np.char.add(model, rng.integers(0, 4, DEVICES).astype(str)),
        "firmware": rng.choice(["1", "2", "3"], DEVICES, p=[0.6, 0.3, 0.1]),
        "model": model,
        "region": rng.choice(["north", "south", "east", "west", ""], DEVICES),
    }
    rows = np.array([*zip(*(traits[each] for each in TRAITS), strict=True)])
    values, cell_of = np.unique(rows, axis=0, return_inverse=True)
    devices: Floats = np.bincount(cell_of.ravel()).astype(np.float64)
    columns = {trait: values[:, place].tolist() for place, trait in enumerate(TRAITS)}
    cells = Cells(columns, devices, devices, devices * past)
    return Fleet(traits, cells, cohort.splits(cells), cell_of.ravel())


def _windows(rng: np.random.Generator, rates: list[Floats | float]) -> list[Bools]:
    return [rng.random(DEVICES) < rate for rate in rates]


def _rising(rng: np.random.Generator, fleet: Fleet, inside: Inside, times: float = 5) -> Question:
    now = np.where(inside(fleet.traits), times * RATE, RATE)
    return fleet.ask(_windows(rng, [now, *[RATE] * PAST]))


def _cohorts(found: list[Found]) -> list[Cohort]:
    return [each.cohort for each in found]


def test_chance_opens_hardly_any_parent_in_two_hundred_fleets() -> None:
    rng = np.random.default_rng(11)
    wrong = 0
    for _ in range(200):
        fleet = _fleet(rng)
        rate = float(rng.choice([0.005, 0.02, 0.1]))
        asked = [fleet.ask(_windows(rng, [rate] * (PAST + 1)), f"p{n}") for n in range(4)]
        wrong += bool(outbreak.search(asked))
    assert wrong <= 10


@pytest.mark.parametrize(
    ("expected", "inside"),
    [
        (Cohort(model="C"), lambda of: of["model"] == "C"),
        (Cohort(firmware="2"), lambda of: of["firmware"] == "2"),
        (Cohort(region="north"), lambda of: of["region"] == "north"),
        (
            Cohort(model="A", firmware="2"),
            lambda of: (of["model"] == "A") & (of["firmware"] == "2"),
        ),
    ],
)
def test_five_times_the_rate_is_found_and_named_as_narrowly_as_it_is(
    expected: Cohort, inside: Inside
) -> None:
    rng = np.random.default_rng(5)
    found = [outbreak.search([_rising(rng, _fleet(rng), inside)]) for _ in range(10)]
    assert sum(_cohorts(each) == [expected] for each in found) >= 8
    assert all(each[0].chance <= outbreak.FALSE_FINDS for each in found if each)


def test_two_cohorts_on_the_rise_are_two_finds() -> None:
    rng = np.random.default_rng(3)
    question = _rising(
        rng, _fleet(rng), lambda of: (of["model"] == "D") | (of["region"] == "west"), 8
    )
    assert set(_cohorts(outbreak.search([question]))) == {
        Cohort(model="D"),
        Cohort(region="west"),
    }


def test_a_season_and_a_model_that_was_always_weak_are_no_rise() -> None:
    rng = np.random.default_rng(8)
    found = 0
    for _ in range(20):
        fleet = _fleet(rng)
        usual = np.where(fleet.traits["model"] == "B", 0.09, 0.03)
        found += bool(outbreak.search([fleet.ask(_windows(rng, [3 * usual, *[usual] * PAST]))]))
    assert found <= 1


def test_a_new_batch_without_a_past_is_held_against_the_rest() -> None:
    rng = np.random.default_rng(2)
    fleet = _fleet(rng, past=0)
    now = np.where(fleet.traits["batch"] == "B2", 0.3, RATE)
    found = outbreak.search([fleet.ask(_windows(rng, [now, 0.0]))])
    assert _cohorts(found) == [Cohort(batch="B2")]


def test_what_a_known_cohort_has_explains_no_other() -> None:
    rng = np.random.default_rng(6)
    fleet = _fleet(rng)
    now = np.where(fleet.traits["model"] == "C", 6 * RATE, RATE)
    windows = _windows(rng, [now, *[RATE] * PAST])
    assert _cohorts(outbreak.search([fleet.ask(windows)])) == [Cohort(model="C")]
    assert outbreak.search([fleet.ask(windows, "leak", Cohort(model="C"))]) == []


def test_an_unknown_trait_is_no_cohort() -> None:
    rng = np.random.default_rng(7)
    question = _rising(rng, _fleet(rng), lambda of: of["region"] == "", 10)
    assert Cohort(region="") not in _cohorts(outbreak.search([question]))


def test_a_handful_of_appliances_is_too_few() -> None:
    rng = np.random.default_rng(1)
    fleet = _fleet(rng)
    few = np.flatnonzero(fleet.traits["model"] == "A")[: outbreak.LEAST_DEVICES - 1]
    fleet.traits["batch"][few] = "tiny"
    windows = _windows(rng, [0.0] * (PAST + 1))
    windows[0][few] = True
    assert Cohort(batch="tiny") not in _cohorts(outbreak.search([fleet.ask(windows)]))
    assert outbreak.search([]) == []
