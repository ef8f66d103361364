"""The parts of a fleet in which a fault may rise: by batch, firmware, model, region, and by two.

A cell is all appliances of a type that have these four in common; a cohort is a set of cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from models.arrays import Bools, Floats, Ints

TRAITS = ("batch", "firmware", "model", "region")
"""In the order in which one is named where two are the same appliances."""
SPLITS: tuple[tuple[str, ...], ...] = (
    *((trait,) for trait in TRAITS),
    *combinations(TRAITS, 2),
)


@dataclass(frozen=True)
class Cohort:
    """What its appliances have in common; None where anything goes."""

    model: str | None = None
    firmware: str | None = None
    batch: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class Cells:
    """A type's appliances; all arrays are as long as there are cells."""

    traits: Mapping[str, Sequence[str]]
    """The value of each trait in each cell; empty where it is not known."""
    devices: Floats
    """In service now."""
    exposure: Floats
    """In the recent window: appliances times the share of it that they were in service."""
    past_exposure: Floats
    """Before it, in the same unit."""


@dataclass(frozen=True)
class Split:
    """The cells grouped by one trait or two."""

    cohorts: tuple[Cohort, ...]
    of_cell: Ints
    """The place of each cell's cohort; -1 where a trait is not known."""

    def total(self, values: Floats) -> Floats:
        """The sum over each cohort's cells."""
        known = self.of_cell >= 0
        sums = np.bincount(self.of_cell[known], values[known], minlength=len(self.cohorts))
        return np.asarray(sums, dtype=np.float64)


@dataclass(frozen=True)
class Counts:
    """What was counted in cohorts."""

    devices: Floats
    cases: Floats
    exposure: Floats
    past_cases: Floats
    past_exposure: Floats

    def at(self, places: Ints) -> Counts:
        """Those of some cohorts."""
        return Counts(*(values[places] for values in vars(self).values()))

    def without(self, other: Counts) -> Counts:
        """What is left of these when the others are taken out."""
        return Counts(
            self.devices - other.devices,
            self.cases - other.cases,
            np.maximum(self.exposure - other.exposure, 0.0),
            self.past_cases - other.past_cases,
            np.maximum(self.past_exposure - other.past_exposure, 0.0),
        )


def splits(cells: Cells) -> list[Split]:
    """Group the cells in every way that is tried."""
    return [_split(cells, traits) for traits in SPLITS]


def _split(cells: Cells, traits: tuple[str, ...]) -> Split:
    places: dict[tuple[str, ...], int] = {}
    of_cell = [
        places.setdefault(values, len(places)) if all(values) else -1
        for values in zip(*(cells.traits[trait] for trait in traits), strict=True)
    ]
    cohorts = tuple(Cohort(**dict(zip(traits, values, strict=True))) for values in places)
    return Split(cohorts, np.array(of_cell, dtype=np.int64))


def members(cells: Cells, cohort: Cohort) -> Bools:
    """Which cells are of the cohort."""
    inside = np.ones(len(cells.devices), dtype=np.bool_)
    for trait in TRAITS:
        wanted = getattr(cohort, trait)
        if wanted is not None:
            inside &= np.array([value == wanted for value in cells.traits[trait]], dtype=np.bool_)
    return inside
