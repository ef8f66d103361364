"""Whole numbers and how names begin are found without being readable."""

from __future__ import annotations

import pytest

from customers.secrecy import blind_index
from storage.pool import Connection
from tests.integration.customers.upkeep.plain_records import add_person


@pytest.mark.parametrize(
    ("kind", "asked", "found"),
    [
        ("name", "mei", True),
        ("name", "LIN Mei", True),
        ("name", "li", False),
        ("name", "lin costa", False),
        ("phone", "0086 138 0013 8000", False),
        ("phone", "+86 (138) 0013-8000", True),
        ("email", " Lin@Home.Test ", True),
        ("email", "lin@home", False),
        ("name", "", False),
    ],
)
def test_the_blind_index_finds_whole_numbers_and_how_names_begin(
    base: Connection, kind: str, asked: str, *, found: bool
) -> None:
    person = add_person(base, phone="+86 138 0013 8000", email="lin@home.test")
    assert (person in blind_index.find(base, kind, asked).contact_ids) is found


def test_a_chinese_name_is_found_by_any_part(base: Connection) -> None:
    person = add_person(base, name="欧阳小明")
    for part in ("欧阳", "小明", "阳小", "欧阳小明"):
        assert blind_index.find(base, "name", part).contact_ids == [person]
    assert blind_index.find(base, "name", "明小").contact_ids == []
