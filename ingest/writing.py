"""A judged batch in the database, and what became of each message: all in one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from devices import dead_letter, fault_event, presence, telemetry, unknown_metric
from devices.catalogue.appliance_type import ApplianceType
from devices.catalogue.folder import Catalogue
from devices.watermark import Tally
from ingest.reason import Reason, RefusedError
from ingest.validation import Judged
from storage.pool import Connection


def write(connection: Connection, catalogue: Catalogue, judged: Sequence[Judged]) -> Counter[str]:
    """Store every part in the caller's transaction; return new rows by appliance type.

    Notes in each message how many of its parts were new and how many were there already. That
    its devices were heard is left to the caller, who knows the other readings of the batch.
    """
    by_type: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        if one.readings:
            by_type[one.type].append(one)
    rows = Counter(
        {
            name: _write_readings(connection, catalogue[name], by_type[name])
            for name in sorted(by_type)
        }
    )
    _write_events(connection, [one for one in judged if one.events])
    _write_presences(connection, [one for one in judged if one.presences])
    _write_unknown(connection, [one for one in judged if one.unknown])
    refusals = [refusal for one in judged for refusal in one.refusals]
    if refusals:
        dead_letter.store(connection, refusals)
    return rows


def tally(judged: Sequence[Judged], rows: Counter[str]) -> Tally:
    """Count the messages of a written batch, each in exactly one of three."""
    stored = [one for one in judged if one.fresh]
    duplicates = [one for one in judged if one.repeated and not one.fresh]
    return Tally(
        received=len(judged),
        stored=len(stored),
        duplicates=len(duplicates),
        dead_lettered=len(judged) - len(stored) - len(duplicates),
        partial=sum(bool(one.refusals) for one in (*stored, *duplicates)),
        readings=rows.total(),
    )


def _write_readings(
    connection: Connection, description: ApplianceType, judged: Sequence[Judged]
) -> int:
    places = [(one, place) for one in judged for place in range(len(one.readings))]
    stored = telemetry.insert(
        connection, description, [one.readings[place] for one, place in places]
    )
    left_out, conflicts = set(stored.left_out), set(stored.conflicts)
    for position, (one, place) in enumerate(places):
        if position in conflicts:
            time = one.readings[place].time.isoformat()
            one.refuse(
                RefusedError(Reason.CONFLICTING_DUPLICATE, f"{time} is stored with other values"),
                one.parts[place],
            )
        elif position in left_out:
            one.repeated += 1
        else:
            one.fresh += 1
    return stored.inserted


def _write_events(connection: Connection, judged: Sequence[Judged]) -> None:
    if not judged:
        return
    new = fault_event.store(connection, [event for one in judged for event in one.events])
    # Which of them were new makes no difference to the count: a message tells one event.
    for position, one in enumerate(judged):
        if position < new:
            one.fresh += 1
        else:
            one.repeated += 1


def _write_presences(connection: Connection, judged: Sequence[Judged]) -> None:
    if judged:
        presence.store(connection, [each for one in judged for each in one.presences])
        for one in judged:
            one.fresh += 1


def _write_unknown(connection: Connection, judged: Sequence[Judged]) -> None:
    if not judged:
        return
    unknown_metric.store(connection, [each for one in judged for each in one.unknown])
    for one in judged:
        if not one.readings:
            one.fresh += 1
