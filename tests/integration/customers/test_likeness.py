"""Duplicates among customers are found by a search and at imports, and stay decided."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from customers import contact, household
from customers.duplicates import likeness, merging
from customers.imports import importing
from runtime.clock import SetClock
from runtime.errors import ConflictError, NotFoundError
from storage.pool import Connection, Pool

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MANY = 600
STRANGERS = [letter * 6 for letter in "abcdefghijklmnopqrstuvw"]


def row(number: int, **told: str) -> dict[str, str]:
    return dict.fromkeys(importing.COLUMNS, "") | {
        "household_id": f"H-{number}",
        "household_name": f"Family {number}",
        "region": "north",
        "time_zone": "Asia/Shanghai",
        "contact_id": f"C-{number}",
        "contact_name": f"Person {number}",
        **told,
    }


def brought_in(connection: Connection, *rows: dict[str, str]) -> importing.CustomerReport:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return importing.import_customers(connection, [text.getvalue().encode()], NOW)


def test_hundreds_of_duplicates_of_one_customer_are_each_brought_up_once(
    shared: Connection,
) -> None:
    twin = {"household_name": "Li family", "address": "8 Lotus Road", "phone": "010 5555 0199"}
    report = brought_in(shared, *(row(number, **twin) for number in range(MANY)))
    assert report.accepted == MANY
    assert len(report.alike) == MANY - 1
    assert {each.score for each in report.alike} == {report.alike[0].score}


def test_a_customer_of_a_file_is_compared_with_those_known(shared: Connection) -> None:
    brought_in(shared, row(1, phone="010 5555 0199"), row(2), row(3, email="li@example.org"))
    report = brought_in(shared, row(8, phone="+86 10 5555 0199"), row(9, email="LI@Example.org"))
    assert {
        (each.first_external_id, each.second_external_id, each.reasons[0]) for each in report.alike
    } == {("H-1", "H-8", "phone"), ("H-3", "H-9", "email")}


def test_in_a_big_file_those_with_alike_names_and_addresses_are_found(shared: Connection) -> None:
    strangers = [row(number, household_name=name) for number, name in enumerate(STRANGERS)]
    home = {"household_name": "王伟家", "contact_name": "王伟", "address": "海景路12号3单元"}
    typo = {"household_name": "王偉家", "contact_name": "王伟", "address": "海景路12号 3单元"}
    report = brought_in(shared, *strangers, row(90, **home), row(91, **typo))
    assert [(each.first_external_id, each.second_external_id) for each in report.alike] == [
        ("H-90", "H-91")
    ]


def test_the_errand_finds_across_regions_what_shares_a_number(
    database_pool: Pool,
) -> None:
    with database_pool.connection() as connection:
        home = household.upsert(
            connection,
            [household.Entry("H-1", "Li", region="a"), household.Entry("H-2", "Bo", region="b")],
            NOW,
        )
        people = [contact.Entry(home[name], f"C-{name}", name, "+861055550199") for name in home]
        contact.upsert(connection, people, NOW, source="test")
    likeness.look(database_pool, SetClock(NOW))
    with database_pool.connection() as connection:
        (pair,) = likeness.page(connection)
        assert (pair.region, pair.other_region, pair.reasons) == ("a", "b", ["phone"])
        assert likeness.page(connection, region="a") == []


def test_what_is_no_longer_alike_is_forgotten(shared: Connection) -> None:
    brought_in(shared, row(1, phone="010 5555 0199"), row(2, phone="010 5555 0199"))
    assert likeness.search(shared, NOW) == 1
    brought_in(shared, row(2, phone="010 5555 0200"))
    assert likeness.search(shared, NOW) == 0
    assert likeness.page(shared) == []


def test_a_decision_is_kept(shared: Connection) -> None:
    brought_in(shared, row(1, phone="010 5555 0199"), row(2, phone="010 5555 0199"))
    (pair,) = likeness.page(shared)
    likeness.dismiss(shared, pair.second_id, pair.first_id, "dora", NOW)
    assert likeness.search(shared, NOW) == 0
    assert likeness.page(shared) == []
    with pytest.raises(NotFoundError, match="not listed as alike"):
        likeness.dismiss(shared, pair.first_id, pair.second_id, "dora", NOW)


def merged(connection: Connection) -> tuple[int, int]:
    """A household that took over another; the ids of the survivor and of the merge."""
    brought_in(connection, row(1), row(2))
    ids = household.ids_of(connection, ["H-1", "H-2"])
    number = merging.merge(connection, ids["H-1"], ids["H-2"], "dora", NOW)
    return ids["H-1"], number


def test_an_import_by_the_old_id_updates_the_survivor(shared: Connection) -> None:
    survivor, _ = merged(shared)
    report = brought_in(shared, row(2, household_name="Li", tier="gold", contact_name="Li Ming"))
    assert (report.accepted, report.refused) == (1, [])
    found = household.get(shared, survivor)
    assert (found.external_id, found.name, found.tier) == ("H-1", "Li", "gold")
    names = {each.external_id: each.name for each in contact.of_household(shared, survivor)}
    assert names == {"C-1": "Person 1", "C-2": "Li Ming"}


def test_where_a_file_names_both_the_survivors_own_row_tells(shared: Connection) -> None:
    survivor, _ = merged(shared)
    brought_in(shared, row(2, household_name="Old"), row(1, household_name="Own"))
    assert household.get(shared, survivor).name == "Own"


def test_a_merge_is_not_undone_while_the_survivor_has_the_others_name(shared: Connection) -> None:
    _, number = merged(shared)
    brought_in(shared, row(2, household_name="Old"))
    with pytest.raises(ConflictError, match="an import of H-2 changed the record of H-1"):
        merging.undo(shared, number, "dora", NOW)
    brought_in(shared, row(1, household_name="Own"))
    assert merging.undo(shared, number, "dora", NOW).undone_by == "dora"


def test_a_contact_that_came_by_the_old_id_goes_back_with_its_household(
    shared: Connection,
) -> None:
    survivor, number = merged(shared)
    both = [row(1), row(2), row(2, contact_id="C-22", contact_name="New")]
    brought_in(shared, *both)
    assert len(contact.of_household(shared, survivor)) == 3
    merging.undo(shared, number, "dora", NOW)
    ids = household.ids_of(shared, ["H-2"])
    people = [each.external_id for each in contact.of_household(shared, ids["H-2"])]
    assert people == ["C-2", "C-22"]
    assert brought_in(shared, *both).refused == []
