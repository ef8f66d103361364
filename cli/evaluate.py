"""The command that evaluates the models on recordings that somebody brings."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from cli.start import AsJson, begin, errors, out, print_json

if TYPE_CHECKING:
    from models.evaluation.outcome import Outcome, Report


def evaluate(
    task: Annotated[Path, typer.Argument(metavar="TASK_FOLDER", help="A folder with a task.yaml.")],
    data: Annotated[
        Path | None, typer.Option(help="Folder that the task's paths start from.")
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option(help="Write what is said of the test part, as CSV.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write plots, as one HTML file such as report.html.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same figures.", min=0)] = 0,
    *,
    as_json: AsJson = False,
) -> None:
    """How good the models are on recordings of yours, beside trivial baselines.

    The folder holds CSV files and a task.yaml. One for anomalies:

    [dim]{kind: anomaly, readings: "runs/*.csv", time: time, metrics: power_w, label: anomaly,
    split: {train: 0.4, validation: 0.2, test: 0.4}}[/]

    One for faults ahead:

    [dim]{kind: fault, readings: telemetry.csv, unit: machine, time: time,
    events: {path: codes.csv, code: code}, maintenance: {path: repairs.csv, code: part},
    failures: {path: failures.csv, code: mode}, horizon: 24h, every: 3h,
    split: {train: {until: 2026-02-01}, validation: {until: 2026-03-01}, gap: 24h}}[/]

    One for remaining life:

    [dim]{kind: remaining_life, readings: lives.csv, unit: pump, time: cycle, remaining: left,
    cap: 100, every: 5 rows, split: {train: [1-8], test: [9-12]}}[/]

    docs/evaluate.md tells every key, and what the figures mean.

    Example: hearthwatch evaluate benchmarks/tasks/skab --json
    """
    from models.evaluation import run

    begin()
    if data is not None:
        data = data.resolve()
    with Progress(
        TextColumn("{task.description:22}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
    ) as progress:
        bar = progress.add_task("evaluating", total=None)

        def on_stage(what: str, stages: int) -> None:
            progress.update(bar, description=what, advance=1, total=stages or None)

        found = run.evaluate(task, data, seed, on_stage)
    if predictions is not None:
        run.write(found, predictions)
        errors.print(f"predictions are in {predictions}", markup=False)
    if report is not None:
        from models.evaluation import report as page

        page.write(found, report)
        errors.print(f"the report is in {report}", markup=False)
    for note in found.notes:
        errors.print(f"note: {note}", markup=False)
    for outcome in found.outcomes:
        out.print(_table(found, outcome))
    if as_json:
        print_json(found.as_json())


def _table(found: Report, outcome: Outcome) -> Table:
    title = f"{found.task}: {found.kind}"
    if outcome.horizon:
        title += f" within {outcome.horizon}"
    names = list(outcome.baselines)
    told = [name.replace("_", " ") for name in names]
    table = Table(Column("", no_wrap=True), "model", "95 % by unit", *told, title=title)
    for name, value in outcome.figures.items():
        low, high = outcome.intervals.get(name, (float("nan"),) * 2)
        table.add_row(
            name.replace("_", " "),
            _told(value),
            f"{_told(low)} … {_told(high)}" if math.isfinite(low) else "",
            *(_told(outcome.baselines[each].get(name, float("nan"))) for each in names),
        )
    return table


def _told(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "-"
