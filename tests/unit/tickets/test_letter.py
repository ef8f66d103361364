"""Every letter in every language, with all of its facts and with one missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from alerts.notices.delivery import MARK
from tickets.writing import letter
from tickets.writing.letter import LetterError

FACTS = {
    "name": "Grace Baker",
    "appliance": "Refrigerator",
    "serial": "RF-1",
    "title": "Does not cool enough",
    "advice": "Keep the doors shut.",
    "seen": "It is warm",
    "ticket": 12,
    "item": "Water filter",
    "days_left": 6.2,
    "days": "6 days",
    "earliest": "3 May",
    "latest": "9 May",
    "how_to": "Turn it left.",
    "part_number": "HW-1",
    "reorder_link": "https://shop.example.com/HW-1",
    "tip_title": "is the door tight?",
    "tip": "Shut a sheet of paper in it.",
    "technician": "Chen",
    "day": "Thursday, 4 June",
    "time": "between 14:00 and 16:00",
    "ended": False,
    "times": ["Thursday between 14:00 and 16:00", "Friday between 8:00 and 10:00"],
    "question": "Is the floor wet?",
}
LANGUAGES = ("en", "zh")
EVERY = [(occasion, language) for occasion in letter.OCCASIONS for language in LANGUAGES]


def _variables(occasion: str, language: str) -> set[str]:
    source = (letter.FOLDER / f"{occasion}.{language}.txt").read_text(encoding="utf-8")
    return meta.find_undeclared_variables(Environment(autoescape=True).parse(source))


@pytest.mark.parametrize(("occasion", "language"), EVERY)
def test_a_letter_can_be_written_and_tells_all_of_its_facts(occasion: str, language: str) -> None:
    written = letter.write(occasion, language, FACTS)
    text = written.subject + written.body
    assert not re.search(r"[{}%]", text.replace(MARK, ""))
    assert "\n\n\n" not in written.body
    assert MARK in written.body
    for name in _variables(occasion, language) - {"days_left", "ended", "times", "my_link"}:
        assert str(FACTS[name]).lower() in text.lower(), name
    greeting = written.body.partition("\n\n")[0]
    assert "Grace Baker" in greeting


@pytest.mark.parametrize("occasion", letter.OCCASIONS)
def test_both_languages_tell_the_same_facts(occasion: str) -> None:
    assert _variables(occasion, "en") == _variables(occasion, "zh")


@pytest.mark.parametrize(("occasion", "language"), EVERY)
def test_a_missing_fact_is_an_error_that_names_letter_and_fact(
    occasion: str, language: str
) -> None:
    for missing in _variables(occasion, language) - {"my_link"}:
        facts = {name: fact for name, fact in FACTS.items() if name != missing}
        with pytest.raises(LetterError) as caught:
            letter.write(occasion, language, facts)
        assert f"letter {occasion}.{language}.txt: '{missing}' is undefined" in str(caught.value)


def test_there_is_no_letter_without_an_occasion() -> None:
    found = {path.name for path in letter.FOLDER.glob("*.txt")}
    assert found == {f"{occasion}.{language}.txt" for occasion, language in EVERY}


def test_a_language_that_we_do_not_write_falls_back_to_english() -> None:
    assert letter.write("rating", "fi", FACTS) == letter.write("rating", "en-GB", FACTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_consumable_that_is_used_up_is_to_be_replaced_now(language: str) -> None:
    soon = letter.write("consumable", language, FACTS)
    now = letter.write("consumable", language, {**FACTS, "days_left": 0.0})
    assert now.subject != soon.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_shop_there_is_no_word_of_one(language: str) -> None:
    written = letter.write("consumable", language, {**FACTS, "reorder_link": ""})
    assert written.body.count("http") == 0
    assert "\n\n\n" not in written.body


def test_the_companys_own_letter_goes_before_ours(tmp_path: Path) -> None:
    (tmp_path / "rating.en.txt").write_text("Rate us, {{ name }}\n\nHello,\n\n{{ my_link }}\n")
    (tmp_path / "problem.en.txt").write_text("Only a subject\n")
    (tmp_path / "moved.en.txt").write_text("{% if %}\n")
    assert letter.write("rating", "en", FACTS, own=tmp_path).subject == "Rate us, Grace Baker"
    assert letter.write("rating", "zh", FACTS, own=tmp_path) == letter.write("rating", "zh", FACTS)
    for occasion in ("problem", "moved", "no_such"):
        with pytest.raises(LetterError, match=occasion):
            letter.write(occasion, "en", FACTS, own=tmp_path)
