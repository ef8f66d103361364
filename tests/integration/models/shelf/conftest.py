"""How tests put a model on the shelf."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models import shelf
from models.detectors.context_residual import ContextResidual
from models.shelf import Model
from storage.pool import Connection
from tests.integration.models.shelf.shelved import ORIGIN, history


@pytest.fixture
def put(connection: Connection) -> Callable[[int], tuple[ContextResidual, Model]]:
    def put_one(seed: int) -> tuple[ContextResidual, Model]:
        detector = ContextResidual("duty", ["ambient"], "high").fit(history(seed))
        return detector, shelf.put(connection, detector, ORIGIN, {"hours": 600})

    return put_one
