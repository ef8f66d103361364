"""Models over the API: what is on the shelf, what serves, and who may change that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from models import shelf
from models.detectors.context_residual import ContextResidual
from models.shelf import Model, Origin
from storage.pool import Connection

Make = Callable[..., httpx.Client]
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
WHY = {"reason": "half the false alarms"}


@pytest.fixture
def versions(world: Connection) -> list[Model]:
    """Three versions of one family; the first serves."""
    detector = ContextResidual("compressor_duty_pct", ["ambient_temp_c"], "high")
    origin = Origin("refrigerator", NOW, NOW, NOW, 3, catalogue="abc")
    found = [shelf.put(world, detector, origin, {"hours": 600}) for _ in range(3)]
    found[0] = shelf.promote(world, found[0].id)
    world.commit()
    return found


def move(asking: httpx.Client, model: Model, state: str, **more: object) -> httpx.Response:
    return asking.post(f"/v1/models/{model.id}/transitions", json={"state": state, **WHY, **more})


def states(asking: httpx.Client) -> list[str]:
    return [each["state"] for each in reversed(asking.get("/v1/models").json()["items"])]


def test_the_shelf_is_listed_newest_first_in_pages(client: Make, versions: list[Model]) -> None:
    vera = client("vera")
    first = vera.get("/v1/models?limit=2").json()
    assert [each["id"] for each in first["items"]] == [versions[2].id, versions[1].id]
    rest = vera.get(first["next"]).json()
    assert [each["id"] for each in rest["items"]] == [versions[0].id]
    assert rest["next"] is None
    serving = vera.get("/v1/models?state=champion&type=refrigerator").json()["items"]
    assert [each["version"] for each in serving] == [1]
    assert vera.get("/v1/models?type=dishwasher").json()["items"] == []


def test_a_model_tells_what_it_was_made_of(client: Make, versions: list[Model]) -> None:
    found = client("vera").get(f"/v1/models/{versions[0].id}").json()
    assert found["metrics"] == ["compressor_duty_pct", "ambient_temp_c"]
    assert found["facts"]["catalogue"] == "abc"
    assert set(found["facts"]["libraries"]) == {"scikit-learn", "numpy", "scipy", "skops"}
    assert found["trial"] is None
    assert client("vera").get("/v1/models/4711").status_code == 404


def test_a_promotion_and_a_rollback_are_made_with_a_reason(
    client: Make, versions: list[Model], world: Connection
) -> None:
    ada = client("ada")
    promoted = move(ada, versions[1], "champion")
    assert promoted.status_code == 201
    assert promoted.json()["replaced_id"] == versions[0].id
    assert states(ada) == ["retired", "champion", "candidate"]
    back = ada.post(f"/v1/models/{versions[1].id}/rollback", json={"reason": "it was not"})
    assert back.json()["id"] == versions[0].id
    assert states(ada) == ["champion", "retired", "candidate"]
    rows = world.execute(
        "SELECT actor, action, detail ->> 'reason' FROM hearthwatch.audit"
        " WHERE subject = %s ORDER BY id",
        (f"model {versions[1].id}",),
    ).fetchall()
    assert rows == [
        ("ada", "model promoted", WHY["reason"]),
        ("ada", "model rolled back", "it was not"),
    ]


def test_a_version_is_tried_and_put_aside(client: Make, versions: list[Model]) -> None:
    ada = client("ada")
    assert move(ada, versions[2], "shadow").json()["state"] == "shadow"
    assert states(ada) == ["champion", "candidate", "shadow"]
    assert move(ada, versions[2], "retired").json()["state"] == "retired"


@pytest.mark.parametrize(
    ("user", "number", "state", "status"),
    [
        ("dora", 1, "champion", 403),
        ("tom", 1, "shadow", 403),
        ("ada", 0, "champion", 409),
        ("ada", 0, "shadow", 409),
        ("ada", 0, "retired", 409),
        ("ada", 1, "candidate", 422),
        ("ada", 1, "emperor", 422),
    ],
)
def test_a_change_that_may_not_be_is_refused(
    client: Make, versions: list[Model], user: str, number: int, state: str, status: int
) -> None:
    assert move(client(user), versions[number], state).status_code == status
    assert states(client("vera")) == ["champion", "candidate", "candidate"]


@pytest.mark.parametrize("asked", [{}, {"reason": ""}, {"reason": "  "}, {**WHY, "mood": "fine"}])
def test_no_change_goes_without_a_reason(
    client: Make, versions: list[Model], asked: dict[str, str]
) -> None:
    ada = client("ada")
    told = {"state": "champion", **asked}
    answer = ada.post(f"/v1/models/{versions[1].id}/transitions", json=told)
    assert answer.status_code == 422
    answer = ada.post(f"/v1/models/{versions[0].id}/rollback", json=asked)
    assert answer.status_code == 422


def test_a_first_champion_cannot_be_rolled_back(client: Make, versions: list[Model]) -> None:
    answer = client("ada").post(f"/v1/models/{versions[0].id}/rollback", json=WHY)
    assert answer.status_code == 409
    assert "took over from none" in answer.json()["detail"]


def test_a_model_whose_metrics_left_the_catalogue_is_not_promoted(
    client: Make, world: Connection
) -> None:
    detector = ContextResidual("smell_ppm", ["ambient_temp_c"], "high")
    model = shelf.put(world, detector, Origin("refrigerator", NOW, NOW, NOW, 3), {})
    world.commit()
    answer = move(client("ada"), model, "champion")
    assert answer.status_code == 409
    assert "needs smell_ppm" in answer.json()["detail"]


def test_drift_is_shown_with_its_level_and_to_a_partner_only_of_its_region(
    client: Make, versions: list[Model], world: Connection
) -> None:
    world.execute(
        "INSERT INTO hearthwatch.model_drift SELECT %s, 'input', 'ambient_temp_c', told.part,"
        " told.name, told.moved, 300, 400, now() FROM (VALUES ('type', '', 0.05::float8),"
        " ('region', 'north', 0.4), ('region', 'south', 0.15)) AS told (part, name, moved)",
        (versions[0].id,),
    )
    world.commit()
    found = client("vera").get("/v1/models/drift?type=refrigerator").json()["items"]
    assert [(each["part_name"], each["level"]) for each in found] == [
        ("north", "major"),
        ("south", "moderate"),
        ("", "stable"),
    ]
    south = client("paul").get("/v1/models/drift").json()["items"]
    assert [each["part_name"] for each in south] == ["south", ""]
