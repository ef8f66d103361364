"""One version of a family serves, one is on trial, one comes back, and who decided is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from devices.catalogue.folder import Catalogue
from models import shelf
from models.promotion import release
from models.shelf import Decision, Model, State
from runtime.errors import ConflictError, NotFoundError
from storage.pool import Connection
from tests.integration.models.shelf.shelved import WHY, Put, states


def test_one_version_of_a_family_serves_and_an_older_one_can_be_put_back(
    connection: Connection, put: Put
) -> None:
    assert shelf.serving(connection, "refrigerator") == []
    first, second = put(1)[1], put(2)[1]
    assert second.version == 2
    for chosen, before in ((first, None), (second, first.id), (first, second.id)):
        promoted = shelf.promote(connection, chosen.id)
        assert promoted.serving
        assert promoted.replaced_id == before
        assert [model.id for model in shelf.serving(connection, "refrigerator")] == [chosen.id]
    assert [model.version for model in shelf.versions(connection, "refrigerator")] == [2, 1]


def test_a_model_that_does_not_exist_cannot_serve(connection: Connection) -> None:
    with pytest.raises(NotFoundError):
        shelf.promote(connection, 4711)


def test_a_rollback_lets_the_champion_before_serve_again(connection: Connection, put: Put) -> None:
    first, second = put(1)[1], put(2)[1]
    shelf.promote(connection, first.id)
    shelf.promote(connection, second.id)
    assert shelf.rollback(connection, second.id, WHY).id == first.id
    assert states(connection) == ["champion", "retired"]
    with pytest.raises(ConflictError, match="v2 of refrigerator does not serve"):
        shelf.rollback(connection, second.id, WHY)
    with pytest.raises(ConflictError, match="took over from none"):
        shelf.rollback(connection, first.id, WHY)
    assert states(connection) == ["champion", "retired"]


def test_a_family_has_one_shadow_and_it_does_not_serve(connection: Connection, put: Put) -> None:
    first, second, third = (put(seed)[1] for seed in (1, 2, 3))
    shelf.promote(connection, first.id)
    shelf.shadow(connection, second.id, WHY)
    shelf.shadow(connection, third.id, WHY)
    assert states(connection) == ["champion", "retired", "shadow"]
    assert [model.id for model in shelf.shadows(connection, "refrigerator")] == [third.id]
    assert [model.id for model in shelf.serving(connection, "refrigerator")] == [first.id]
    shelf.promote(connection, third.id, WHY)
    assert states(connection) == ["retired", "retired", "champion"]


@pytest.mark.parametrize("change", [shelf.promote, shelf.shadow, shelf.retire])
def test_a_champion_is_not_promoted_tried_or_retired(
    connection: Connection, put: Put, change: Callable[..., Model]
) -> None:
    champion = shelf.promote(connection, put(1)[1].id)
    with pytest.raises(ConflictError, match="serves"):
        change(connection, champion.id, WHY)
    assert states(connection) == ["champion"]


def test_who_changed_what_serves_and_why_is_in_the_audit(connection: Connection, put: Put) -> None:
    first, second = put(1)[1], put(2)[1]
    shelf.promote(connection, first.id)
    shelf.promote(connection, second.id, WHY)
    shelf.rollback(connection, second.id, Decision("ben", "it was not"))
    rows = connection.execute(
        "SELECT actor, action, subject, detail ->> 'reason', detail ->> 'after'"
        " FROM hearthwatch.audit ORDER BY id"
    ).fetchall()
    family = "context_residual:duty"
    assert rows == [
        ("hearthwatch", "model promoted", f"model {first.id}", "newly trained", f"{family} v1"),
        ("ana", "model promoted", f"model {second.id}", "it is better", f"{family} v2"),
        ("ben", "model rolled back", f"model {second.id}", "it was not", f"{family} v1"),
    ]


@pytest.mark.parametrize("state", [State.CHAMPION, State.SHADOW])
def test_a_model_whose_metrics_left_the_catalogue_may_only_be_retired(
    connection: Connection, catalogue: Catalogue, put: Put, state: State
) -> None:
    model = put(1)[1]
    with pytest.raises(ConflictError, match="needs duty, ambient"):
        release.move(connection, catalogue, model.id, state, WHY)
    with pytest.raises(ConflictError, match="no type refrigerator"):
        release.move(connection, {}, model.id, state, WHY)
    assert states(connection) == ["candidate"]
    release.move(connection, catalogue, model.id, State.RETIRED, WHY)
    assert states(connection) == ["retired"]


def test_nothing_is_rolled_back_to_a_model_whose_metrics_left_the_catalogue(
    connection: Connection, catalogue: Catalogue, put: Put
) -> None:
    first, second = put(1)[1], put(2)[1]
    shelf.promote(connection, first.id)
    shelf.promote(connection, second.id)
    with pytest.raises(ConflictError, match="needs duty"), connection.transaction():
        release.rollback(connection, catalogue, second.id, WHY)
    assert states(connection) == ["retired", "champion"]
