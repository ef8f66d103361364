"""A row of customers is tidied field by field, and says what was changed and what is wrong."""

from __future__ import annotations

import pytest

from customers.imports import tidying
from customers.imports.importing import COLUMNS, OPTIONAL
from runtime.csv_table import Cleaned, Row

GOOD = {
    "household_id": "H-1",
    "household_name": "Li family",
    "time_zone": "Asia/Shanghai",
    "contact_id": "C-1",
    "contact_name": "Li Ming",
}


def row(**told: str) -> Row:
    return Row(7, dict.fromkeys((*COLUMNS, *OPTIONAL), "") | GOOD | told)


def test_what_is_clean_stays_as_it_is() -> None:
    tidied = tidying.tidied(row(phone="+861055550199", email="li@example.org"))
    assert (tidied.cleaned, tidied.wrong) == ([], None)


def test_every_change_is_told_from_what_to_what() -> None:
    tidied = tidying.tidied(
        row(
            contact_name="Li\u3000 Ming", phone="010-5555-0199", tier="Gold", email="li@EXAMPLE.org"
        )
    )
    assert tidied.wrong is None
    assert {(each.field, each.before, each.after) for each in tidied.cleaned} == {
        ("contact_name", "Li\u3000 Ming", "Li Ming"),
        ("phone", "010-5555-0199", "+861055550199"),
        ("tier", "Gold", "gold"),
        ("email", "li@EXAMPLE.org", "li@example.org"),
    }
    assert all(isinstance(each, Cleaned) and each.line == 7 for each in tidied.cleaned)


@pytest.mark.parametrize(
    ("told", "column", "reason"),
    [
        ({"household_name": ""}, "household_name", "is required"),
        ({"household_name": "x" * 501}, "household_name", "501 characters"),
        ({"household_id": "x" * 201}, "household_id", "at most 200"),
        ({"contact_name": ""}, "contact_name", "is required"),
        ({"country": "China"}, "country", "two capital letters"),
        ({"latitude": "36.07"}, "latitude", "without a longitude"),
        ({"latitude": "36.07", "longitude": "200"}, "longitude", "between -180 and 180"),
        ({"latitude": "nan", "longitude": "1"}, "latitude", "between -90 and 90"),
        ({"latitude": "north", "longitude": "1"}, "latitude", "between -90 and 90"),
        ({"vulnerable": "perhaps"}, "vulnerable", "expected one of yes"),
        ({"role": "boss"}, "role", "expected one of holder"),
        ({"phone": "010 5555 0199", "time_zone": "UTC"}, "phone", "its country is not known"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_do(
    told: dict[str, str], column: str, reason: str
) -> None:
    wrong = tidying.tidied(row(**told)).wrong
    assert wrong is not None
    assert wrong[0] == column
    assert reason in wrong[1]


def test_a_household_without_people_is_one() -> None:
    assert tidying.tidied(row(contact_id="", contact_name="")).wrong is None


def test_a_told_country_counts_before_that_of_the_time_zone() -> None:
    tidied = tidying.tidied(row(country="DE", phone="030 901820"))
    assert tidied.row["phone"] == "+4930901820"


@pytest.mark.parametrize(("text", "said"), [("yes", True), ("是", True), ("No", False), ("", None)])
def test_yes_and_no_are_understood(text: str, said: bool | None) -> None:  # noqa: FBT001 - a case
    assert tidying.is_yes(text) is said
