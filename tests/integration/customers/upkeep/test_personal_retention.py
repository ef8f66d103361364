"""What is too old is let go, and an appliance that was given away ends its tickets."""

from __future__ import annotations

from datetime import timedelta

from customers import contact, ownership
from customers.privacy import retention
from customers.privacy.retention import Keeping
from customers.secrecy import sealing, unsealed
from devices import appliance
from devices.appliance import Registration
from runtime.clock import SetClock
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import pool
from storage.pool import Connection
from tests.integration.customers.upkeep.plain_records import (
    NOW,
    add_homes,
    add_noted_ticket,
    add_person,
)
from tickets import handed_over, step, verdict


def test_notes_on_a_ticket_of_long_ago_go_with_the_household(base: Connection) -> None:
    ticket_id = add_noted_ticket(base, add_homes(base, ["Lin"])["Lin"], "Lin Mei was out")
    unsealed.seal_verdicts(base)
    assert retention.let_go(base, "tickets", timedelta(days=30), SetClock(NOW)) == 1
    assert {each.note for each in step.of_ticket(base, ticket_id)} == {""}
    assert [each.note for each in verdict.history(base, ticket_id)] == [""]


def test_what_is_too_old_is_let_go_and_its_figures_stay(database_url: str) -> None:
    kept = Keeping.of(
        Settings(keep_conversations_days=30, keep_comments_days=30, keep_audit_days=0)
    )
    with pool.connect(database_url) as connection:
        person = add_person(connection)
        home = contact.by_ids(connection, [person])[person].household_id
        (fridge,) = appliance.register(connection, [Registration("RF-1", "refrigerator")], NOW)
        ownership.assign(connection, {fridge.id: home}, NOW - timedelta(days=90))
        for days in (60, 5):
            at = NOW - timedelta(days=days)
            row = connection.execute(
                "INSERT INTO hearthwatch.tickets (device_id, household_id, problem, state,"
                " severity, safety, opened_at, changed_at) VALUES (%s, %s, 'poor_cooling',"
                " 'closed', 'low', false, %s, %s) RETURNING id",
                (fridge.id, home, at, at),
            ).fetchone()
            assert row is not None
            (words,) = sealing.seal(
                connection, sealing.household(home), "ratings.comment_sealed", ["good"]
            )
            connection.execute(
                "INSERT INTO hearthwatch.ratings (ticket_id, household_id, nps, comment_sealed, at)"
                " VALUES (%s, %s, 9, %s, %s)",
                (row[0], home, words, at),
            )
        connection.commit()
        opened = pool.open_pool(database_url)
        try:
            retention.enforce(opened, SetClock(NOW), kept, Stop())
            retention.enforce(opened, SetClock(NOW), Keeping(), Stop())
        finally:
            opened.close()
        left = connection.execute(
            "SELECT sum(nps), count(comment_sealed) FROM hearthwatch.ratings"
        ).fetchone()
    assert left == (18, 1)


def test_a_ticket_of_long_ago_no_longer_says_whose_it_was(base: Connection) -> None:
    home = add_homes(base, ["Lin"])["Lin"]
    (fridge,) = appliance.register(base, [Registration("RF-1", "refrigerator")], NOW)
    for state, days in (("closed", 60), ("closed", 5), ("new", 60)):
        at = NOW - timedelta(days=days)
        base.execute(
            "INSERT INTO hearthwatch.tickets (device_id, household_id, problem, state,"
            " severity, safety, opened_at, changed_at)"
            " VALUES (%s, %s, 'poor_cooling', %s, 'low', false, %s, %s)",
            (fridge.id, home, state, at, at),
        )
    assert retention.let_go(base, "tickets", timedelta(days=30), SetClock(NOW)) == 1
    rows = base.execute("SELECT household_id FROM hearthwatch.tickets ORDER BY id").fetchall()
    assert rows == [(None,), (home,), (home,)]


def test_a_ticket_of_an_appliance_that_an_import_gave_away_is_cancelled(database_url: str) -> None:
    with pool.connect(database_url) as connection:
        homes = add_homes(connection, ["Lin", "Costa"])
        fridge, washer = appliance.register(
            connection,
            [Registration("RF-1", "refrigerator"), Registration("WM-1", "washing_machine")],
            NOW,
        )
        begin = NOW - timedelta(days=9)
        ownership.assign(connection, {fridge.id: homes["Lin"], washer.id: homes["Lin"]}, begin)
        for device, state in ((fridge.id, "new"), (fridge.id, "on_site"), (washer.id, "new")):
            connection.execute(
                "INSERT INTO hearthwatch.tickets (device_id, household_id, problem, state,"
                " severity, safety, opened_at, changed_at)"
                " VALUES (%s, %s, %s, %s, 'low', false, %s, %s)",
                (device, homes["Lin"], f"problem_{state}", state, begin, begin),
            )
        ownership.assign(connection, {fridge.id: homes["Costa"]}, NOW)
        connection.commit()
        opened = pool.open_pool(database_url)
        try:
            assert handed_over.end(opened, SetClock(NOW)) == 1
            assert handed_over.end(opened, SetClock(NOW)) == 0
        finally:
            opened.close()
        rows = connection.execute("SELECT state FROM hearthwatch.tickets ORDER BY id").fetchall()
    assert rows == [("cancelled",), ("on_site",), ("new",)]
