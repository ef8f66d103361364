from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from tickets import letter

FACTS = {
    "name": "Grace Baker",
    "item": "Water filter",
    "appliance": "Refrigerator",
    "serial": "RF-1",
    "days_left": 6.2,
    "days": "6 days",
    "earliest": "3 May",
    "latest": "9 May",
    "how_to": "Turn it left.",
    "part_number": "HW-1",
}


def test_a_reminder_says_what_when_and_how() -> None:
    written = letter.write("consumable", "en-GB", **FACTS)
    assert written.subject == "Water filter: about 6 days left"
    for fact in ("Grace Baker", "RF-1", "between 3 May and 9 May", "Turn it left.", "HW-1"):
        assert fact in written.body


def test_a_chinese_reader_gets_a_chinese_letter() -> None:
    written = letter.write("consumable", "zh-CN", **{**FACTS, "item": "滤芯"})
    assert written.subject == "滤芯：预计还可使用约6 days"
    assert "您好" in written.body


def test_a_language_that_we_do_not_write_falls_back_to_english() -> None:
    assert letter.write("consumable", "fi", **FACTS) == letter.write("consumable", "en", **FACTS)


@pytest.mark.parametrize("language", letter.LANGUAGES)
def test_a_consumable_that_is_used_up_is_to_be_replaced_now(language: str) -> None:
    soon = letter.write("consumable", language, **FACTS)
    now = letter.write("consumable", language, **{**FACTS, "days_left": 0.0})
    assert now.subject != soon.subject


@pytest.mark.parametrize("language", letter.LANGUAGES)
def test_a_missing_fact_is_an_error_and_not_a_gap_in_the_letter(language: str) -> None:
    facts = {name: fact for name, fact in FACTS.items() if name != "how_to"}
    with pytest.raises(UndefinedError):
        letter.write("consumable", language, **facts)
