"""Every letter in every language, with all of its facts and with one missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from alerts.notices.delivery import MARK
from devices.catalogue.folder import Catalogue
from devices.catalogue.offline import OFFLINE, problem_of
from tickets.writing import care_tip, letter
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
LONG: dict[str, dict[str, object]] = {
    "en": {
        "name": "Alexandra Featherstonehaugh",
        "technician": "Christopher Featherstonehaugh",
        "day": "Wednesday, 24 September",
        "time": "between 14:00 and 16:00",
        "days": "11 weeks",
        "times": ["Wednesday, 24 September between 14:00 and 16:00"] * 6,
        "earliest": "24 September",
        "latest": "26 November",
    },
    "zh": {
        "name": "欧阳明月",
        "technician": "欧阳建国",
        "day": "11月24日（星期三）",
        "time": "14:00 至 16:00",
        "days": "11周",
        "times": ["11月24日（星期三） 14:00 至 16:00"] * 6,
        "earliest": "9月24日",
        "latest": "11月26日",
    },
}
for _facts in LONG.values():
    _facts |= {"seen": "", "ended": False, "question": "?", "days_left": 8.0, "reorder_link": ""}
EVERY = [(occasion, language) for occasion in letter.OCCASIONS for language in LANGUAGES]


MOST = {"en": 300, "zh": 150}
"""Characters of a short form with its link: two parts of an SMS in English, three in Chinese."""
LINK = "https://service.example.com/my/" + 48 * "x"


def _variables(occasion: str, language: str, form: str = "") -> set[str]:
    source = (letter.FOLDER / f"{occasion}.{language}{form}.txt").read_text(encoding="utf-8")
    known = Environment(autoescape=True)
    known.filters["within"] = letter.within
    return meta.find_undeclared_variables(known.parse(source))


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
    told = _variables(occasion, language, ".short") - {"days_left", "ended", "times", "my_link"}
    assert all(str(FACTS[name]).lower() in written.short.lower() for name in told)


@pytest.mark.parametrize("form", ["", ".short"])
@pytest.mark.parametrize("occasion", letter.OCCASIONS)
def test_both_languages_tell_the_same_facts(occasion: str, form: str) -> None:
    assert _variables(occasion, "en", form) == _variables(occasion, "zh", form)


def _longest(catalogue: Catalogue, language: str) -> Iterator[dict[str, object]]:
    """Facts as they are: every problem, consumable and tip of every appliance."""
    described = LONG[language] | {"serial": "RF-0007-00123", "ticket": 123456}
    for kind, each in catalogue.items():
        own = described | {"appliance": each.title.language(language)}
        for problem in [*each.problems.values(), problem_of(each, OFFLINE)]:
            told = {"title": problem.title, "advice": problem.advice}
            if problem.safety:
                told["danger"] = problem.title
            yield own | {name: text.language(language) for name, text in told.items()}
        for item in each.consumables.values():
            words = {"item": item.title.language(language), "how_to": item.how_to}
            yield own | words | {"part_number": item.part_number}
        for tip in care_tip.tips().get(kind, {}).values():
            yield own | {"tip_title": tip.title.language(language), "tip": tip.tip}


@pytest.mark.parametrize(("occasion", "language"), EVERY)
def test_a_short_form_fits_a_message_and_leads_to_the_page(
    occasion: str, language: str, catalogue: Catalogue
) -> None:
    needed = _variables(occasion, language) | _variables(occasion, language, ".short")
    written = 0
    for facts in _longest(catalogue, language):
        if occasion == "safety" and "danger" not in facts:
            continue
        if needed <= facts.keys() | {"my_link"}:
            short = letter.write(occasion, language, facts).short
            assert short.endswith(MARK)
            assert "\n" not in short
            assert len(short.replace(MARK, LINK)) <= MOST[language], short
            written += 1
    assert written > 0


def test_a_title_within_a_sentence_keeps_its_abbreviations() -> None:
    assert letter.within("Water filter") == "water filter"
    assert letter.within("RO membrane") == "RO membrane"
    assert letter.within("is the door tight?") == "is the door tight?"


@pytest.mark.parametrize(("occasion", "language"), EVERY)
def test_a_missing_fact_is_an_error_that_names_letter_and_fact(
    occasion: str, language: str
) -> None:
    for missing in _variables(occasion, language, ".short") - _variables(occasion, language):
        facts = {name: fact for name, fact in FACTS.items() if name != missing}
        with pytest.raises(LetterError, match=f"letter {occasion}.{language}.short.txt"):
            letter.write(occasion, language, facts)
    for missing in _variables(occasion, language) - {"my_link"}:
        facts = {name: fact for name, fact in FACTS.items() if name != missing}
        with pytest.raises(LetterError) as caught:
            letter.write(occasion, language, facts)
        assert f"letter {occasion}.{language}.txt: '{missing}' is undefined" in str(caught.value)


def test_there_is_no_letter_without_an_occasion() -> None:
    found = {path.name for path in letter.FOLDER.glob("*.txt")}
    names = [f"{occasion}.{language}" for occasion, language in EVERY]
    assert found == {f"{name}{form}.txt" for name in names for form in ("", ".short")}


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
