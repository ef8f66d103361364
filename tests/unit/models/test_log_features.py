"""What a log says equals what a plain loop over its entries finds, and nothing later counts."""

from __future__ import annotations

import numpy as np

from models.features import log
from models.features.table import Table
from models.recording import HOUR_NS, Log, Moments

DAY_START_NS = 20_000 * 24 * HOUR_NS
LENGTHS = (6 * HOUR_NS, 48 * HOUR_NS)
STYLE = log.Style(LENGTHS, hours=True, latest=3)


def entries(seed: int = 4, units: int = 4, each: int = 30) -> Log:
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), each)
    time_ns = DAY_START_NS + rng.integers(0, 300, unit.size) * HOUR_NS
    return Log.of(unit, time_ns, [f"E{number}" for number in rng.integers(1, 4, unit.size)])


def moments(seed: int = 5, units: int = 5) -> Moments:
    rng = np.random.default_rng(seed)
    return Moments(rng.integers(0, units, 80), DAY_START_NS + rng.integers(-9, 400, 80) * HOUR_NS)


def asked(of: Log, at: Moments) -> Table:
    return log.features(log.within(of, ("E1", "E2")), at, STYLE, name="event")


def of_moment(given: Log, at: Moments, row: int, code: str | None) -> list[int]:
    """Times in hours since the first day, up to the moment, oldest first."""
    mine = (given.unit == at.unit[row]) & (given.time_ns <= at.time_ns[row])
    if code is not None:
        mine &= given.code == given.codes.index(code)
    return [int(time) for time in (given.time_ns[mine] - DAY_START_NS) // HOUR_NS]


def test_counts_are_of_the_entries_in_the_window() -> None:
    given, at = entries(), moments()
    table = asked(given, at)
    for code, named in ((None, "any"), ("E1", "E1"), ("E3", log.OTHER)):
        for length, written in ((6, "6h"), (48, "2d")):
            expected = [
                sum((at.time_ns[row] - DAY_START_NS) // HOUR_NS - time < length for time in found)
                for row in range(len(at))
                for found in [of_moment(given, at, row, code)]
            ]
            assert table.column(f"event:{named}:count:{written}").tolist() == expected


def test_recency_hour_of_day_and_the_time_between_the_last_two() -> None:
    given, at = entries(), moments()
    table = asked(given, at)
    for row in range(len(at)):
        found = of_moment(given, at, row, "E2")
        now = (at.time_ns[row] - DAY_START_NS) // HOUR_NS
        told = [
            table.column(f"event:E2:{question}")[row]
            for question in ("hours since", "hour of day", "hours between")
        ]
        expected = [now - found[-1], found[-1] % 24] if found else [np.nan] * 2
        expected.append(found[-1] - found[-2] if len(found) > 1 else np.nan)
        np.testing.assert_allclose(told, expected, atol=1e-6)


def test_the_last_codes_are_told_in_their_order() -> None:
    given = Log.of(np.array([0, 0, 0]), DAY_START_NS + np.arange(3) * HOUR_NS, ["E2", "E1", "E9"])
    at = Moments(np.array([0, 0, 1]), DAY_START_NS + np.array([1, 2, 2]) * HOUR_NS)
    table = asked(given, at)
    told = np.column_stack([table.column(f"event:code {back} back") for back in (1, 2, 3)])
    np.testing.assert_array_equal(told, [[0, 1, np.nan], [2, 0, 1], [np.nan] * 3])


def test_entries_after_a_moment_never_count() -> None:
    given, at = entries(), moments()
    cut = DAY_START_NS + 150 * HOUR_NS
    early = at.only(at.time_ns < cut)
    known_then = given.only(given.time_ns < cut)
    np.testing.assert_array_equal(asked(given, early).values, asked(known_then, early).values)


def test_columns_are_the_same_whatever_codes_a_log_has() -> None:
    at = moments()
    names = asked(entries(), at).names
    assert asked(Log.empty(), at).names == names
    strange = Log.of(np.array([0]), np.array([DAY_START_NS]), ["never heard of"])
    assert asked(strange, at).names == names
    assert np.isfinite(asked(strange, at).column(f"event:{log.OTHER}:hours since")).any()


def test_pairs_name_what_followed_what_in_one_unit() -> None:
    given = Log.of(
        np.array([0, 0, 0, 1]),
        DAY_START_NS + np.array([1, 2, 3, 4]) * HOUR_NS,
        ["E1", "E2", "E1", "E2"],
    )
    found = log.pairs(given)
    assert [found.codes[code] for code in found.code] == ["E1 > E2", "E2 > E1"]
    assert found.unit.tolist() == [0, 0]
    assert len(log.pairs(Log.empty())) == 0


def test_the_most_frequent_codes_get_a_column() -> None:
    given = Log.of(np.zeros(6, dtype=np.int64), np.arange(6), ["c", "b", "b", "a", "a", "a"])
    assert log.frequent(given, 2) == ("a", "b")
    assert log.frequent(given, 9, fewest=3) == ("a",)
    assert log.frequent(Log.empty(), 9) == ()
