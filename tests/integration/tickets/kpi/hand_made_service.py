"""What was done about the tickets of the hand-made week: promises, visits, words and reminders."""

from __future__ import annotations

from datetime import timedelta

from psycopg.types.json import Jsonb

from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tests.integration.tickets.kpi.hand_made_week import BEGIN, END, PURIFIER, june, put

HOUR = timedelta(hours=1)


def _clocks(connection: Connection) -> None:
    answers = [
        (1, "met", None, june(1, 10)),
        (2, "breached", june(2, 10), june(2, 12)),
        (3, "met", None, june(3, 1)),
        (4, "cancelled", None, june(4, 6)),
        (5, "met", None, june(-1, 1)),
        (6, "running", None, None),
        (7, "met", None, june(5, 3)),
        (10, "breached", june(2), None),
    ]
    ends = [
        (1, "met", None, june(4, 8)),
        (2, "met", None, june(5)),
        (3, "met", None, june(3, 4)),
        (4, "cancelled", None, june(4, 6)),
        (5, "breached", june(0, 20), june(1)),
        (6, "running", None, None),
    ]
    for kind, clocks in (("first_response", answers), ("resolution", ends)):
        rows = [
            (ticket, kind, state, breached, ended, None if ended else BEGIN, None if ended else END)
            for ticket, state, breached, ended in clocks
        ]
        put(
            connection,
            "sla_clocks",
            "ticket_id, kind, state, breached_at, ended_at, since, due_at, severity, safety, tier,"
            " terms, target, warn_after, started_at",
            [(*row, "medium", False, "gold", Jsonb({}), 8 * HOUR, 6 * HOUR, BEGIN) for row in rows],
        )


def _visits_and_words(connection: Connection) -> None:
    visits = [
        (1, 1, june(4, 8)),
        (2, 1, june(3)),
        (2, 2, june(5)),
        (5, 1, june(1)),
        (12, 1, june(0, 18)),
        (12, 2, june(7)),
        (1, 2, june(36)),
    ]
    put(
        connection,
        "visits",
        "ticket_id, number, finished_at, begins_at, ends_at, planned_at, state",
        [(*row, row[2] - HOUR, row[2], BEGIN, "done") for row in visits],
    )
    said = [
        (2, june(2, 6), "inbound"),
        (3, june(3), "inbound"),
        (6, june(6, 11), "inbound"),
        (1, june(1, 7), "outbound"),
    ]
    put(
        connection,
        "interactions",
        "ticket_id, at, direction, channel, actor, text_sealed",
        [(*row, "hotline", "dora", b"") for row in said],
    )
    routed = [
        (1, False, "routing"),
        (2, False, "routing"),
        (2, True, "staff"),
        (7, False, "customer"),
    ]
    put(
        connection,
        "routings",
        "ticket_id, by_human, chosen_by, at, actor, technician, begins_at",
        [(*row, june(5), "hearthwatch", "Tom", june(6)) for row in routed],
    )
    put(connection, "unrouted", "ticket_id, at, reason", [(6, june(6, 13), "no_technician")])
    put(
        connection,
        "ratings",
        "ticket_id, household_id, nps, csat, at",
        [
            (1, 1, 10, 5, june(5)),
            (2, 2, 3, 2, june(6)),
            (3, 1, 7, None, june(6)),
            (7, 2, 9, 4, june(7)),
            (14, 3, 6, None, june(-40)),
        ],
    )


def _reminders(connection: Connection, catalogue: Catalogue) -> None:
    items = catalogue["water_purifier"].consumables
    first, second, third = list(items)[:3]
    reminded = [
        ("a", first, "sent", june(1, 9)),
        ("b", second, "sent", june(2, 9)),
        ("c", third, "withheld", june(2, 9)),
    ]
    put(
        connection,
        "notices",
        "key, about, state, created_at, settled_at, contact_id, device_id, purpose, language",
        [
            (key, f"consumable:{PURIFIER}:{item}", state, at, at, 1, PURIFIER, "reminders", "en")
            for key, item, state, at in reminded
        ],
    )
    bought = [
        (items[first].part_number, june(20)),
        (items[second].part_number, june(1, 9)),
        (items[second].part_number, june(2, 9) + timedelta(days=30)),
        (items[third].part_number, june(3)),
    ]
    put(
        connection,
        "purchases",
        "household_id, part_number, bought_at, external_id, quantity, amount, currency, source",
        [(1, *row, str(number), 1, 9, "EUR", "shop") for number, row in enumerate(bought)],
    )


def store(connection: Connection, catalogue: Catalogue) -> None:
    """Put promises, visits, words and reminders into the tables, beside the tickets."""
    _clocks(connection)
    _visits_and_words(connection)
    _reminders(connection, catalogue)
