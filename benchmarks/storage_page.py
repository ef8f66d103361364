"""The outcome of a storage measurement as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from benchmarks.storage import Outcome, State


def lines(outcome: Outcome, *, with_plans: bool) -> Iterator[str]:
    """A line for each figure; with the plan of each statement, if asked for."""
    for tier, figures in outcome.tiers.items():
        yield f"{tier}: {figures.readings:,} readings in {figures.rows:,} rows"
        for name, state in figures.states.items():
            yield from _state(name, state, with_plans=with_plans)
    for tier in outcome.left_out:
        yield f"{tier}: left out, because no server was given (--database)"


def _state(name: str, state: State, *, with_plans: bool) -> Iterator[str]:
    yield (
        f"  {name}: {state.bytes_a_reading} bytes a reading, {state.bytes_a_row} a row;"
        f" rollup {state.rollup_bytes_a_reading} a reading"
    )
    for question, took in state.latency.items():
        yield (
            f"    {question}: {took.rows} rows, first {took.first_ms} ms, then {took.p50_ms} ms"
            f" (p99 {took.p99_ms}); the database alone {took.database_ms} ms,"
            f" CPU here {took.client_cpu_ms} ms"
        )
        if with_plans:
            yield from took.plans


def without_plans(outcome: Outcome) -> dict[str, Any]:
    """The outcome as plain values, for JSON."""
    fields = asdict(outcome)
    for figures in fields["tiers"].values():
        for state in figures["states"].values():
            for took in state["latency"].values():
                del took["plans"]
    return fields
