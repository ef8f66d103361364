"""Every detector and every forecaster can be stored, and says the same when it comes back."""

from __future__ import annotations

import pandas as pd
import pytest

from models.artefacts import artefact
from models.forecasters.forecaster import Forecaster
from tests.house import test_detector_battery as detectors
from tests.house import test_forecaster_battery as forecasters


@forecasters.every_forecaster
def test_a_forecaster_comes_back_as_it_was(kind: type) -> None:
    learned = forecasters.fitted(kind)
    found = artefact.restore(artefact.store(learned))
    assert type(found) is kind
    assert isinstance(found, type(learned))
    later = forecasters.sample(forecasters.world(seed=4, units=3))
    _check_same(found, learned, later)


def _check_same(found: Forecaster, learned: Forecaster, later: forecasters.World) -> None:
    pd.testing.assert_frame_equal(
        found.score(later.recording, later.at), learned.score(later.recording, later.at)
    )


@detectors.every_detector
def test_a_detector_comes_back_as_it_was(build: detectors.Build) -> None:
    learned = detectors.fitted(build)
    found = artefact.restore(artefact.store(learned))
    assert type(found) is type(learned)
    later = detectors.later(days=2)
    pd.testing.assert_frame_equal(found.score(later), learned.score(later))  # type: ignore[attr-defined]
    assert found.threshold == learned.threshold  # type: ignore[attr-defined]


@forecasters.every_forecaster
def test_what_was_not_fitted_can_be_stored_too(kind: type) -> None:
    assert type(artefact.restore(artefact.store(forecasters.new(kind)))) is kind


def test_a_forecaster_that_holds_a_function_is_not_stored() -> None:
    kind = forecasters.FORECASTERS[0]
    holder = forecasters.new(kind)
    vars(holder)["seed"] = print
    with pytest.raises(artefact.UnstorableError, match=r"model\.seed"):
        artefact.store(holder)
