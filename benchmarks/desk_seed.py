"""Fills a database with a large desk: two years of tickets, letters and events, sealed as ours are.

What is personal goes through the product's own sealing and blind index; the rest is made where it
stands, by INSERT ... SELECT.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from alerts.notices.sealed_words import BODY, SUBJECT
from benchmarks.customers import FAMILY, FIRST, STREETS
from customers import contact, household
from customers.secrecy import sealed_store, sealing
from devices.catalogue.folder import Catalogue
from storage import query
from storage.pool import Connection
from tickets.routing import technician
from tickets.sla import keeping

_SQL = query.beside(__file__)
NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
"""A Monday."""
BEGAN = NOW - timedelta(days=800)
PORTION = 2_000
"""Households that are sealed at once, and audit entries a transaction."""
A_REGION = 2_000
CREW = 30
LETTER = "Your technician was there. The pump was worn and has been replaced.\n\n" * 6
CALLS = "interactions.text_sealed"
CALL = "It makes a noise when it starts, and there is water under the door."
BEFORE = ("appliances", "device_states", "ownerships", "profiles", "plans", "purchases", "tickets")
AFTER = ("ticket_changes", "visits", "verdicts", "routings", "ratings", "alerts", "alert_changes")
LAST = ("evidence", "number_on", "events", "fed", "links")

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    """How large the desk is; all else follows from the households."""

    households: int

    @property
    def regions(self) -> int:
        """Of some 2,000 households each."""
        return max(self.households // A_REGION, 1)


def fill(connection: Connection, catalogue: Catalogue, size: Size, tell: Tell) -> None:
    """Fill an empty, migrated database; commits as it goes."""
    asked = _asked(catalogue, size)
    sealed_store.ensure(connection)
    tell("technicians")
    technician.upsert(connection, _crew(catalogue, size), NOW)
    chance = Random(7)  # noqa: S311 - made-up people, not secrets
    for first in range(1, size.households + 1, PORTION):
        tell(f"households from {first}")
        _people(connection, range(first, min(first + PORTION, size.households + 1)), size, chance)
        connection.commit()
    _run(connection, BEFORE, asked, tell)
    connection.execute("ANALYZE")
    _clocks(connection, asked, tell)
    _run(connection, AFTER, asked, tell)
    _letters(connection, size, tell)
    _run(connection, LAST, asked, tell)
    for first in range(1, 2 * size.households + 1, PORTION):
        span = {"first": first, "last": min(first + PORTION - 1, 2 * size.households)}
        connection.execute(_SQL["audit"], {**asked, **span})
        connection.commit()
    tell("statistics")
    connection.autocommit = True
    connection.execute("VACUUM (ANALYZE)")
    connection.autocommit = False


def region_of(household_id: int, size: Size) -> str:
    """Where a household of the desk is."""
    return f"region-{household_id % size.regions:02d}"


def _asked(catalogue: Catalogue, size: Size) -> dict[str, object]:
    types = sorted(catalogue)
    problems = {name: sorted(catalogue[name].problems) for name in types}
    return {
        "households": size.households,
        "regions": size.regions,
        "technicians": CREW,
        "types": types,
        "problems": json.dumps(problems),
        "now": NOW,
    }


def _run(
    connection: Connection, blocks: tuple[str, ...], asked: dict[str, object], tell: Tell
) -> None:
    for block in blocks:
        tell(block)
        connection.execute(_SQL[block], asked)
        connection.commit()


def _crew(catalogue: Catalogue, size: Size) -> list[technician.Entry]:
    skills = {
        skill: 2
        for description in catalogue.values()
        for problem in description.problems.values()
        for skill in problem.skills
    }
    return [
        technician.Entry(
            f"region-{region:02d} technician {number:02d}",
            skills,
            "mon-fri 08:00-18:00",
            f"region-{region:02d}",
            "Europe/London",
            latitude=51 + region * 0.05 + number * 0.005,
            longitude=-2 + number * 0.006,
        )
        for region in range(size.regions)
        for number in range(CREW)
    ]


def _people(connection: Connection, numbers: range, size: Size, chance: Random) -> None:
    """A household each, one contact or two, sealed and marked."""
    names = [f"{chance.choice(FIRST.split())} {chance.choice(FAMILY.split())}" for _ in numbers]
    homes = household.upsert(
        connection,
        [
            household.Entry(
                f"H-{number:08d}",
                f"{name} family",
                f"{chance.randrange(1, 300)} {chance.choice(STREETS)}",
                region_of(number, size),
                "Europe/London",
                household.TIERS[min(number % 10, 3)],
            )
            for number, name in zip(numbers, names, strict=True)
        ],
        BEGAN,
    )
    contact.upsert(
        connection,
        [
            contact.Entry(
                homes[f"H-{number:08d}"],
                f"C-{number:08d}-{place}",
                name if place == 0 else f"{chance.choice(FIRST.split())} {name.split()[1]}",
                f"+4477{place}{number:07d}",
                f"home{number}.{place}@example.org",
                "zh" if number % 5 == 0 else "en",
                frozenset(contact.PURPOSES),
            )
            for number, name in zip(numbers, names, strict=True)
            for place in range(1 + number % 2)
        ],
        NOW,
        source="bench",
    )


def _clocks(connection: Connection, asked: dict[str, object], tell: Tell) -> None:
    """Those of open tickets as the product sets them; those that ended by their likeness."""
    tell("clocks")
    rows = connection.execute(
        "SELECT id FROM hearthwatch.tickets WHERE state NOT IN ('resolved', 'closed', 'cancelled')"
    ).fetchall()
    ids = [int(str(row[0])) for row in rows]
    for first in range(0, len(ids), PORTION):
        keeping.start(connection, ids[first : first + PORTION])
        connection.commit()
    _run(connection, ("ended_clocks",), asked, tell)


def _letters(connection: Connection, size: Size, tell: Tell) -> None:
    """A letter sealed for each contact and a call for each household, and rows that hold them."""
    for first in range(1, size.households + 1, PORTION):
        tell(f"letters from {first}")
        homes = list(range(first, min(first + PORTION, size.households + 1)))
        rows = connection.execute(
            "SELECT id, language, household_id FROM hearthwatch.contacts"
            " WHERE household_id = ANY (%s) ORDER BY id",
            [homes],
        ).fetchall()
        ids, languages, owners = (list(column) for column in zip(*rows, strict=True))
        readers = [sealing.contact(int(str(each))) for each in ids]
        callers = [sealing.household(each) for each in homes]
        keys = sealing.keys_of(connection, [*readers, *callers])
        asked = {
            "ids": ids,
            "languages": languages,
            "homes": owners,
            "subjects": [keys.seal(each, SUBJECT, "Your visit") for each in readers],
            "bodies": [keys.seal(each, BODY, LETTER) for each in readers],
            "households": size.households,
            "now": NOW,
        }
        connection.execute(_SQL["notices"], asked)
        said = [keys.seal(each, CALLS, CALL) for each in callers]
        connection.execute(_SQL["interactions"], {"homes": homes, "texts": said})
        connection.commit()
