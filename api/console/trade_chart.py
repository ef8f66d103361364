"""Draws what a budget trades: precision against failures caught, and the cost of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bokeh.embed import json_item
from bokeh.models import HoverTool
from bokeh.models.annotations import Span
from bokeh.plotting import figure

from alerts.trade import Point
from api.console import plot
from api.console.plot import Chart

HEIGHT_PX = 210
PERCENT = 100.0
AXIS = "A visit from this probability on, %"


def of(curve: Sequence[Point], threshold: float) -> list[Chart]:
    """Charts over the threshold; a line marks the one that is set."""
    shares = _canvas("%", threshold)
    _draw(shares, curve, _precision, "Visits that find the fault", plot.OBSERVED)
    _draw(shares, curve, _caught, "Failures caught", plot.EXPECTED)
    plot.place_legend(shares)
    visits = _canvas("visits a day", threshold)
    _draw(visits, curve, lambda each: each.visits_a_day, "Visits a day", plot.OBSERVED)
    cost = _canvas("a day", threshold)
    _draw(cost, curve, lambda each: each.cost_a_day, "Expected cost", plot.BOUND)
    visits.legend.visible = cost.legend.visible = False
    return [
        Chart("Precision and failures caught", "", dict(json_item(shares))),
        Chart("Visits a day", "", dict(json_item(visits))),
        Chart("Cost of visits and of missed failures", "", dict(json_item(cost))),
    ]


def _canvas(unit: str, threshold: float) -> Any:  # noqa: ANN401 - Bokeh ships no types
    canvas: Any = figure(
        height=HEIGHT_PX,
        sizing_mode="stretch_width",
        tools="reset",
        toolbar_location=None,
        background_fill_color=None,
        border_fill_color=None,
        outline_line_color=None,
        x_axis_label=AXIS,
    )
    plot.dress(canvas, unit)
    canvas.y_range.start = 0
    canvas.add_layout(
        Span(
            location=PERCENT * threshold,
            dimension="height",
            line_color=plot.NOTICED,
            line_width=2,
        )
    )
    return canvas


def _draw(
    canvas: Any,  # noqa: ANN401 - Bokeh ships no types
    curve: Sequence[Point],
    value: Callable[[Point], float | None],
    label: str,
    colour: str,
) -> None:
    known = [
        (PERCENT * each.threshold, seen) for each in curve if (seen := value(each)) is not None
    ]
    drawn = canvas.line(
        [x for x, _ in known],
        [y for _, y in known],
        line_color=colour,
        line_width=1.8,
        legend_label=label,
    )
    tooltips = [(AXIS, "@x{0}"), (label, "@y{0,0.0}")]
    canvas.add_tools(HoverTool(renderers=[drawn], tooltips=tooltips, mode="vline"))


def _precision(each: Point) -> float | None:
    return None if each.precision is None else PERCENT * each.precision


def _caught(each: Point) -> float | None:
    return None if each.caught is None else PERCENT * each.caught
