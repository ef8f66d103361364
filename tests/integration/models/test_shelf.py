from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
import skops.io

from models import shelf
from models.detectors.context_residual import ContextResidual
from models.shelf import DamagedModelError, Model, Origin
from runtime.errors import NotFoundError
from storage.pool import Connection

START = datetime(2026, 5, 1, tzinfo=UTC)
ORIGIN = Origin("refrigerator", START, START, START, 3)


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
    for chosen in (first, second, first):
        assert shelf.promote(connection, chosen.id).serving
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
