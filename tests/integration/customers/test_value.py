"""What a household is worth: worked out by hand, and fair to small fleets and to equals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from customers import household, profile, purchase, value
from customers.duplicates import merging
from customers.value import Value
from devices import appliance
from devices.appliance import Registration
from runtime.clock import SetClock
from storage.pool import Connection, Pool

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def homes(connection: Connection, number: int) -> list[int]:
    told = [household.Entry(f"H-{each}", f"Family {each}") for each in range(number)]
    ids = household.upsert(connection, told, NOW)
    return [ids[entry.external_id] for entry in told]


def buy(
    connection: Connection, home: int, days_ago: int, amount: str, currency: str = "EUR"
) -> None:
    name = f"{home}-{days_ago}-{amount}-{currency}"
    bought = purchase.Entry(name, home, "F-1", Decimal(amount), currency, NOW - days_ago * DAY)
    purchase.record(connection, [bought], source="test")


def serve(connection: Connection, home: int, days_ago: int, state: str = "closed") -> None:
    (made,) = appliance.register(
        connection, [Registration(f"A-{home}-{days_ago}-{state}", "refrigerator")], NOW
    )
    connection.execute(
        "INSERT INTO hearthwatch.tickets"
        " (device_id, household_id, problem, severity, safety, state, opened_at, changed_at)"
        " VALUES (%s, %s, 'leak', 'low', false, %s, %s, %s)",
        (made.id, home, state, NOW - days_ago * DAY, NOW - days_ago * DAY),
    )


def reckoned(connection: Connection, home: int) -> Value:
    return value.of(connection, [home])[home]


def fifths(found: Value) -> tuple[int, int, int]:
    return found.recency, found.frequency, found.monetary


def test_five_households_fall_into_five_fifths(shared: Connection) -> None:
    ids = homes(shared, 5)
    for place, home in enumerate(ids):
        for time in range(place + 1):
            buy(shared, home, 100 - 10 * place - time, f"{10 * (place + 1)}.00")
    assert value.recompute(shared, NOW) == 5
    found = [reckoned(shared, home) for home in ids]
    assert [fifths(each) for each in found] == [(n, n, n) for n in (1, 2, 3, 4, 5)]
    assert [each.score for each in found] == [0, 25, 50, 75, 100]
    top = found[-1]
    assert (top.purchases, top.services, top.amount, top.currency) == (5, 0, 250, "EUR")
    assert top.days_since == 56


def test_the_parts_weigh_three_three_and_four_tenths(shared: Connection) -> None:
    last, often, much, none, some = homes(shared, 5)
    buy(shared, last, 1, "10")
    for days_ago in range(300, 305):
        buy(shared, often, days_ago, "0")
    buy(shared, much, 200, "900")
    buy(shared, some, 100, "20")
    value.recompute(shared, NOW)
    # Recency: last, some, much, often, none. Frequency: often; then three with one purchase.
    # Spending: often and none spent nothing and share the middle of the lowest two fifths.
    assert fifths(reckoned(shared, last)) == (5, 3, 3)
    assert fifths(reckoned(shared, some)) == (4, 3, 4)
    assert fifths(reckoned(shared, much)) == (3, 3, 5)
    assert fifths(reckoned(shared, often)) == (2, 5, 2)
    assert fifths(reckoned(shared, none)) == (1, 1, 2)
    assert reckoned(shared, much).score == pytest.approx(25 * (0.3 * 2 + 0.3 * 2 + 0.4 * 4))


def test_where_nobody_bought_anything_everybody_is_in_the_middle(shared: Connection) -> None:
    ids = homes(shared, 7)
    value.recompute(shared, NOW)
    assert {fifths(reckoned(shared, home)) for home in ids} == {(3, 3, 3)}
    assert reckoned(shared, ids[0]).score == 50
    assert reckoned(shared, ids[0]).days_since is None


def test_a_fleet_of_one_or_two_has_no_extremes(shared: Connection) -> None:
    (one,) = homes(shared, 1)
    buy(shared, one, 3, "100")
    value.recompute(shared, NOW)
    assert fifths(reckoned(shared, one)) == (3, 3, 3)
    first, second = homes(shared, 2)
    assert first == one
    value.recompute(shared, NOW)
    assert fifths(reckoned(shared, first)) == (4, 4, 4)
    assert fifths(reckoned(shared, second)) == (2, 2, 2)


def test_a_finished_service_counts_as_coming_back_and_an_open_one_does_not(
    shared: Connection,
) -> None:
    served, waiting = homes(shared, 2)
    serve(shared, served, 20)
    serve(shared, served, 40, "resolved")
    serve(shared, waiting, 10, "new")
    serve(shared, waiting, 11, "cancelled")
    value.recompute(shared, NOW)
    found = reckoned(shared, served)
    assert (found.services, found.purchases, found.days_since) == (2, 0, 20)
    assert reckoned(shared, waiting).services == 0
    assert found.recency > reckoned(shared, waiting).recency


def test_spending_is_ranked_within_its_currency(shared: Connection) -> None:
    ids = homes(shared, 4)
    for home, amount, currency in zip(
        ids, ("10", "90", "1000", "9000"), ("EUR", "EUR", "CNY", "CNY"), strict=True
    ):
        buy(shared, home, 5, amount, currency)
    value.recompute(shared, NOW)
    assert [reckoned(shared, home).monetary for home in ids] == [2, 4, 2, 4]


def test_what_is_older_than_three_years_or_not_yet_does_not_count(shared: Connection) -> None:
    (home,) = homes(shared, 1)
    buy(shared, home, 3 * 365 + 1, "100")
    buy(shared, home, -1, "100")
    value.recompute(shared, NOW)
    assert reckoned(shared, home).purchases == 0
    value.recompute(shared, NOW + 2 * DAY)
    assert reckoned(shared, home).purchases == 1


def test_a_merged_household_has_no_value_of_its_own(shared: Connection) -> None:
    first, second = homes(shared, 2)
    buy(shared, second, 3, "100")
    value.recompute(shared, NOW)
    merging.merge(shared, first, second, "dora", NOW)
    assert value.recompute(shared, NOW) == 1
    assert value.of(shared, [second]) == {}
    assert reckoned(shared, first).purchases == 1


def test_the_errand_reckons_what_was_asked_for_once(database_pool: Pool) -> None:
    with database_pool.connection() as connection:
        (home,) = homes(connection, 1)
        for _ in range(2):
            value.ask(connection)
        row = connection.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", (value.RECKON,)
        ).fetchone()
    assert row == (1,)
    value.reckon(database_pool, SetClock(NOW))
    with database_pool.connection() as connection:
        assert reckoned(connection, home).at == NOW


def test_a_profile_has_the_score_once_there_is_one(shared: Connection) -> None:
    first, second = homes(shared, 2)
    profile.record(
        shared,
        [profile.Entry(first, vulnerable=True, country="CN", latitude=36.0671, longitude=120.3826)],
    )
    before = profile.of(shared, [first, second, 4040])
    assert set(before) == {first, second}
    assert (before[first].vulnerable, before[first].latitude) == (True, 36.07)
    assert before[second].value_score == profile.UNRATED
    assert (before[second].vulnerable, before[second].latitude) == (False, None)
    buy(shared, first, 3, "100")
    value.recompute(shared, NOW)
    assert profile.of(shared, [first])[first].value_score == 75


def test_what_a_profile_is_not_told_stays_as_it_is(shared: Connection) -> None:
    (home,) = homes(shared, 1)
    profile.record(shared, [profile.Entry(home, vulnerable=True, country="CN")])
    profile.record(shared, [profile.Entry(home, latitude=1.0, longitude=2.0)])
    found = profile.of(shared, [home])[home]
    assert (found.vulnerable, found.country, found.latitude) == (True, "CN", 1.0)
    profile.record(shared, [profile.Entry(home, vulnerable=False)])
    assert not profile.of(shared, [home])[home].vulnerable
