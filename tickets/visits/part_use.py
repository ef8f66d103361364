"""Which parts a visit took, out of the technician's van."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from runtime.errors import InvalidError
from storage import query
from storage.pool import Connection
from tickets.routing import van
from tickets.visits.visit import Visit

_SQL = query.beside(__file__)
MOST = 99
_PART_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")


def record(connection: Connection, visit: Visit, used: Mapping[str, int], at: datetime) -> None:
    """Keep what a visit took, in place of what was said before; the van has so much less.

    InvalidError for what is no part number, or no count from 1 to 99. A part that the van did not
    hold was bought or borrowed: it counts as used all the same.
    """
    _check(used)
    before = of_visits(connection, [visit.id])[visit.id]
    connection.execute(_SQL["forget"], {"visit_id": visit.id})
    connection.execute(
        _SQL["keep"],
        {
            "visit_id": visit.id,
            "part_numbers": list(used),
            "quantities": list(used.values()),
            "at": at,
        },
    )
    more = {part: count - before.get(part, 0) for part, count in used.items()}
    taken = {part: count for part, count in more.items() if count > 0}
    if visit.technician and taken:
        van.take(connection, visit.technician, taken)


def of_visits(connection: Connection, visit_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many of each part these visits took; an empty dict where none."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = connection.execute(_SQL["of_visits"], {"visit_ids": list(visit_ids)}).fetchall()
    for visit_id, part, count in rows:
        found[int(str(visit_id))][str(part)] = int(str(count))
    return {each: found[each] for each in visit_ids}


def _check(used: Mapping[str, int]) -> None:
    for part, count in used.items():
        if not _PART_NUMBER.fullmatch(part):
            raise InvalidError(
                f"{part!r} is no part number",
                hint="letters, digits and . _ / - as they stand on the part",
            )
        if not 1 <= count <= MOST:
            raise InvalidError(f"{count} of {part}: a visit takes 1 to {MOST} of a part")
