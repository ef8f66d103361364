from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
import skops.io
from psycopg.types.json import Jsonb

from devices.catalogue.folder import Catalogue
from models import shelf
from models.artefacts.packing import UnreadableError
from models.detectors.calibration import Calibration
from models.detectors.context_residual import ContextResidual
from models.promotion import release
from models.shelf import DamagedModelError, Decision, Model, Origin, State
from models.version import catalogue_version
from runtime.errors import ConflictError, NotFoundError
from storage import pool
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
ORIGIN = Origin("refrigerator", START, START, START, 3)
WHY = Decision("ana", "it is better")


def history(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    ambient = rng.normal(22, 2, 600)
    duty = 40 + 1.5 * (ambient - 22) + rng.normal(0, 1, 600)
    return pd.DataFrame(
        {
            "device_id": np.repeat([1, 2, 3], 200),
            "time": np.tile(pd.date_range(START, periods=200, freq="h"), 3),
            "duty_mean": duty,
            "duty_last": duty + rng.normal(0, 1, 600),
            "ambient_mean": ambient,
            "ambient_last": ambient + rng.normal(0, 1, 600),
        }
    )


@pytest.fixture
def put(connection: Connection) -> Callable[[int], tuple[ContextResidual, Model]]:
    def put_one(seed: int) -> tuple[ContextResidual, Model]:
        detector = ContextResidual("duty", ["ambient"], "high").fit(history(seed))
        return detector, shelf.put(connection, detector, ORIGIN, {"hours": 600})

    return put_one


Put = Callable[[int], tuple[ContextResidual, Model]]


def test_a_model_comes_back_from_the_shelf_as_it_was(connection: Connection, put: Put) -> None:
    detector, model = put(1)
    shelf._loaded.clear()
    loaded = shelf.load(connection, model)
    assert loaded is not detector
    pd.testing.assert_frame_equal(loaded.score(history(9)), detector.score(history(9)))
    assert loaded.threshold == detector.threshold
    assert loaded.lookback_h == detector.lookback_h
    assert (model.type, model.family, model.version) == ("refrigerator", "context_residual:duty", 1)
    assert model.facts["hours"] == 600


def test_what_is_stored_holds_no_pickle_and_needs_no_trusted_type(
    connection: Connection, put: Put
) -> None:
    _, model = put(1)
    row = connection.execute(
        "SELECT artefact FROM hearthwatch.models WHERE id = %s", (model.id,)
    ).fetchone()
    assert row is not None
    content = row[0]
    assert isinstance(content, bytes)
    assert skops.io.get_untrusted_types(data=content) == []
    names = zipfile.ZipFile(BytesIO(content)).namelist()
    assert all(name.endswith((".json", ".npy")) for name in names)


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


def test_a_damaged_model_is_refused(connection: Connection, put: Put) -> None:
    _, model = put(1)
    shelf._loaded.clear()
    connection.execute("UPDATE hearthwatch.models SET artefact = artefact || 'x'::bytea")
    with pytest.raises(DamagedModelError, match="not what was stored"):
        shelf.load(connection, model)


def test_a_model_that_does_not_exist_cannot_serve(connection: Connection) -> None:
    with pytest.raises(NotFoundError):
        shelf.promote(connection, 4711)


def _states(connection: Connection) -> list[str]:
    return [model.state for model in reversed(shelf.versions(connection, "refrigerator"))]


def test_a_model_says_what_it_was_made_with(put: Put) -> None:
    facts = put(1)[1].facts
    assert facts["libraries"]["scikit-learn"] == version("scikit-learn")
    assert facts["estimators"] == []
    assert facts["metrics"] == ["duty", "ambient"]
    assert facts["hours"] == 600


def test_another_family_is_kept_with_its_metrics_features_and_catalogue(
    connection: Connection, catalogue: Catalogue
) -> None:
    now = catalogue_version(catalogue["refrigerator"])
    origin = Origin("refrigerator", START, START, START, 3, ("duty",), ("duty:mean:1h",), now)
    kept = shelf.put(connection, Calibration(1.0, 5.0), origin, {}, family="fault:24h")
    assert (kept.family, kept.version, kept.metrics) == ("fault:24h", 1, ("duty",))
    assert kept.metric == ""
    assert kept.facts["features"] == ["duty:mean:1h"]
    assert kept.facts["catalogue"] == now
    assert shelf.load(connection, kept, Calibration) == Calibration(1.0, 5.0)
    with pytest.raises(DamagedModelError, match="is a Calibration, not a ContextResidual"):
        shelf.load(connection, kept)


def test_a_catalogue_has_another_version_after_any_change(catalogue: Catalogue) -> None:
    fridge = catalogue["refrigerator"]
    changed = fridge.model_copy(update={"silent_after_h": fridge.silent_after_h + 1})
    assert catalogue_version(fridge) == catalogue_version(fridge.model_copy())
    assert catalogue_version(changed) != catalogue_version(fridge)


def test_a_model_that_was_stored_before_this_format_is_still_read(
    connection: Connection, put: Put
) -> None:
    detector, model = put(1)
    learned = detector.learned
    content = skops.io.dumps(
        {
            "format": 1,
            "metric": detector.metric,
            "context": list(detector.context),
            "direction": detector.direction,
            "resolution": detector.resolution,
            "held": sorted(learned.held),
            "weights": learned.weights,
            "lookback_h": learned.lookback_h,
        }
        | {
            name: asdict(getattr(learned, name))
            for name in ("basis", "noise", "levels", "strangeness", "calibration")
        }
    )
    facts = {"sha256": hashlib.sha256(content).hexdigest()}
    connection.execute(
        "UPDATE hearthwatch.models SET artefact = %s, facts = %s", (content, Jsonb(facts))
    )
    loaded = shelf.load(connection, shelf.get(connection, model.id))
    pd.testing.assert_frame_equal(loaded.score(history(9)), detector.score(history(9)))


def test_a_model_of_another_scikit_learn_says_what_to_do(connection: Connection, put: Put) -> None:
    model = put(1)[1]
    shelf._loaded.clear()
    model.facts["libraries"]["scikit-learn"] = "0.24.1"
    model.facts["estimators"] = ["Ridge"]
    with pytest.raises(UnreadableError, match=r"scikit-learn 0\.24\.1") as refused:
        shelf.load(connection, model)
    assert refused.value.hint == "train it again"


def test_what_is_loaded_is_forgotten_before_it_takes_too_much_memory(
    connection: Connection, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf._loaded.clear()
    first, second = put(1)[1], put(2)[1]
    shelf.load(connection, first)
    assert shelf.load(connection, first) is shelf.load(connection, first)
    monkeypatch.setattr(shelf, "MOST_LOADED_BYTES", 1)
    shelf.load(connection, second)
    assert list(shelf._loaded) == [second.facts["sha256"]]


def test_a_rollback_lets_the_champion_before_serve_again(connection: Connection, put: Put) -> None:
    first, second = put(1)[1], put(2)[1]
    shelf.promote(connection, first.id)
    shelf.promote(connection, second.id)
    assert shelf.rollback(connection, second.id, WHY).id == first.id
    assert _states(connection) == ["champion", "retired"]
    with pytest.raises(ConflictError, match="v2 of refrigerator does not serve"):
        shelf.rollback(connection, second.id, WHY)
    with pytest.raises(ConflictError, match="took over from none"):
        shelf.rollback(connection, first.id, WHY)
    assert _states(connection) == ["champion", "retired"]


def test_a_family_has_one_shadow_and_it_does_not_serve(connection: Connection, put: Put) -> None:
    first, second, third = (put(seed)[1] for seed in (1, 2, 3))
    shelf.promote(connection, first.id)
    shelf.shadow(connection, second.id, WHY)
    shelf.shadow(connection, third.id, WHY)
    assert _states(connection) == ["champion", "retired", "shadow"]
    assert [model.id for model in shelf.shadows(connection, "refrigerator")] == [third.id]
    assert [model.id for model in shelf.serving(connection, "refrigerator")] == [first.id]
    shelf.promote(connection, third.id, WHY)
    assert _states(connection) == ["retired", "retired", "champion"]


@pytest.mark.parametrize("change", [shelf.promote, shelf.shadow, shelf.retire])
def test_a_champion_is_not_promoted_tried_or_retired(
    connection: Connection, put: Put, change: Callable[..., Model]
) -> None:
    champion = shelf.promote(connection, put(1)[1].id)
    with pytest.raises(ConflictError, match="serves"):
        change(connection, champion.id, WHY)
    assert _states(connection) == ["champion"]


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
    assert _states(connection) == ["candidate"]
    release.move(connection, catalogue, model.id, State.RETIRED, WHY)
    assert _states(connection) == ["retired"]


def test_nothing_is_rolled_back_to_a_model_whose_metrics_left_the_catalogue(
    connection: Connection, catalogue: Catalogue, put: Put
) -> None:
    first, second = put(1)[1], put(2)[1]
    shelf.promote(connection, first.id)
    shelf.promote(connection, second.id)
    with pytest.raises(ConflictError, match="needs duty"), connection.transaction():
        release.rollback(connection, catalogue, second.id, WHY)
    assert _states(connection) == ["retired", "champion"]


def test_of_many_promotions_at_once_each_sees_the_one_before(
    connection: Connection, put: Put, database_url: str
) -> None:
    models = [put(seed)[1] for seed in (1, 2, 3, 4)]
    connection.commit()
    failed: list[BaseException] = []
    begin = threading.Barrier(len(models), timeout=60)

    def run(model: Model) -> None:
        try:
            with pool.connect(database_url) as own:
                begin.wait()
                shelf.promote(own, model.id, WHY)
        except BaseException as error:  # noqa: BLE001 - shown by the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=run, args=(model,)) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert sorted(_states(connection)) == ["champion", "retired", "retired", "retired"]
    replaced = [model.replaced_id for model in shelf.versions(connection, "refrigerator")]
    assert replaced.count(None) == 1
    assert len(set(replaced)) == len(models)


def test_of_two_rollbacks_at_once_one_is_told_that_it_came_too_late(
    connection: Connection, put: Put, database_url: str
) -> None:
    first, second, third = (put(seed)[1] for seed in (1, 2, 3))
    for model in (first, second, third):
        shelf.promote(connection, model.id)
    connection.commit()
    told: list[str] = []
    begin = threading.Barrier(2, timeout=60)

    def run() -> None:
        with pool.connect(database_url) as own:
            begin.wait()
            try:
                told.append(shelf.rollback(own, third.id, WHY).name)
            except ConflictError as error:
                told.append(error.message)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    family = "context_residual:duty"
    assert sorted(told) == [f"{family} v2", f"{family} v3 of refrigerator does not serve"]
    assert _states(connection) == ["retired", "champion", "retired"]


def test_versions_put_at_once_get_numbers_of_their_own(
    connection: Connection, put: Put, database_url: str
) -> None:
    detector, _ = put(1)
    connection.commit()
    begin = threading.Barrier(3, timeout=60)

    def run() -> None:
        with pool.connect(database_url) as own:
            begin.wait()
            shelf.put(own, detector, ORIGIN, {})

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    numbers = [model.version for model in shelf.versions(connection, "refrigerator")]
    assert numbers == [4, 3, 2, 1]
