"""What is known to be trouble does not teach: it would be taken for the appliance's own manner."""

from __future__ import annotations

from datetime import timedelta

from alerts import alert
from alerts.alert import Finding
from alerts.evidence import Evidence
from devices.catalogue.appliance_type import Severity
from devices.catalogue.folder import Catalogue
from models import shelf
from models.serving import scoring
from models.shelf import Model
from models.training import detector_training
from storage.pool import Connection
from tests.integration.fridge_hours import at, store

BEGAN = 48
LEARNED = 10 * 24
WORN = 2


def learned(connection: Connection, catalogue: Catalogue) -> Model:
    """The duty's model; the fridge `WORN` works too hard for nearly all of the history."""
    (found,) = detector_training.train(
        connection, catalogue, "refrigerator", at(0), at(LEARNED), at(LEARNED)
    )
    return found


def found_by(connection: Connection, catalogue: Catalogue, model: Model) -> set[int]:
    """Who is above the threshold at the end of the history."""
    end = at(LEARNED)
    scores = scoring.score_type(
        connection, catalogue["refrigerator"], [model], end - timedelta(hours=12), end
    )
    return set(scores.loc[scores["score"] > scores["threshold"], "device_id"])


def alarm(connection: Connection, device: int) -> None:
    """An alert that somebody should look at the fridge, and no ticket yet."""
    evidence = Evidence(kind="alarm", source="a rule", since=at(LEARNED - 5), until=at(LEARNED))
    found = Finding(
        device_id=device,
        problem="works_too_hard",
        signal="alarm:test",
        at=at(LEARNED - 1),
        fires=True,
        severity=Severity.HIGH,
        evidence=evidence,
    )
    alert.record(connection, [found])


def test_a_fault_throughout_the_history_is_found_once_somebody_has_noticed_it(
    connection: Connection, catalogue: Catalogue
) -> None:
    worn = 14.0
    ids = store(connection, range(LEARNED), lambda n, hour: worn * (n == WORN and hour >= BEGAN))
    before = learned(connection, catalogue)
    assert found_by(connection, catalogue, before) == set()
    alarm(connection, ids[WORN])
    after = learned(connection, catalogue)
    assert found_by(connection, catalogue, after) == {ids[WORN]}
    assert (before.facts["hours_left_out"], before.devices) == (0, 5)
    assert (after.facts["hours_left_out"], after.devices) == (LEARNED, 4)
    assert [each.state for each in shelf.versions(connection)] == ["candidate", "candidate"]
