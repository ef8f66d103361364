"""What comes first, and that it says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets import priority, priority_words
from tickets.priority import SEVERITIES, TIERS, Case

DAY = timedelta(days=1)
CASES = st.builds(
    Case,
    severity=st.sampled_from(sorted(SEVERITIES)),
    at_stake=st.sampled_from([None, "food", "water"]),
    probability=st.none() | st.floats(0, 1),
    within=st.none() | st.timedeltas(timedelta(), timedelta(days=60)),
    vulnerable=st.booleans(),
    breached=st.booleans(),
    reopened=st.booleans(),
    contacts=st.integers(0, 20),
    waited=st.timedeltas(timedelta(days=-1), timedelta(days=400)),
    tier=st.sampled_from([None, "standard", *TIERS]),
    value_score=st.none() | st.floats(0, 100),
    cover=st.sampled_from([None, "plan", "warranty"]),
)
PLAIN = Case("medium")


def test_a_plain_case_weighs_what_its_severity_does() -> None:
    assert priority.weigh(PLAIN).value == SEVERITIES["medium"]


@pytest.mark.parametrize(
    ("case", "value"),
    [
        (replace(PLAIN, at_stake="food"), 40),
        (replace(PLAIN, at_stake="water", vulnerable=True), 55),
        (replace(PLAIN, probability=0.8, within=3 * DAY), 37),
        (replace(PLAIN, contacts=7), 40),
        (replace(PLAIN, waited=2 * DAY), 33),
        (replace(PLAIN, waited=200 * DAY), 45),
        (replace(PLAIN, tier="platinum", value_score=100, cover="plan"), 37.5),
        (replace(PLAIN, reopened=True, breached=True), 50),
    ],
)
def test_each_part_adds_what_the_page_says(case: Case, value: float) -> None:
    assert priority.weigh(case).value == value


@given(CASES, CASES)
def test_a_danger_comes_before_everything_that_is_none(case: Case, other: Case) -> None:
    danger = replace(case, safety=True, severity="critical")
    assert priority.weigh(danger).value > priority.weigh(other).value


@given(CASES, st.floats(0, 1), st.floats(0, 1))
def test_the_likelier_failure_never_weighs_less(case: Case, one: float, other: float) -> None:
    low, high = sorted((one, other))
    at = timedelta(days=7)
    unlikely, likely = (
        priority.weigh(replace(case, probability=each, within=at)).value for each in (low, high)
    )
    assert unlikely <= likely


@given(CASES, st.timedeltas(timedelta(), timedelta(days=60)))
def test_the_nearer_failure_never_weighs_less(case: Case, within: timedelta) -> None:
    far = priority.weigh(replace(case, probability=0.7, within=within + DAY)).value
    assert far <= priority.weigh(replace(case, probability=0.7, within=within)).value


@given(CASES, st.timedeltas(timedelta(), timedelta(days=60)))
def test_whoever_waits_longer_never_weighs_less(case: Case, longer: timedelta) -> None:
    later = replace(case, waited=case.waited + longer)
    assert priority.weigh(case).value <= priority.weigh(later).value


@given(CASES)
def test_the_reasons_add_up_to_the_priority(case: Case) -> None:
    weighed = priority.weigh(case)
    points = min(sum(each.points for each in weighed.reasons), priority.MOST_URGENCY)
    expected = points * (1 + sum(each.share for each in weighed.reasons))
    assert weighed.value == pytest.approx(expected, abs=0.06)
    assert 0 < weighed.value <= 1.5 * priority.MOST_URGENCY


@given(CASES, st.sampled_from(["en", "zh"]))
def test_every_reason_is_told_with_what_it_adds(case: Case, language: str) -> None:
    for reason in priority.weigh(replace(case, safety=True)).reasons:
        told = priority_words.tell(reason, language)
        assert "+" in told
        assert "None" not in told
        assert "{" not in told


def test_a_reason_reads_as_a_sentence_in_both_languages() -> None:
    case = replace(PLAIN, tier="gold", probability=0.62, within=7 * DAY)
    english = [priority_words.tell(each, "en") for each in priority.weigh(case).reasons]
    chinese = [priority_words.tell(each, "zh-CN") for each in priority.weigh(case).reasons]
    assert english == [
        "Severity: medium (+25)",
        "A failure within 7 days has a chance of 62 % (+6)",
        "Tier: gold (+10 %)",
    ]
    assert chinese == [
        "严重程度：中（+25）",
        "7 天内发生故障的概率为 62 %（+6）",
        "客户等级：金卡（+10 %）",
    ]
