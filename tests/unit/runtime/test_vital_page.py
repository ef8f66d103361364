from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from runtime import readiness, vital_page
from runtime.readiness import Complaint, Readiness, Status
from tests.ports import free_port

DEADLINE_S = 60.0


@pytest.fixture
def pages() -> Iterator[httpx.Client]:
    port = free_port()
    end = vital_page.serve("127.0.0.1", port)
    address = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=address, trust_env=False, timeout=DEADLINE_S) as client:
        yield client
    end()


def test_a_process_says_that_it_lives_and_what_it_counts(pages: httpx.Client) -> None:
    assert pages.get("/healthz").json() == {"status": "alive"}
    assert "python_info" in pages.get("/metrics").text


@pytest.mark.parametrize(
    ("status", "code"),
    [("ready", 200), ("degraded", 200), ("dead", 503)],
)
def test_degraded_is_told_from_dead(pages: httpx.Client, status: Status, code: int) -> None:
    complaint = Complaint("spooling", "7 messages wait")
    with readiness.told_by(lambda: Readiness(status, [complaint])):
        answer = pages.get("/readyz")
    assert answer.status_code == code
    assert answer.json() == {
        "status": status,
        "reasons": [{"reason": "spooling", "detail": "7 messages wait"}],
    }


def test_a_process_that_does_not_say_whether_it_is_ready_has_no_such_page(
    pages: httpx.Client,
) -> None:
    assert pages.get("/readyz").status_code == 404
    assert pages.get("/elsewhere").status_code == 404
