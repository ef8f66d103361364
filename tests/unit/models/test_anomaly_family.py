"""What the anomaly family forgives, what it tells, and that it tells it once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.anomaly import AnomalyFamily
from models.arrays import Floats
from models.detectors.detector import NotEnoughDataError
from models.recording import Description, Recording

STEP_NS = 1_000_000_000
START_NS = 1_700_000_000_000_000_000
LEARNED, JUDGED = 400, 800


def recording(rows: int, units: int = 6, seed: int = 3, start: int = 0) -> Recording:
    """A pump: flow follows speed; pressure is its own."""
    rng = np.random.default_rng((seed, start))
    speed = 50 + rng.normal(0, 1, rows * units)
    flow = 2 * speed + rng.normal(0, 0.5, rows * units)
    pressure = 3 + rng.normal(0, 0.1, rows * units)
    time = START_NS + (start + np.arange(rows)) * STEP_NS
    return Recording(
        Description(("speed", "flow", "pressure")),
        tuple(f"pump {unit}" for unit in range(units)),
        np.repeat(np.arange(units), rows),
        np.tile(time, units),
        np.column_stack([speed, flow, pressure]),
        STEP_NS,
    )


def history() -> Recording:
    return recording(LEARNED)


def later() -> Recording:
    return recording(JUDGED, start=LEARNED)


def with_added(given: Recording, metric: str, added: Floats, unit: int = 2) -> Recording:
    """Something on top of one metric of one unit; `added` has a value for each of its rows."""
    values = given.values.copy()
    values[given.unit == unit, given.metrics.index(metric)] += added
    return replace(given, values=values)


def episode(first: int, after: int, size: float, rows: int = JUDGED) -> Floats:
    inside = (np.arange(rows) >= first) & (np.arange(rows) < after)
    return np.where(inside, size, 0.0)


def scores(family: AnomalyFamily, given: Recording, unit: int = 2) -> Floats:
    return family.score(given)["score"].to_numpy(np.float64)[given.unit == unit]


def test_a_step_is_told_while_it_lasts_and_not_after() -> None:
    family = AnomalyFamily().fit(history())
    found = scores(family, with_added(later(), "pressure", episode(300, 500, 0.5)))
    assert (found[312:500] > family.threshold).all()
    assert np.median(found[12:300]) < family.threshold
    assert np.median(found[520:]) < family.threshold


def test_a_relation_that_breaks_is_told_though_each_metric_is_ordinary() -> None:
    family = AnomalyFamily().fit(history())
    given = later()
    values = given.values.copy()
    rows = np.flatnonzero(given.unit == 2)[300:]
    values[rows, 1] = values[rows[::-1], 1]
    found = scores(family, replace(given, values=values))
    assert np.median(found[12:300]) < family.threshold < np.median(found[312:])


def test_a_metric_that_is_stuck_is_told() -> None:
    family = AnomalyFamily().fit(history())
    given = later()
    values = given.values.copy()
    values[np.flatnonzero(given.unit == 2)[300:], 2] = 3.0
    found = scores(family, replace(given, values=values))
    assert np.median(found[12:300]) < family.threshold < np.median(found[312:])


def test_a_part_of_a_large_excursion_is_forgiven_when_it_fades() -> None:
    family = AnomalyFamily().fit(history())
    fading = np.where(np.arange(JUDGED) >= 500, 0.15, 0.0)
    after_excursion = episode(300, 500, 20.0) + fading
    alone = scores(family, with_added(later(), "pressure", fading))
    after = scores(family, with_added(later(), "pressure", after_excursion))
    assert np.median(after[520:]) < 0.5 * np.median(alone[520:])


def test_slow_drift_is_followed_and_a_step_of_the_same_size_is_not() -> None:
    family = AnomalyFamily().fit(history())
    rows = 4000
    given = recording(rows, start=LEARNED)
    drift = scores(family, with_added(given, "pressure", np.linspace(0.0, 0.1, rows)))
    step = scores(family, with_added(given, "pressure", episode(rows - 200, rows, 0.1, rows)))
    assert np.median(drift[-180:]) < family.threshold < np.median(step[-180:])


def test_rows_that_are_labelled_anomalous_teach_nothing() -> None:
    bad = episode(100, 300, 5.0, LEARNED)
    given = with_added(history(), "pressure", bad)
    labels = np.zeros(len(given))
    labels[given.unit == 2] = bad > 0
    family = AnomalyFamily().fit(given, labels)
    clean = AnomalyFamily().fit(history().only(labels == 0))
    np.testing.assert_array_equal(scores(family, later()), scores(clean, later()))


def test_rows_without_a_label_are_taken_for_healthy() -> None:
    unknown = np.full(len(history()), np.nan)
    family, plain = AnomalyFamily().fit(history(), unknown), AnomalyFamily().fit(history())
    np.testing.assert_array_equal(scores(family, later()), scores(plain, later()))


def test_a_few_unlabelled_anomalies_in_the_history_hide_no_later_ones() -> None:
    clean = recording(LEARNED, units=1)
    tainted = with_added(clean, "pressure", episode(300, 315, 5.0, LEARNED), unit=0)
    given = recording(JUDGED, units=1, start=LEARNED)
    given = with_added(given, "pressure", episode(300, 500, 0.5), unit=0)
    family = AnomalyFamily().fit(tainted)
    found = scores(family, given, unit=0)
    assert np.median(found[312:500]) > family.threshold > np.median(found[12:300])


def test_an_episode_is_one_alarm_however_long_it_lasts() -> None:
    family = AnomalyFamily().fit(history())
    flicker = episode(300, 600, 0.8) * (np.arange(JUDGED) % 60 < 40)
    found = family.alarms(with_added(later(), "pressure", flicker))
    of_unit = found[found["unit"] == 2]
    assert len(of_unit) == 1
    began = (of_unit["time"].iloc[0].value - START_NS) // STEP_NS - LEARNED
    assert 300 <= began < 330


def test_a_second_episode_long_after_the_first_is_a_second_alarm() -> None:
    family = AnomalyFamily().fit(history())
    twice = episode(150, 250, 0.8) + episode(600, 700, 0.8)
    found = family.alarms(with_added(later(), "pressure", twice))
    assert (found["unit"] == 2).sum() == 2


def test_departures_name_the_metric_that_is_off() -> None:
    family = AnomalyFamily().fit(history())
    given = with_added(later(), "pressure", episode(300, 800, 0.8))
    table = family.departures(given)
    last = np.nan_to_num(np.abs(table.values[given.unit == 2][-1]))
    assert table.names[int(np.argmax(last))].startswith("pressure:")


def test_a_unit_with_one_reading_gets_no_score() -> None:
    family = AnomalyFamily().fit(history())
    given = later()
    lonely = given.only((given.unit != 2) | (given.time_ns == given.time_ns.max()))
    assert np.isnan(scores(family, lonely)).all()


def test_a_metric_that_the_recording_lacks_is_left_out() -> None:
    family = AnomalyFamily().fit(history())
    given = later()
    fewer = replace(
        given, description=Description(("speed", "flow")), values=given.values[:, :2].copy()
    )
    assert np.isfinite(scores(family, fewer)).mean() > 0.9


def test_one_unit_one_metric_and_one_short_history_are_enough_to_begin() -> None:
    given = recording(40, units=1)
    single = replace(given, description=Description(("flow",)), values=given.values[:, [1]])
    found = AnomalyFamily().fit(single).score(single)["score"]
    assert np.isfinite(found).mean() > 0.8


def test_a_history_in_which_all_is_labelled_anomalous_is_refused() -> None:
    with pytest.raises(NotEnoughDataError):
        AnomalyFamily().fit(history(), np.ones(len(history())))


def test_asking_before_learning_is_refused() -> None:
    with pytest.raises(NotEnoughDataError):
        AnomalyFamily().score(later())


def labelled() -> tuple[Recording, Floats]:
    """Six faults in the pressure, and larger excursions of the speed that are none."""
    given, labels = history(), np.zeros(6 * LEARNED)
    for unit in range(6):
        bad = episode(150 + 10 * unit, 200 + 10 * unit, 0.3, LEARNED)
        given = with_added(given, "pressure", bad, unit)
        given = with_added(given, "speed", episode(100, 115, 9.0, LEARNED), unit)
        labels[given.unit == unit] = bad > 0
    return given, labels


def test_labels_teach_which_metrics_matter() -> None:
    given, labels = labelled()
    taught, plain = AnomalyFamily().fit(given, labels), AnomalyFamily().fit(given.only(labels == 0))
    fault = with_added(later(), "pressure", episode(300, 500, 0.3))
    harmless = with_added(later(), "speed", episode(300, 500, 9.0))
    ratio = {
        family: np.median(scores(family, fault)[320:500])
        / np.median(scores(family, harmless)[320:500])
        for family in (taught, plain)
    }
    assert taught.learned.weighing is not None
    assert ratio[taught] > 1.2 * ratio[plain]


def test_one_labelled_episode_is_no_reason_to_weigh_metrics() -> None:
    given = with_added(history(), "pressure", episode(100, 200, 0.5, LEARNED))
    labels = np.zeros(len(given))
    labels[np.flatnonzero(given.unit == 2)[100:200]] = 1
    assert AnomalyFamily().fit(given, labels).learned.weighing is None


def test_a_family_made_again_from_what_was_learned_scores_alike() -> None:
    family = AnomalyFamily().fit(*labelled())
    again = AnomalyFamily(learned=family.learned)
    assert again.threshold == family.threshold
    np.testing.assert_array_equal(scores(again, later()), scores(family, later()))
