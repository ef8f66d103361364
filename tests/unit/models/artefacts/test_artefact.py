"""A model as bytes: nothing but known types is written, and nothing else is ever read."""

from __future__ import annotations

import hashlib
import pickle  # noqa: TID251 - to show that it is refused
import zipfile
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from io import BytesIO

import numpy as np
import pytest
import skops.io
from sklearn.ensemble import (
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
)
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from models.artefacts import artefact
from models.artefacts.artefact import Artefact, DamagedModelError
from models.artefacts.packing import UnreadableError, UnstorableError
from models.detectors.calibration import Calibration

RNG = np.random.default_rng(3)
ROWS = RNG.normal(size=(200, 4))
CLASS = (ROWS[:, 0] > 0).astype(int)
ESTIMATORS = [
    HistGradientBoostingClassifier(max_iter=5, random_state=0),
    ExtraTreesRegressor(5, random_state=0),
    RandomForestClassifier(5, random_state=0),
    IsolationForest(n_estimators=5, random_state=0),
    make_pipeline(StandardScaler(), LogisticRegression()),
    Ridge(),
]


def shell(rows: object) -> object:
    """Stands for any function that a transformer may name."""
    return rows


def forged(content: bytes, **facts: object) -> Artefact:
    """What somebody puts there who can also write the checksum."""
    return Artefact(content, {"sha256": hashlib.sha256(content).hexdigest(), **facts})


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda each: type(each).__name__)
def test_an_estimator_comes_back_and_predicts_the_same(estimator: Ridge) -> None:
    estimator.fit(ROWS, CLASS)
    stored = artefact.store((estimator, Calibration(1.0, 5.0)))
    assert stored.facts["estimators"] == [type(estimator).__name__]
    found = artefact.restore(stored)
    assert isinstance(found, tuple)
    np.testing.assert_array_equal(found[0].predict(ROWS), estimator.predict(ROWS))
    assert found[1] == Calibration(1.0, 5.0)


def test_a_curve_that_calibrates_comes_back() -> None:
    curve = IsotonicRegression(out_of_bounds="clip").fit(ROWS[:, 0], CLASS)
    found = artefact.restore(artefact.store({"curve": curve}))
    assert isinstance(found, dict)
    np.testing.assert_array_equal(found["curve"].predict(ROWS[:, 0]), curve.predict(ROWS[:, 0]))


def test_what_is_stored_holds_only_json_and_arrays() -> None:
    stored = artefact.store(ESTIMATORS[0].fit(ROWS, CLASS))
    names = zipfile.ZipFile(BytesIO(stored.content)).namelist()
    assert names
    assert all(name.endswith((".json", ".npy")) for name in names)


def test_an_estimator_with_parts_that_nobody_vouches_for_is_not_stored() -> None:
    with pytest.raises(UnstorableError, match="shell, which nobody vouches for"):
        artefact.store(FunctionTransformer(shell))


def test_a_model_that_was_tampered_with_is_refused() -> None:
    stored = artefact.store(Calibration(1.0, 5.0))
    changed = bytearray(stored.content)
    changed[len(changed) // 2] ^= 1
    with pytest.raises(DamagedModelError, match="not what was stored"):
        artefact.restore(replace(stored, content=bytes(changed)))


def test_a_pickle_is_never_loaded(tmp_path_factory: pytest.TempPathFactory) -> None:
    trap = tmp_path_factory.mktemp("trap") / "sprung"

    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (open, (str(trap), "w"))

    with pytest.raises(DamagedModelError, match="no model"):
        artefact.restore(forged(pickle.dumps(Trap())))
    assert not trap.exists()


@pytest.mark.parametrize("foreign", [Fraction(1, 2), Counter("ab")], ids=repr)
def test_a_foreign_type_is_never_loaded_even_with_a_right_checksum(foreign: object) -> None:
    content = skops.io.dumps({"format": 2, "model": foreign})
    with pytest.raises(DamagedModelError, match="which is never loaded"):
        artefact.restore(forged(content))


@pytest.mark.parametrize("content", [b"", b"not a zip", skops.io.dumps([1, 2])])
def test_what_is_no_model_is_refused(content: bytes) -> None:
    with pytest.raises(DamagedModelError, match="no model"):
        artefact.restore(forged(content))


def test_a_format_of_the_future_is_refused() -> None:
    with pytest.raises(UnreadableError, match="format 3"):
        artefact.restore(forged(skops.io.dumps({"format": 3, "model": None})))


def test_estimators_of_another_version_of_their_library_are_refused() -> None:
    stored = artefact.store(Ridge().fit(ROWS, CLASS))
    facts = {**stored.facts, "libraries": {"scikit-learn": "1.4.2"}}
    with pytest.raises(UnreadableError, match=r"scikit-learn 1\.4\.2"):
        artefact.restore(replace(stored, facts=facts))


def test_arrays_do_not_care_which_version_of_a_library_made_them() -> None:
    stored = artefact.store(Calibration(1.0, 5.0))
    facts = {**stored.facts, "libraries": {"scikit-learn": "1.4.2"}}
    assert artefact.restore(replace(stored, facts=facts)) == Calibration(1.0, 5.0)
