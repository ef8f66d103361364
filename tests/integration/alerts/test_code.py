"""Fault codes that an appliance raises and clears itself."""

from __future__ import annotations

from alerts import alert
from tests.integration.alerts.conftest import Bench


def test_a_code_that_is_raised_opens_an_alert_and_clears_it_when_it_is_gone(bench: Bench) -> None:
    bench.tell(0, "raised")
    (change,) = bench.judge_codes(1)
    assert bench.told([change]) == [("raised", "code:E1", 0)]
    assert (change.severity, change.evidence.code) == ("critical", "E1")
    bench.tell(5, "cleared")
    assert bench.told(bench.judge_codes(5)) == [("cleared", "code:E1", 5)]
    assert bench.judge_codes(6) == []


def test_a_code_joins_the_alert_that_its_readings_opened(bench: Bench) -> None:
    bench.report(0, current_a=12.0)
    bench.judge(0)
    bench.tell(1, "raised")
    assert bench.told(bench.judge_codes(1)) == [("joined", "code:E1", 1)]
    (opened,) = alert.page(bench.connection)
    assert opened.severity == "critical"
    bench.tell(2, "cleared")
    assert bench.told(bench.judge_codes(2)) == [("eased", "code:E1", 2)]


def test_a_code_that_is_cleared_without_having_been_raised_says_nothing(bench: Bench) -> None:
    bench.report(0, current_a=12.0)
    bench.judge(0)
    bench.tell(1, "cleared")
    assert bench.judge_codes(1) == []


def test_an_unknown_code_and_one_from_long_ago_raise_nothing_and_are_not_asked_again(
    bench: Bench,
) -> None:
    bench.tell(0, "raised")
    bench.tell(1000, "raised", "E99")
    assert bench.judge_codes(1000) == []
    assert bench.judge_codes(1000) == []


def test_a_code_that_comes_in_after_it_was_cleared_is_history(bench: Bench) -> None:
    bench.tell(10, "cleared")
    bench.judge_codes(10)
    bench.tell(5, "raised")
    assert bench.judge_codes(11) == []
    bench.tell(12, "raised")
    assert bench.told(bench.judge_codes(12)) == [("raised", "code:E1", 12)]


def test_codes_of_one_step_are_judged_in_order_of_time(bench: Bench) -> None:
    bench.tell(20, "raised")
    bench.tell(10, "cleared")
    bench.tell(0, "raised")
    assert [told[0] for told in bench.told(bench.judge_codes(20))] == [
        "raised",
        "cleared",
        "raised",
    ]


def test_a_type_that_the_catalogue_no_longer_has_is_passed_over(bench: Bench) -> None:
    bench.tell(0, "raised")
    bench.description = bench.description.model_copy(update={"type": "stove"})
    assert bench.judge_codes(1) == []
