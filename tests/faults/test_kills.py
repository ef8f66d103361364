"""Nothing that a publisher was told to be safe is lost, or stored twice, whatever is killed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from devices.catalogue.folder import Catalogue
from tests.faults import parts
from tests.faults.run import DEALT, Run

KILLS = int(os.environ.get("HEARTHWATCH_TEST_KILLS", "8"))
SEED = int(os.environ.get("HEARTHWATCH_TEST_SEED", "0")) or int.from_bytes(os.urandom(3), "big")


@pytest.mark.timeout(900 + 60 * KILLS)
@pytest.mark.skipif(parts.MOSQUITTO is None, reason="mosquitto is not installed")
def test_what_was_acknowledged_is_stored_exactly_once_whatever_is_killed(
    catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    print(f"HEARTHWATCH_TEST_SEED={SEED}")  # noqa: T201 - shown if it fails
    # A short path of its own: a socket's path has little room.
    with tempfile.TemporaryDirectory(prefix="hw-") as scratch:
        report = Run(Path(scratch), catalogue, SEED).go(KILLS)
    with capsys.disabled():
        print("", *report.lines(), sep="\n")  # noqa: T201 - the summary is what the run is for
    assert report.verdict is not None
    assert report.verdict.first_lost == []
    assert (report.verdict.lost, report.verdict.twice, report.verdict.never_sent) == (0, 0, 0)
    assert report.dead_letters == 0
    assert report.verdict.stored == report.verdict.acknowledged > 0
    # Rows and counts commit together.
    assert report.counted == report.verdict.stored
    assert report.kills.total() == KILLS
    assert len(DEALT) > KILLS or report.kills.keys() == {*DEALT}
