"""Every shipped appliance type keeps these promises, whoever wrote it and whenever."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from devices.catalogue import folder
from devices.catalogue.appliance_type import (
    ApplianceType,
    Direction,
    Kind,
    Metric,
    Severity,
    Steps,
    Storage,
    Text,
)
from devices.catalogue.part import Part

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SHIPPED = {
    "air_conditioner",
    "dishwasher",
    "refrigerator",
    "washing_machine",
    "water_heater",
    "water_purifier",
}
UNITS = {
    "_l_per_min": "L/min",
    "_k_per_min": "K/min",
    "_mm_s": "mm/s",
    "_m_s2": "m/s²",
    "_kwh": "kWh",
    "_kpa": "kPa",
    "_bar": "bar",
    "_mbar": "mbar",
    "_rpm": "rpm",
    "_pct": "%",
    "_min": "min",
    "_ppm": "ppm",
    "_ntu": "NTU",
    "_hz": "Hz",
    "_ma": "mA",
    "_kg": "kg",
    "_dh": "°dH",
    "_c": "°C",
    "_w": "W",
    "_l": "L",
    "_h": "h",
    "_s": "s",
    "_a": "A",
    "_v": "V",
    "_k": "K",
}
"""Suffix of a metric's name and its unit; the longest suffix that fits decides."""

every_type = pytest.mark.parametrize("description", folder.load().values(), ids=lambda t: t.type)


def test_the_six_types_of_the_design_are_shipped() -> None:
    assert set(folder.load()) >= SHIPPED


@every_type
def test_a_type_has_the_size_of_a_real_appliance(description: ApplianceType) -> None:
    assert 8 <= len(description.metrics) <= 14
    assert 5 <= len(description.fault_codes) <= 12
    assert 1 <= len(description.consumables) <= 3
    assert 2 <= len(description.commands) <= 4
    assert len(description.watched()) >= 2


@every_type
def test_every_chinese_text_is_chinese_and_every_english_one_is_not(
    description: ApplianceType,
) -> None:
    for english, chinese in _texts(description):
        assert CHINESE.search(chinese), chinese
        assert not CHINESE.search(english), english


@every_type
def test_titles_of_a_kind_are_distinct(description: ApplianceType) -> None:
    for group in (
        description.metrics,
        description.problems,
        description.fault_codes,
        description.consumables,
        description.commands,
    ):
        for language in ("en", "zh"):
            titles = [entry.title.language(language) for entry in group.values()]
            assert len(titles) == len(set(titles))


@every_type
def test_a_metrics_unit_is_the_one_in_its_name(description: ApplianceType) -> None:
    for name, metric in description.metrics.items():
        if (expected := _unit_in(name)) is not None:
            assert metric.unit == expected, name


@every_type
def test_a_number_with_a_unit_says_it_in_its_name(description: ApplianceType) -> None:
    for name, metric in description.metrics.items():
        if metric.unit:
            assert _unit_in(name) == metric.unit, name


@every_type
def test_gauges_say_what_is_usual(description: ApplianceType) -> None:
    for name, metric in description.metrics.items():
        if metric.kind is Kind.GAUGE and metric.storage is not Storage.BOOLEAN:
            assert metric.usual is not None, name
            assert metric.physical is not None, name
            assert metric.physical.holds(metric.usual), name


@every_type
def test_an_alarm_is_possible_but_not_usual(description: ApplianceType) -> None:
    for name, metric in description.metrics.items():
        for bound, usual_side, way in _alarm_bounds(metric):
            assert metric.bounds is not None, name
            assert metric.bounds.low < bound < metric.bounds.high, name
            assert way * bound >= way * usual_side, name


@every_type
def test_no_metric_explains_itself_by_a_detour(description: ApplianceType) -> None:
    def explained_by(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, f"{' <- '.join((*above, name))}"
        for other in description.metrics[name].context:
            if not (other in above and _twins(description, name, other)):
                explained_by(other, (*above, name))

    for name in description.metrics:
        explained_by(name, ())


def _twins(description: ApplianceType, name: str, other: str) -> bool:
    """Two that explain each other: where one is bad, the other looks off in the harmless way."""
    one, two = description.metrics[name], description.metrics[other]
    one_sided = one.anomaly in {Direction.HIGH, Direction.LOW}
    return name in two.context and one_sided and one.anomaly == two.anomaly


@every_type
def test_danger_is_never_taken_lightly(description: ApplianceType) -> None:
    for name, entry in [*description.problems.items(), *description.fault_codes.items()]:
        if entry.safety:  # type: ignore[attr-defined]
            assert entry.severity.rank >= Severity.HIGH.rank, name  # type: ignore[attr-defined]


@every_type
def test_a_dangerous_code_points_to_a_dangerous_problem(description: ApplianceType) -> None:
    for code, fault in description.fault_codes.items():
        if fault.safety:
            assert description.problems[fault.problem].safety, code


@every_type
def test_every_problem_can_be_noticed(description: ApplianceType) -> None:
    noticed = {metric.problem for metric in description.metrics.values()}
    noticed |= {fault.problem for fault in description.fault_codes.values()}
    assert set(description.problems) <= noticed


@every_type
def test_a_consumable_wears_within_its_metric(description: ApplianceType) -> None:
    for name, consumable in description.consumables.items():
        bounds = description.metrics[consumable.wear.metric].bounds
        assert bounds is not None, name
        assert bounds.low <= consumable.wear.new <= bounds.high, name
        assert bounds.low <= consumable.wear.spent <= bounds.high, name


@every_type
def test_silence_lasts_longer_than_the_pause_between_reports(description: ApplianceType) -> None:
    assert description.silent_after_h * 3600 >= 12 * description.reports_every_s
    assert 6 <= description.silent_after_h <= 24


def _unit_in(name: str) -> str | None:
    fitting = [suffix for suffix in UNITS if name.endswith(suffix)]
    return UNITS[max(fitting, key=len)] if fitting else None


def _alarm_bounds(metric: Metric) -> Iterator[tuple[float, float, int]]:
    """Each bound of the alarm, the end of `usual` on its side, and +1 for above or -1 for below."""
    if metric.alarm is None or metric.usual is None:
        return
    if metric.alarm.high is not None:
        yield metric.alarm.high, metric.usual.high, 1
    if metric.alarm.low is not None:
        yield metric.alarm.low, metric.usual.low, -1


def _texts(part: object) -> Iterator[tuple[str, str]]:
    """Every English text and its Chinese one, anywhere within `part`."""
    if isinstance(part, Text):
        yield part.en, part.zh
    elif isinstance(part, Steps):
        yield from zip(part.en, part.zh, strict=True)
    elif isinstance(part, Part):
        for _, value in part:
            yield from _texts(value)
    elif isinstance(part, dict):
        for value in part.values():
            yield from _texts(value)
    elif isinstance(part, tuple):
        for value in part:
            yield from _texts(value)
