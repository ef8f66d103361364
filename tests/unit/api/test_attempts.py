"""Somebody who guesses passwords has to wait; nobody else does."""

from __future__ import annotations

import pytest

from api import attempts
from api.attempts import MOST_FAILURES, Attempts, TooManyAttemptsError


def _failing(times: int) -> Attempts:
    made = Attempts()
    for _ in range(times):
        made.failed("ana", "1.2.3.4")
    return made


def test_too_many_failures_shut_the_door_for_this_name_and_address_only() -> None:
    made = _failing(MOST_FAILURES)
    with pytest.raises(TooManyAttemptsError):
        made.check("ana", "1.2.3.4")
    made.check("ana", "5.6.7.8")
    made.check("ben", "1.2.3.4")


def test_a_success_forgets_the_failures_before_it() -> None:
    made = _failing(MOST_FAILURES - 1)
    made.succeeded("ana", "1.2.3.4")
    made.failed("ana", "1.2.3.4")
    made.check("ana", "1.2.3.4")


def test_old_failures_no_longer_count(monkeypatch: pytest.MonkeyPatch) -> None:
    made = _failing(MOST_FAILURES)
    monkeypatch.setattr(attempts, "WINDOW_S", -1.0)
    made.check("ana", "1.2.3.4")


def test_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "MOST_REMEMBERED", 3)
    made = Attempts()
    for number in range(10):
        made.failed(f"name {number}", "")
    assert len(made._failures) == 3
