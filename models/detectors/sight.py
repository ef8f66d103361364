"""One way of looking at a recording: what it makes of every row, from that row and earlier ones."""

from __future__ import annotations

from typing import Protocol, Self

from models.arrays import Floats
from models.recording import Recording

SMOOTHED_STEPS = 12
"""Rows that are averaged: noise levels out, and a fault is still noticed soon."""


class Sight(Protocol):
    """What was learned of how healthy units look from one side; frozen, so that it can be kept."""

    @property
    def names(self) -> tuple[str, ...]:
        """What each column is about: `<metric>:<what of it>`."""
        ...

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """Learn from rows that are believed to be healthy."""
        ...

    def see(self, recording: Recording) -> Floats:
        """(rows, names), in no particular unit; NaN where too little is known."""
        ...
