"""A model comes back from the shelf as it was, or says why it cannot."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import asdict
from importlib.metadata import version
from io import BytesIO

import pandas as pd
import pytest
import skops.io
from psycopg.types.json import Jsonb

from devices.catalogue.folder import Catalogue
from models import shelf
from models.artefacts.packing import UnreadableError
from models.detectors.calibration import Calibration
from models.shelf import DamagedModelError, Origin
from models.version import catalogue_version
from storage.pool import Connection
from tests.integration.models.shelf.shelved import START, Put, history


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


def test_a_damaged_model_is_refused(connection: Connection, put: Put) -> None:
    _, model = put(1)
    shelf._loaded.clear()
    connection.execute("UPDATE hearthwatch.models SET artefact = artefact || 'x'::bytea")
    with pytest.raises(DamagedModelError, match="not what was stored"):
        shelf.load(connection, model)


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
