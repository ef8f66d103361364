"""The benchmark of customers measures what it says."""

from __future__ import annotations

from random import Random

from benchmarks import customers
from customers.secrecy import master_keys


def test_a_small_file_is_brought_in_and_its_duplicates_are_found() -> None:
    before = master_keys.current()
    figures = customers.run(60)
    assert (figures.customers, figures.duplicates) == (60, 30)
    assert figures.found >= 0.8
    assert figures.right >= 0.8
    assert master_keys.current() == before


def test_the_same_seed_makes_the_same_people() -> None:
    assert customers._file(20, Random(1)) == customers._file(20, Random(1))
    assert customers._file(20, Random(1)) != customers._file(20, Random(2))
