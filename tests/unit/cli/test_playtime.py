from __future__ import annotations

import time

import pytest

from cli import playtime
from cli.playtime import Playtime
from runtime.stopping import Stop


@pytest.mark.parametrize(
    ("seconds", "prepared", "left"),
    [(120, 20, 88), (60, 20, 30), (60, 48, 30), (60, 500, 30)],
)
def test_at_least_half_is_played_however_long_it_took_to_prepare(
    seconds: float, prepared: float, left: float
) -> None:
    assert playtime.for_play(seconds, prepared) == left


def test_nothing_is_over_while_it_is_prepared() -> None:
    preparing = Playtime(60, Stop(), began=time.monotonic() - 1000)
    assert not preparing.over()
    assert preparing.start() == "for 30 s"
    assert not preparing.over()


def test_a_demo_without_an_end_goes_on_until_it_is_stopped() -> None:
    stop = Stop()
    endless = Playtime(None, stop, began=time.monotonic() - 1000)
    assert endless.start() == "until Ctrl-C"
    assert not endless.over()
    stop.set()
    assert endless.over()
