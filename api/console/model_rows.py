"""The families of a type's models: what serves, what is on trial, and how each is doing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.judges import shadow
from alerts.judges.shadow import Comparison
from api.family import Family
from models import drift, shelf
from models.drift import Drift
from models.version import Model, State
from storage.pool import Connection
from tickets import verdict
from tickets.verdict import Tally

MOST_DRIFTS = 500


@dataclass(frozen=True)
class Row:
    """One family."""

    family: Family
    champion: Model | None
    tally: Tally | None
    """Of the champion's tickets."""
    drift: Drift | None
    """What has moved furthest of all that the champion sees and says."""
    shadow: Model | None
    trial: Comparison | None
    """What the shadow's trial has shown; None if it has not begun."""
    waiting: Model | None
    """The newest candidate that came after the champion."""


def of_type(connection: Connection, type_name: str, region: str | None) -> list[Row]:
    """One row a family; of drift in other regions a partner sees nothing."""
    by_family: dict[str, list[Model]] = defaultdict(list)
    for each in shelf.versions(connection, type_name):
        by_family[each.family].append(each)
    champions = [each.id for versions in by_family.values() for each in versions if each.serving]
    tallies = verdict.tallies(connection, champions)
    furthest: dict[int, Drift] = {}
    for moved in drift.latest(connection, type_name=type_name, region=region, limit=MOST_DRIFTS):
        furthest.setdefault(moved.model_id, moved)
    rows = [
        _row(connection, Family.of(name), versions, tallies, furthest)
        for name, versions in by_family.items()
    ]
    return sorted(rows, key=lambda row: row.family.place)


def _row(
    connection: Connection,
    family: Family,
    versions: Sequence[Model],
    tallies: dict[int, Tally],
    furthest: dict[int, Drift],
) -> Row:
    """From the versions of a family, the newest first."""
    champion = _first(versions, State.CHAMPION)
    tried = _first(versions, State.SHADOW)
    waiting = _first(versions, State.CANDIDATE)
    if waiting and champion and waiting.version < champion.version:
        waiting = None
    return Row(
        family=family,
        champion=champion,
        tally=tallies.get(champion.id) if champion else None,
        drift=furthest.get(champion.id) if champion else None,
        shadow=tried,
        trial=shadow.compare(connection, tried.id) if tried else None,
        waiting=waiting,
    )


def _first(versions: Sequence[Model], state: State) -> Model | None:
    return next((each for each in versions if each.state == state), None)
