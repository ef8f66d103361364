"""The plots of an evaluation on one page, with nothing to be loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from bokeh.layouts import column
from bokeh.models.annotations import Span
from bokeh.models.ranges import Range1d
from bokeh.models.sources import ColumnDataSource
from bokeh.models.widgets import DataTable, Div, TableColumn
from bokeh.plotting import figure, output_file, save
from bokeh.resources import INLINE

from models.arrays import Bools, Floats, Ints
from models.evaluation import vus
from models.evaluation.anomaly_figures import AnomalyFigures, Scored
from models.evaluation.curves import Ranking
from models.evaluation.document import EvaluationError
from models.evaluation.fault_figures import FaultFigures, Foretold
from models.evaluation.life_figures import Foreseen
from models.evaluation.outcome import Judged, Outcome, Report

WIDTH, HEIGHT, SMALL = 900, 320, 200
MOST_UNITS = 12
MOST_POINTS = 4_000
BLUE, RED, GREY = "#0072b2", "#d55e00", "#767676"


def write(report: Report, path: Path) -> None:
    """Write the page; EvaluationError if that is not possible."""
    parts: list[object] = [Div(text=f"<h1>{_safe(report.task)}: {report.kind}</h1>", width=WIDTH)]
    for outcome in report.outcomes:
        parts += _of_outcome(outcome)
    notes = "".join(f"<li>{_safe(note)}</li>" for note in report.notes)
    parts.append(Div(text=f"<h2>Noticed</h2><ul>{notes}</ul>", width=WIDTH))
    try:
        output_file(str(path), title=f"{report.task}: {report.kind}")
        save(column(*parts), resources=INLINE)
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be written: {error.strerror}") from error


def _of_outcome(outcome: Outcome) -> list[object]:
    title = f"Within {outcome.horizon}" if outcome.horizon else "Figures"
    parts: list[object] = [Div(text=f"<h2>{_safe(title)}</h2>", width=WIDTH), _figures(outcome)]
    judged = outcome.judged
    if judged is None:
        return [*parts, Div(text="The test part has no labels: nothing was judged.")]
    of = judged.scored
    if isinstance(of, Scored) and isinstance(judged.figures, AnomalyFigures):
        return [*parts, _precision(judged.figures.ranking), *_scores(of, judged, outcome)]
    if isinstance(of, Foretold) and isinstance(judged.figures, FaultFigures):
        curve = _precision(judged.figures.ranking)
        return [*parts, curve, _reliability(judged.figures), *_probabilities(of, judged, outcome)]
    if isinstance(of, Foreseen):
        return [*parts, _foreseen(of), *_lives(of, outcome)]
    return parts


def _figures(outcome: Outcome) -> DataTable:
    names = list(outcome.figures)
    rows: dict[str, Sequence[str]] = {
        "figure": names,
        "model": [_told(outcome.figures[name]) for name in names],
        "interval": [
            " to ".join(_told(end) for end in outcome.intervals.get(name, ())) for name in names
        ],
    }
    for baseline, figures in outcome.baselines.items():
        rows[baseline] = [_told(figures.get(name, np.nan)) for name in names]
    titles = {"figure": "", "interval": "95 % by unit"}
    columns = [TableColumn(field=name, title=titles.get(name, name)) for name in rows]
    source = ColumnDataSource(data=rows)
    height = 26 * (len(names) + 2)
    return DataTable(
        source=source, columns=columns, index_position=None, width=WIDTH, height=height
    )


def _precision(ranking: Ranking) -> object:
    true, alarms = ranking.counts()
    plot = figure(
        title="Precision over recall",
        width=WIDTH,
        height=HEIGHT,
        y_range=Range1d(start=0, end=1.02),
    )
    plot.xaxis.axis_label, plot.yaxis.axis_label = "recall", "precision"
    if len(true) and true[-1] > 0:
        some = _thinned(len(true))
        plot.line(true[some] / true[-1], true[some] / alarms[some], color=BLUE, line_width=2)
        plot.add_layout(_level(true[-1] / alarms[-1]))
    return plot


def _reliability(figures: FaultFigures) -> object:
    said, came, count = figures.reliability()
    some = count > 0
    plot = figure(title="Calibration: what was said, what came", width=WIDTH, height=HEIGHT)
    plot.xaxis.axis_label, plot.yaxis.axis_label = "probability said", "share that came true"
    plot.line([0, 1], [0, 1], color=GREY, line_dash="dashed")
    plot.scatter(said[some], came[some], size=6 + 2 * np.log10(count[some]), color=BLUE)
    return plot


def _scores(of: Scored, judged: Judged, outcome: Outcome) -> list[object]:
    def draw(plot: object, rows: Ints) -> None:
        _shade(plot, of.time_ns[rows], of.truth[rows] == 1, of.score[rows])
        _line(plot, of.time_ns[rows], of.score[rows])
        _mark(plot, judged.threshold, rows)

    return _each(of.unit, outcome, draw, "score")


def _probabilities(of: Foretold, judged: Judged, outcome: Outcome) -> list[object]:
    def draw(plot: object, rows: Ints) -> None:
        _shade(plot, of.at.time_ns[rows], of.truth[rows] == 1, of.score[rows])
        _line(plot, of.at.time_ns[rows], of.score[rows])
        _mark(plot, judged.threshold, rows)

    first = of.failures.unit
    return _each(of.at.unit, outcome, draw, "probability", first)


def _foreseen(of: Foreseen) -> object:
    plot = figure(title="Predicted over true", width=WIDTH, height=HEIGHT)
    plot.xaxis.axis_label, plot.yaxis.axis_label = "truly left", "predicted"
    some = _thinned(len(of.truth))
    plot.scatter(of.truth[some], of.remaining[some], size=4, color=BLUE, alpha=0.4)
    most = float(np.nanmax(of.truth, initial=0.0))
    plot.line([0, most], [0, most], color=GREY, line_dash="dashed")
    return plot


def _lives(of: Foreseen, outcome: Outcome) -> list[object]:
    def draw(plot: object, rows: Ints) -> None:
        time = _times(of.time_ns[rows])
        plot.varea(time, of.lower[rows], of.upper[rows], color=BLUE, alpha=0.15)  # type: ignore[attr-defined]
        plot.line(time, of.truth[rows], color=GREY, line_dash="dashed", legend_label="true")  # type: ignore[attr-defined]
        plot.line(time, of.remaining[rows], color=BLUE, legend_label="predicted, 80 %")  # type: ignore[attr-defined]

    several = np.flatnonzero(np.bincount(of.unit) > 1)
    return _each(of.unit[np.isin(of.unit, several)], outcome, draw, "remaining", several, of.unit)


def _each(
    unit: Ints,
    outcome: Outcome,
    draw: Callable[[object, Ints], None],
    what: str,
    first: Ints | None = None,
    every: Ints | None = None,
) -> list[object]:
    """A plot a unit; those that something happened to come first."""
    there = np.unique(unit)
    if first is not None:
        there = np.concatenate([there[np.isin(there, first)], there[~np.isin(there, first)]])
    names = _names(outcome, every if every is not None else unit)
    plots: list[object] = [
        Div(
            text=f"<h3>{min(len(there), MOST_UNITS)} of {len(there)} units; true where shaded</h3>",
            width=WIDTH,
        )
    ]
    for number in there[:MOST_UNITS]:
        plot = figure(
            title=names.get(int(number), str(number)),
            width=WIDTH,
            height=SMALL,
            x_axis_type="datetime",
        )
        plot.yaxis.axis_label = what
        rows = np.flatnonzero((every if every is not None else unit) == number)
        draw(plot, rows[_thinned(len(rows))])
        plots.append(plot)
    return plots


def _names(outcome: Outcome, unit: Ints) -> dict[int, str]:
    """What the predictions call each unit: both are in the same order of units."""
    told = outcome.predictions["unit"].drop_duplicates()
    there = np.unique(unit)
    same = len(told) == len(there)
    return dict(zip(map(int, there), map(str, told), strict=True)) if same else {}


def _shade(plot: object, time_ns: Ints, chosen: Bools, score: Floats) -> None:
    first, after = vus.segments(chosen)
    time, high = _times(time_ns), float(np.nanmax(score, initial=1.0))
    plot.quad(  # type: ignore[attr-defined]
        left=time[first],
        right=time[after - 1],
        bottom=0,
        top=high,
        color=RED,
        alpha=0.2,
    )


def _line(plot: object, time_ns: Ints, score: Floats) -> None:
    plot.line(_times(time_ns), score, color=BLUE)  # type: ignore[attr-defined]


def _mark(plot: object, threshold: float | Floats, rows: Ints) -> None:
    value = threshold if isinstance(threshold, float) else float(threshold[rows[0]])
    if np.isfinite(value):
        plot.add_layout(_level(value))  # type: ignore[attr-defined]


def _level(value: float) -> Span:
    return Span(location=value, dimension="width", line_color=GREY, line_dash="dashed")


def _times(time_ns: Ints) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return time_ns.astype("datetime64[ns]").astype("datetime64[ms]")


def _thinned(count: int) -> Ints:
    """At most so many positions as a plot can show."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, MOST_POINTS)).astype(np.int64))


def _told(value: float) -> str:
    return f"{value:.4g}" if np.isfinite(value) else ""


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
