"""Two households that are one are merged, and a merge can be undone to the row."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import monotonic

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers import contact, household, ownership, plan, profile, purchase
from customers.duplicates import alias, likeness, merging, trail
from customers.secrecy import sealing
from devices import appliance
from devices.appliance import Registration
from runtime.errors import ConflictError, HearthwatchError, InvalidError, NotFoundError
from runtime.stopping import Stop
from storage import event
from storage.pool import Connection, Pool

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DEADLINE_S = 60.0
TEXT = "ticket_notes.text_sealed"
TELLS_OF_MERGES = ("household_merges", "households", "household_aliases")


def home(
    connection: Connection, name: str, *, people: int = 1, devices: int = 1, region: str = "north"
) -> int:
    """A household with people, appliances, a warranty on each, and a purchase."""
    told = household.Entry(name, f"Family {name}", "1 Long Road", region)
    number = household.upsert(connection, [told], NOW)[name]
    entries = [
        contact.Entry(
            number, f"{name}-C{each}", f"Person {each}", f"+44770090{number:02d}{each:02d}"
        )
        for each in range(people)
    ]
    contact.upsert(connection, entries, NOW, source="test")
    made = appliance.register(
        connection,
        [Registration(f"{name}-A{each}", "refrigerator", region=region) for each in range(devices)],
        NOW,
    )
    ownership.assign(connection, {each.id: number for each in made}, NOW)
    plan.record(
        connection,
        [
            plan.Entry(
                f"{name}-P{each.id}", each.id, number, "plan", "Care", date(2026, 1, 1), None,
                frozenset({"parts"}),
            )
            for each in made
        ],
    )  # fmt: skip
    bought = purchase.Entry(f"{name}-B", number, "F-1", Decimal("20.00"), "EUR", NOW - DAY)
    purchase.record(connection, [bought], source="test")
    return number


def ticket(connection: Connection, household_id: int, device_id: int, problem: str) -> int:
    row = connection.execute(
        "INSERT INTO hearthwatch.tickets"
        " (device_id, household_id, problem, severity, safety, opened_at, changed_at)"
        " VALUES (%s, %s, %s, 'low', false, %s, %s) RETURNING id",
        (device_id, household_id, problem, NOW, NOW),
    ).fetchone()
    assert row is not None
    return int(str(row[0]))


def held_by(connection: Connection, household_id: int) -> dict[str, list[object]]:
    """Every row that names a household, by table and column; what tells of merges is left out."""
    found = {}
    for link in trail._links(connection):
        rows = connection.execute(
            link.fill(
                "SELECT to_jsonb(row) FROM {table} AS row WHERE {column} = %(id)s ORDER BY {key}"
            ),
            {"id": household_id},
        ).fetchall()
        if rows and link.table not in TELLS_OF_MERGES:
            found[link.name] = [row[0] for row in rows]
    return found


def profiles(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT * FROM hearthwatch.household_profiles ORDER BY household_id"
    ).fetchall()


def test_everything_of_the_merged_household_is_the_survivors(shared: Connection) -> None:
    survivor, other = home(shared, "H-1"), home(shared, "H-2", people=2, devices=2)
    devices = ownership.devices_of(shared, other)
    number = ticket(shared, other, devices[0], "leak")
    merging.merge(shared, survivor, other, "dora", NOW, "one family")
    assert set(devices) < set(ownership.devices_of(shared, survivor))
    assert ownership.devices_of(shared, other) == []
    names = {each.external_id for each in contact.of_household(shared, survivor)}
    assert names == {"H-1-C0", "H-2-C0", "H-2-C1"}
    assert len(purchase.of_household(shared, survivor)) == 2
    row = shared.execute(
        "SELECT household_id FROM hearthwatch.tickets WHERE id = %s", (number,)
    ).fetchone()
    assert row == (survivor,)
    assert held_by(shared, other) == {}


def test_a_survivor_keeps_its_primary_contact_and_one_without_takes_the_others(
    shared: Connection,
) -> None:
    survivor, other, empty = home(shared, "H-1"), home(shared, "H-2"), home(shared, "H-3", people=0)
    merging.merge(shared, survivor, other, "dora", NOW)
    primary = [
        each.external_id for each in contact.of_household(shared, survivor) if each.is_primary
    ]
    assert primary == ["H-1-C0"]
    merging.merge(shared, empty, survivor, "dora", NOW)
    primary = [each.external_id for each in contact.of_household(shared, empty) if each.is_primary]
    assert primary == ["H-1-C0"]


def test_a_merged_household_is_in_no_list_and_its_id_means_the_survivor(shared: Connection) -> None:
    survivor, other = home(shared, "H-1"), home(shared, "H-2")
    merging.merge(shared, survivor, other, "dora", NOW)
    assert [each.id for each in household.page(shared)] == [survivor]
    assert household.ids_of(shared, ["H-1", "H-2"]) == {"H-1": survivor, "H-2": survivor}
    assert alias.survivors(shared, ["H-1", "H-2"]) == {"H-2": "H-1"}
    assert merging.survivor_of(shared, other) == survivor
    assert merging.survivor_of(shared, survivor) is None


def test_a_merge_and_its_undoing_are_told_of_both_households(shared: Connection) -> None:
    survivor, other = home(shared, "H-1"), home(shared, "H-2")
    number = merging.merge(shared, survivor, other, "dora", NOW, "one family")
    merging.undo(shared, number, "ada", NOW + DAY)
    for each in (survivor, other):
        told = event.of_subject(shared, f"household:{each}")
        assert [one.kind for one in told] == ["customer.merged", "customer.unmerged"]
    (merge,) = merging.of_household(shared, survivor)
    assert (merge.actor, merge.reason, merge.undone_by) == ("dora", "one family", "ada")
    assert merge.undone_at == NOW + DAY


def test_what_was_sealed_for_the_merged_household_is_readable_throughout(
    shared: Connection,
) -> None:
    survivor, other = home(shared, "H-1"), home(shared, "H-2")
    number = merging.merge(shared, survivor, other, "dora", NOW)
    assert household.get(shared, other).name == "Family H-2"
    merging.undo(shared, number, "dora", NOW)
    assert household.get(shared, other).name == "Family H-2"
    assert [each.name for each in contact.of_household(shared, other)] == ["Person 0"]


@given(
    people=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    devices=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    vulnerable=st.tuples(
        st.sampled_from([None, False, True]), st.sampled_from([None, False, True])
    ),
    handed_over=st.booleans(),
    tickets=st.integers(0, 2),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undoing_a_merge_restores_every_row(
    shared: Connection,
    people: tuple[int, int],
    devices: tuple[int, int],
    vulnerable: tuple[bool | None, bool | None],
    tickets: int,
    *,
    handed_over: bool,
) -> None:
    with shared.transaction(force_rollback=True):
        survivor = home(shared, "H-1", people=people[0], devices=devices[0])
        other = home(shared, "H-2", people=people[1], devices=devices[1])
        told = zip((survivor, other), vulnerable, strict=True)
        profile.record(
            shared,
            [profile.Entry(number, vulnerable=said) for number, said in told if said is not None],
        )
        own = ownership.devices_of(shared, other)
        for device in own[:tickets]:
            ticket(shared, other, device, "leak")
        if handed_over and own:
            # The survivor had it before: what is of that time is the survivor's for good.
            ticket(shared, survivor, own[0], "noise")
        before = held_by(shared, survivor), held_by(shared, other), profiles(shared)
        number = merging.merge(shared, survivor, other, "dora", NOW)
        merging.undo(shared, number, "dora", NOW + DAY)
        assert (held_by(shared, survivor), held_by(shared, other), profiles(shared)) == before
        assert merging.survivor_of(shared, other) is None


def test_what_came_to_a_moved_appliance_since_goes_back_with_it(shared: Connection) -> None:
    survivor, other = home(shared, "H-1"), home(shared, "H-2")
    (device,) = ownership.devices_of(shared, other)
    number = merging.merge(shared, survivor, other, "dora", NOW)
    later = ticket(shared, survivor, device, "leak")
    own = ticket(shared, survivor, ownership.devices_of(shared, survivor)[0], "leak")
    merging.undo(shared, number, "dora", NOW + DAY)
    rows = dict(shared.execute("SELECT id, household_id FROM hearthwatch.tickets").fetchall())
    assert rows == {later: other, own: survivor}


def test_what_was_said_of_a_moved_ticket_since_is_readable_where_it_goes_back_to(
    shared: Connection,
) -> None:
    survivor, other = home(shared, "H-1"), home(shared, "H-2")
    number = ticket(shared, other, ownership.devices_of(shared, other)[0], "leak")
    merged = merging.merge(shared, survivor, other, "dora", NOW)
    keys = sealing.keys_of(shared, [sealing.household(survivor)], make=True)
    shared.execute(
        "INSERT INTO hearthwatch.ticket_notes (ticket_id, household_id, at, actor, text_sealed)"
        " VALUES (%s, %s, %s, 'dora', %s)",
        (number, survivor, NOW, keys.seal(sealing.household(survivor), TEXT, "it drips")),
    )
    merging.undo(shared, merged, "dora", NOW + DAY)
    rows = shared.execute(
        "SELECT household_id, text_sealed FROM hearthwatch.ticket_notes"
    ).fetchall()
    ((whose, sealed),) = rows
    assert whose == other
    assert isinstance(sealed, bytes)
    keys = sealing.keys_of(shared, [sealing.household(other)])
    assert keys.open(sealing.household(other), TEXT, sealed) == "it drips"


def test_a_merge_under_another_is_undone_after_it(shared: Connection) -> None:
    first, second, third = (home(shared, name) for name in ("H-1", "H-2", "H-3"))
    inner = merging.merge(shared, second, third, "dora", NOW)
    outer = merging.merge(shared, first, second, "dora", NOW)
    assert household.ids_of(shared, ["H-3"]) == {"H-3": first}
    with pytest.raises(
        ConflictError, match=r"H-2 was merged into household .*undo that merge first"
    ):
        merging.undo(shared, inner, "dora", NOW)
    merging.undo(shared, outer, "dora", NOW)
    assert household.ids_of(shared, ["H-3"]) == {"H-3": second}
    merging.undo(shared, inner, "dora", NOW)
    assert household.ids_of(shared, ["H-3"]) == {"H-3": third}


def test_a_merge_is_undone_once(shared: Connection) -> None:
    number = merging.merge(shared, home(shared, "H-1"), home(shared, "H-2"), "dora", NOW)
    merging.undo(shared, number, "dora", NOW)
    with pytest.raises(ConflictError, match="undone already"):
        merging.undo(shared, number, "dora", NOW)


def test_of_two_who_merge_one_household_at_once_one_is_told_that_it_is_gone(
    database_pool: Pool,
) -> None:
    with database_pool.connection() as connection:
        one, two, three = (home(connection, name) for name in ("H-1", "H-2", "H-3"))
    with ThreadPoolExecutor(1) as others, database_pool.connection() as first:
        merging.merge(first, one, two, "dora", NOW)
        with database_pool.connection() as second:
            waiting = others.submit(merging.merge, second, three, two, "paul", NOW)
            wait_until(lambda: is_waiting(first, second.info.backend_pid))
            first.commit()
            with pytest.raises(ConflictError, match="H-2 was merged into household"):
                waiting.result(DEADLINE_S)
            second.rollback()
    with database_pool.connection() as connection:
        assert merging.survivor_of(connection, two) == one


def is_waiting(connection: Connection, pid: int) -> bool:
    row = connection.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", (pid,)).fetchone()
    return row == (True,)


def wait_until(holds: Callable[[], bool]) -> None:
    stop, deadline = Stop(), monotonic() + DEADLINE_S
    while not holds():
        assert monotonic() < deadline
        stop.wait(0.02)


def test_what_cannot_be_merged_is_refused_with_the_reason(shared: Connection) -> None:
    one, two, three = (home(shared, name) for name in ("H-1", "H-2", "H-3"))
    merging.merge(shared, one, two, "dora", NOW)
    refused: list[tuple[int, int, type[HearthwatchError], str]] = [
        (one, one, InvalidError, "with itself"),
        (one, 4040, NotFoundError, "no household has the id 4040"),
        (three, two, ConflictError, "H-2 was merged into"),
        (two, three, ConflictError, "H-2 was merged into"),
    ]
    for survivor, other, kind, reason in refused:
        with pytest.raises(kind, match=reason):
            merging.merge(shared, survivor, other, "dora", NOW)
    with pytest.raises(NotFoundError, match="no merge 4040"):
        merging.undo(shared, 4040, "dora", NOW)


def test_an_alias_that_names_two_households_cannot_be(shared: Connection) -> None:
    one, two = home(shared, "H-1"), home(shared, "H-2")
    merging.merge(shared, one, two, "dora", NOW)
    with pytest.raises(psycopg.errors.UniqueViolation), shared.transaction():
        shared.execute(
            "INSERT INTO hearthwatch.household_aliases VALUES ('H-2', %s, %s)", (two, one)
        )


def test_merged_households_are_no_longer_brought_up_as_alike(shared: Connection) -> None:
    one, two = home(shared, "H-1"), home(shared, "H-2")
    household.upsert(
        shared, [household.Entry(name, "Lin", "8 Lotus Road") for name in ("H-1", "H-2")], NOW
    )
    assert likeness.search(shared, NOW) == 1
    number = merging.merge(shared, one, two, "dora", NOW)
    assert likeness.page(shared) == []
    merging.undo(shared, number, "dora", NOW)
    assert len(likeness.page(shared)) == 1
