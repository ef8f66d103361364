"""Why somebody comes, or nobody can, in both languages."""

from __future__ import annotations

import re

import pytest

from tickets.routing import choice_words
from tickets.routing.choice_words import _LEFT

FACTS = {
    "region": "north",
    "technician": "Ann",
    "type": "oven",
    "skills": ["gas", "electrical"],
    "minutes": 120.0,
    "able": 2,
    "until": "2026-06-11T16:00:00+00:00",
    "begins_at": "2026-06-02T08:00:00+00:00",
}
SIDE = {
    "technician": "Ann",
    "begins_at": "2026-06-02T08:00:00+00:00",
    "cost": 31.6,
    "parts": {"waiting": 9.6, "travel": 21.7, "balance": 0.3},
}


@pytest.mark.parametrize("spoken", ["en", "zh"])
def test_every_reason_is_a_sentence_with_and_without_its_facts(spoken: str) -> None:
    assert set(_LEFT["en"]) == set(_LEFT["zh"])
    for reason in _LEFT[spoken]:
        assert not re.search(r"[{}]|None", choice_words.of_left(reason, FACTS, spoken))
        choice_words.of_left(reason, {}, spoken)


def test_a_lack_of_skills_names_them() -> None:
    told = choice_words.of_left("no_skill", FACTS, "en", {"gas": "Gas"})
    assert told == "No technician of north has the skill Gas, electrical."
    nobody = choice_words.of_left("no_technician", {"region": ""}, "zh")
    assert nobody == "未分区 没有技师。"


def test_a_choice_tells_its_cost_by_size_and_the_runner_up() -> None:
    second = SIDE | {"technician": "Ben", "cost": 47.0, "parts": {"skill": 16.0, "travel": 31.0}}
    first, other = choice_words.of_choice(SIDE | {"runner_up": second}, "en")
    assert first == "Ann comes to 32 minutes: driving 22, waiting until then 10."
    assert other == (
        "Next best: Ben, 2026-06-02 08:00 UTC, at 47 minutes: "
        "driving 31, less practice with this 16."
    )
    alone = choice_words.of_choice(SIDE | {"runner_up": None}, "zh")
    assert alone == [
        "Ann 的成本相当于 32 分钟：路程 22，等待时间 10。",
        "没有其他有能力的技师有空。",
    ]


def test_what_a_person_chose_needs_no_figures() -> None:
    assert choice_words.of_choice({}, "en") == []
