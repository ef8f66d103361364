from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from alerts.evidence import Evidence, Kind, sentence
from devices.catalogue.folder import Catalogue

AT = datetime(2025, 3, 3, 12, tzinfo=UTC)


def _evidence(kind: Kind, metric: str | None = None, code: str | None = None) -> Evidence:
    return Evidence(
        kind=kind,
        source="a rule",
        since=AT - timedelta(hours=5),
        until=AT,
        metric=metric,
        observed=123.4,
        expected=80.0,
        high=100.0,
        code=code,
    )


def test_evidence_survives_the_way_through_json() -> None:
    evidence = _evidence("anomaly", "compressor_power_w")
    assert Evidence.decode(msgspec.json.decode(evidence.encode())) == evidence


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_metric_and_code_of_every_type_can_be_told(
    catalogue: Catalogue, language: str
) -> None:
    for description in catalogue.values():
        told = {
            sentence(_evidence("code", code=code), description, language)
            for code in description.fault_codes
        }
        assert len(told) == len(description.fault_codes)
        for name, metric in description.metrics.items():
            for kind in ("alarm", "anomaly") if metric.context else ("alarm",):
                text = sentence(_evidence(kind, name), description, language)  # type: ignore[arg-type]
                assert metric.title.language(language) in text
                assert f"123 {metric.unit}".strip() in text


def test_a_departure_names_what_was_expected_and_for_how_long(catalogue: Catalogue) -> None:
    description = catalogue["refrigerator"]
    name = next(iter(description.watched()))
    text = sentence(_evidence("anomaly", name), description, "en")
    assert "would explain 80.0" in text
    assert text.endswith("for 5 hours")


def test_silence_is_told_in_hours_and_when_it_is_long_in_days(catalogue: Catalogue) -> None:
    description = catalogue["refrigerator"]
    short = _evidence("silence")
    assert sentence(short, description, "en") == "Nothing was heard for 5 hours"
    assert "5 小时" in sentence(short, description, "zh-CN")
    long = replace(short, since=short.until - timedelta(days=588))
    assert sentence(long, description, "en") == "Nothing was heard for 588 days"
    assert sentence(long, description, "zh-CN") == "已连续 588 天没有收到数据"
