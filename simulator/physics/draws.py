"""A day's random numbers drawn ahead, served a minute at a time.

Drawing a few numbers every minute costs more time than the physics that they feed.
"""

from __future__ import annotations

import numpy as np

from simulator.physics.home import MINUTES_A_DAY, Floats


class Draws:
    """Numbers for `units` homes; how many are drawn never depends on what they are used for."""

    def __init__(
        self, rng: np.random.Generator, units: int, *, uniforms: int, normals: int = 0
    ) -> None:
        self._rng = rng
        self._uniform_shape = (MINUTES_A_DAY, uniforms, units)
        self._normal_shape = (MINUTES_A_DAY, normals, units)
        self._next = MINUTES_A_DAY

    def minute(self) -> tuple[Floats, Floats]:
        """Return this minute's numbers, (uniforms, units) in [0, 1) and (normals, units)."""
        if self._next == MINUTES_A_DAY:
            self._uniforms = self._rng.random(self._uniform_shape)
            self._normals = self._rng.standard_normal(self._normal_shape)
            self._next = 0
        now = self._next
        self._next += 1
        return self._uniforms[now], self._normals[now]
