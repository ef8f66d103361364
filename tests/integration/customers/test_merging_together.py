"""Households are merged, parted, imported and erased at once: each waits, and finds what is so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest

from customers import contact, household, purchase
from customers.duplicates import merging
from customers.imports import importing, importing_purchases
from customers.privacy import erasure
from customers.privacy.erasure import Wish
from runtime.errors import ConflictError, NotFoundError
from runtime.stopping import Stop
from storage.pool import Connection, Pool

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DEADLINE_S = 60.0
CUSTOMER = (
    "household_id,household_name,address,region,time_zone,tier,"
    "contact_id,contact_name,phone,email,language,consents\n"
    "H-2,Family Two,2 Long Road,north,UTC,gold,C-2,Bea,,,en,service\n"
    "H-2,Family Two,2 Long Road,north,UTC,gold,C-3,Cem,,,en,service\n"
)
PURCHASE = (
    "purchase_id,household_id,part_number,amount,currency,bought_at\nP-1,H-2,X,1,EUR,2026-05-01"
)


@dataclass
class Two:
    """Two homes, H-1 and H-2 with its contact C-2, and two who work on them."""

    pool: Pool
    first: Connection
    second: Connection
    others: ThreadPoolExecutor
    ids: dict[str, int] = field(default_factory=dict)

    def settle(self) -> None:
        entries = [household.Entry(name, "Family", "1 Long Road", "north") for name in NAMES]
        self.ids = household.upsert(self.first, entries, NOW)
        person = contact.Entry(self.ids["H-2"], "C-2", "Bea", None)
        contact.upsert(self.first, [person], NOW, source="test")
        self.first.commit()

    def merge(self, connection: Connection, survivor: str, merged: str) -> int:
        return merging.merge(connection, self.ids[survivor], self.ids[merged], "dora", NOW)

    def meanwhile(self, act: Callable[..., Any], *asked: object) -> Future[Any]:
        """Let the second begin while the first is at it; it waits, and then the first is done."""

        def work() -> object:
            with self.second.transaction():
                return act(self.second, *asked)

        begun = self.others.submit(work)
        stop, deadline = Stop(), monotonic() + DEADLINE_S
        pid = self.second.info.backend_pid
        held = "SELECT cardinality(pg_blocking_pids(%s)) > 0"
        while self.first.execute(held, (pid,)).fetchone() != (True,):
            assert monotonic() < deadline
            assert not begun.done(), "it did not wait"
            stop.wait(0.02)
        self.first.commit()
        return begun

    def whose(self) -> dict[str, list[str]]:
        """The contacts of each home by their ids."""
        with self.pool.connection() as connection:
            return {
                name: [each.external_id for each in contact.of_household(connection, number)]
                for name, number in self.ids.items()
            }


NAMES = ("H-1", "H-2")


@pytest.fixture
def two(database_pool: Pool) -> Iterator[Two]:
    with (
        ThreadPoolExecutor(1) as others,
        database_pool.connection() as first,
        database_pool.connection() as second,
    ):
        made = Two(database_pool, first, second, others)
        made.settle()
        yield made


def test_two_who_merge_each_into_the_other_leave_one_home(two: Two) -> None:
    two.merge(two.first, "H-1", "H-2")
    late = two.meanwhile(merging.merge, two.ids["H-2"], two.ids["H-1"], "paul", NOW)
    with pytest.raises(ConflictError, match="H-2 was merged into household"):
        late.result(DEADLINE_S)
    assert two.whose() == {"H-1": ["C-2"], "H-2": []}


def test_of_two_who_take_a_merge_back_one_is_told_that_it_was(two: Two) -> None:
    number = two.merge(two.first, "H-1", "H-2")
    two.first.commit()
    merging.undo(two.first, number, "dora", NOW)
    late = two.meanwhile(merging.undo, number, "paul", NOW)
    with pytest.raises(ConflictError, match="undone already"):
        late.result(DEADLINE_S)
    with two.pool.connection() as connection:
        assert merging.get(connection, number).undone_by == "dora"
    assert two.whose() == {"H-1": [], "H-2": ["C-2"]}


def test_an_import_that_waits_for_a_merge_brings_its_people_to_the_survivor(two: Two) -> None:
    number = two.merge(two.first, "H-1", "H-2")
    report = two.meanwhile(importing.import_customers, [CUSTOMER.encode()], NOW).result(DEADLINE_S)
    assert (report.accepted, report.refused) == (2, [])
    assert two.whose() == {"H-1": ["C-2", "C-3"], "H-2": []}
    # It told the survivor's name by the old id, so the two records cannot be told apart any more.
    with pytest.raises(ConflictError, match="an import of H-2"), two.first.transaction():
        merging.undo(two.first, number, "dora", NOW)


def test_a_purchase_that_waits_for_a_merge_is_the_survivors(two: Two) -> None:
    two.merge(two.first, "H-1", "H-2")
    bring = importing_purchases.import_purchases
    assert two.meanwhile(bring, [PURCHASE.encode()], NOW).result(DEADLINE_S).accepted == 1
    with two.pool.connection() as connection:
        kept = purchase.of_household(connection, two.ids["H-1"])
        assert [each.external_id for each in kept] == ["P-1"]


def test_a_merge_that_waits_for_an_import_takes_along_what_it_brought(two: Two) -> None:
    importing.import_customers(two.first, [CUSTOMER.encode()], NOW)
    late = two.meanwhile(merging.merge, two.ids["H-1"], two.ids["H-2"], "dora", NOW)
    late.result(DEADLINE_S)
    assert two.whose() == {"H-1": ["C-2", "C-3"], "H-2": []}


def test_who_erases_a_home_while_it_is_merged_is_told_where_it_went(two: Two) -> None:
    two.merge(two.first, "H-1", "H-2")
    late = two.meanwhile(erasure.erase, Wish(two.ids["H-2"], "ada"), NOW)
    with pytest.raises(ConflictError, match="was merged into"):
        late.result(DEADLINE_S)
    assert two.whose() == {"H-1": ["C-2"], "H-2": []}


def test_a_home_that_is_erased_while_it_is_merged_stays_forgotten(two: Two) -> None:
    erasure.erase(two.first, Wish(two.ids["H-2"], "ada"), NOW + timedelta(seconds=1))
    late = two.meanwhile(merging.merge, two.ids["H-1"], two.ids["H-2"], "dora", NOW)
    with pytest.raises((ConflictError, NotFoundError), match="was erased"):
        late.result(DEADLINE_S)
    assert two.whose()["H-1"] == []
