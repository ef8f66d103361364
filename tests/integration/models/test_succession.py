"""What becomes of a version of which nothing can be said yet, or of which nobody is to be told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from devices.catalogue.folder import Catalogue
from models import shelf
from models.detectors.context_residual import ContextResidual
from models.promotion import succession
from models.promotion.succession import Ruled
from models.shelf import Decision, Origin
from storage.pool import Connection
from tests.integration.fridge_hours import METRIC, START

NOW = START + timedelta(days=9)
Settle = Callable[[str], Ruled]


@pytest.fixture
def settle(connection: Connection, catalogue: Catalogue) -> Settle:
    """Puts another version of a family on the shelf, and rules on it."""
    detector = ContextResidual(METRIC, ["ambient_temp_c", "door_open_pct"], "high")

    def put(family: str) -> Ruled:
        origin = Origin("refrigerator", START, START, START, 3)
        model = shelf.put(connection, detector, origin, {}, family=family)
        return succession.settle(connection, catalogue["refrigerator"], model, NOW)

    return put


def states(connection: Connection) -> list[str]:
    """Of the versions, the newest first."""
    return [each.state for each in shelf.versions(connection)]


def test_of_versions_that_nothing_tells_apart_the_first_to_come_is_tried(
    connection: Connection, settle: Settle
) -> None:
    first, second, third = (settle("sound:hum") for _ in range(3))
    assert states(connection) == ["candidate", "shadow", "champion"]
    assert first.ruling.serves
    for each in (second, third):
        assert (each.ruling.serves, each.ruling.decided) == (False, False)
        assert each.ruling.reason == "too little to judge by yet"


def test_a_family_that_nobody_is_told_of_is_tried_and_never_serves_by_itself(
    connection: Connection, settle: Settle
) -> None:
    older, newer = settle("anomaly"), settle("anomaly")
    assert states(connection) == ["shadow", "retired"]
    for each in (older, newer):
        assert not each.ruling.serves
        assert each.ruling.reason == "tried first: nobody is told what it finds"


def test_every_step_is_in_the_audit_with_its_reason(connection: Connection, settle: Settle) -> None:
    for _ in range(3):
        settle("sound:hum")
    rows = connection.execute(
        "SELECT action, detail ->> 'reason' FROM hearthwatch.audit ORDER BY id"
    ).fetchall()
    undecided = "against sound:hum v1: too little to judge by yet"
    assert rows == [
        ("model promoted", "the first of its family"),
        ("model put in the shadow", undecided),
        ("model not promoted", undecided),
    ]


def test_what_a_person_tries_is_not_promoted_by_itself(
    connection: Connection, catalogue: Catalogue, settle: Settle
) -> None:
    settle("sound:hum")
    origin = Origin("refrigerator", START, START, START, 3)
    detector = ContextResidual(METRIC, ["ambient_temp_c", "door_open_pct"], "high")
    mine = shelf.put(connection, detector, origin, {}, family="sound:hum")
    shelf.shadow(connection, mine.id, Decision("ana", "let us see"))
    assert succession.settle_tried(connection, catalogue["refrigerator"], NOW) == []
    assert states(connection) == ["shadow", "champion"]
