from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from alerts import departure_words
from alerts.evidence import Evidence, plot_from, sentence
from devices.catalogue.folder import Catalogue
from models.reasons.departure import Departure

AT = datetime(2026, 6, 4, 12, tzinfo=UTC)
POWER = Departure(
    metric="compressor_power_w",
    observed=112.0,
    expected=83.5,
    spread=4.0,
    since=AT - timedelta(days=3),
    excess=1.8,
    context={"compressor_duty_pct": 62.0, "condenser_temp_c": 41.0},
)


def _told(catalogue: Catalogue, seen: Departure, language: str = "en") -> str:
    return departure_words.tell(seen, AT, catalogue["refrigerator"], language)


def test_a_departure_tells_how_far_from_what_in_which_surroundings_and_since_when(
    catalogue: Catalogue,
) -> None:
    assert _told(catalogue, POWER) == (
        "Compressor power is 112 W, 34 % above the 83.5 W that compressor running 62.0 % and"
        " condenser temperature 41.0 °C explain, for 3 days"
    )
    assert _told(catalogue, POWER, "zh-CN") == (
        "压缩机功率为 112 W，比在压缩机运行占比 62.0 %、冷凝器温度 41.0 °C时应有的 83.5 W"
        " 高 34 %，已持续 3 天"
    )


def test_a_temperature_has_no_natural_zero_and_is_told_in_degrees(catalogue: Catalogue) -> None:
    warm = Departure(
        "fridge_temp_c", 9.0, 4.5, 0.5, AT - timedelta(hours=5), 1.2, {"ambient_temp_c": 25.0}
    )
    assert _told(catalogue, warm) == (
        "Fridge temperature is 9.00 °C, 4.50 °C above the 4.50 °C that room temperature 25.0 °C"
        " explains, for 5 hours"
    )


@pytest.mark.parametrize(
    ("observed", "expected", "far"),
    [(50.0, 100.0, "50 %"), (130.0, 100.0, "30 %"), (60.0, 2.0, "58.0 W"), (60.0, 0.0, "60.0 W")],
)
def test_a_share_is_told_unless_almost_nothing_was_expected(
    catalogue: Catalogue, observed: float, expected: float, far: str
) -> None:
    metric = catalogue["refrigerator"].metrics["compressor_power_w"]
    seen = Departure("compressor_power_w", observed, expected, 1.0, AT, 1.0)
    assert departure_words.how_far(seen, metric, "en") == far


def test_a_percentage_is_told_in_points(catalogue: Catalogue) -> None:
    busy = Departure("compressor_duty_pct", 56.0, 41.0, 1.0, AT, 2.0)
    assert (
        _told(catalogue, busy)
        == "Compressor running is 56.0 %, 15.0 points above its usual 41.0 %, for 1 hour"
    )
    assert "高 15.0 个百分点" in _told(catalogue, busy, "zh")


def test_a_fall_is_below(catalogue: Catalogue) -> None:
    slow = Departure("evaporator_fan_rpm", 900.0, 1200.0, 30.0, AT, 2.0, {"defrosting": 0.4})
    assert _told(catalogue, slow) == (
        "Evaporator fan speed is 900 rpm, 25 % below its usual 1200 rpm, for 1 hour"
    )
    assert "低 25 %" in _told(catalogue, slow, "zh")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_watched_metric_of_every_type_can_be_told(
    catalogue: Catalogue, language: str
) -> None:
    for description in catalogue.values():
        for name, metric in description.watched().items():
            context = dict.fromkeys(metric.context, 1.0)
            seen = Departure(name, 30.0, 20.0, 1.0, AT - timedelta(days=4), 2.0, context)
            told = departure_words.tell(seen, AT, description, language)
            assert metric.title.language(language) in told
            assert ("4 天" if language == "zh" else "4 days") in told


def test_a_metric_that_the_catalogue_has_no_more_is_named(catalogue: Catalogue) -> None:
    assert _told(catalogue, Departure("gone_w", 1.0, 2.0, 1.0, AT, 1.0)) == "gone_w"


def _forecast(*moved: Departure) -> Evidence:
    return Evidence(
        kind="forecast",
        source="fault:7d v1",
        since=AT,
        until=AT,
        probability=0.62,
        horizon_h=168.0,
        moved=moved,
    )


def test_a_forecast_tells_its_probability_and_what_speaks_for_it(catalogue: Catalogue) -> None:
    fridge = catalogue["refrigerator"]
    bare = "The chance of a failure within 7 days is 62 %"
    assert sentence(_forecast(), fridge, "en") == bare
    assert sentence(_forecast(POWER), fridge, "en") == f"{bare}: {_told(catalogue, POWER)}"
    assert sentence(_forecast(POWER), fridge, "zh").startswith(
        "7 天内发生故障的概率为 62 %：压缩机"
    )


def test_a_forecast_tells_the_code_that_announced_it_and_is_never_certain(
    catalogue: Catalogue,
) -> None:
    fridge = catalogue["refrigerator"]
    seen = replace(_forecast(POWER, POWER), code="E4", probability=0.999, horizon_h=24.0)
    assert sentence(seen, fridge, "en") == (
        f"The chance of a failure within 24 hours is 99 %: {_told(catalogue, POWER)};"
        " it reported code E4 (Evaporator fan too slow)"
    )
    assert sentence(seen, fridge, "zh").endswith("；曾报故障代码 E4（蒸发器风扇转速过低）")


def test_evidence_with_all_that_moved_survives_the_way_through_json() -> None:
    seen = _forecast(POWER, POWER)
    assert Evidence.decode(msgspec.json.decode(seen.encode())) == seen


def test_a_plot_begins_a_little_before_the_departure_and_not_months_ago() -> None:
    def begun(ago: timedelta) -> timedelta:
        return AT - plot_from(Evidence("anomaly", "test", since=AT - ago, until=AT))

    assert begun(timedelta(hours=2)) == timedelta(hours=26)
    assert begun(timedelta(days=6)) == timedelta(days=8)
    assert begun(timedelta(days=90)) == timedelta(days=21)


def test_an_abbreviation_stays_as_it_is_in_the_middle_of_a_sentence() -> None:
    told = departure_words.listed(["RO membrane left", "Water temperature"])
    assert told == "RO membrane left and water temperature"
