"""A judge of messages from three appliances: one in service, one retired, one of no known type."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from ingest.dialects.native import Native
from ingest.instant import Span
from ingest.registry import Known
from ingest.source import Message
from ingest.validation import Judged, Validation
from tests.unit.ingest.validation.judging import FRIDGE, NOW, Judge


@pytest.fixture
def judge() -> Judge:
    span = Span(datetime(2010, 1, 1, tzinfo=UTC), timedelta(days=1))
    validation = Validation({"fridge": FRIDGE}, [Native()], span)
    registered = {
        "F-1": Known(1, "fridge", retired=False),
        "OLD": Known(2, "fridge", retired=True),
        "ALIEN": Known(3, "spaceship", retired=False),
    }

    def judged(payload: object, topic: str = "appliances/F-1/telemetry") -> Judged:
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return validation.judge(Message(topic, raw, NOW), registered)

    return judged
