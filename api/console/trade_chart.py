"""Draws what a budget trades: precision against failures caught, and the cost of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bokeh.embed import json_item
from bokeh.models import HoverTool
from bokeh.models.annotations import Span
from bokeh.plotting import figure

from alerts.trade import Point
from api.console import plot, words
from api.console.plot import Chart

HEIGHT_PX = 210
PERCENT = 100.0


def of(curve: Sequence[Point], threshold: float, spoken: str) -> list[Chart]:
    """Charts over the threshold; a line marks the one that is set."""
    axis = words.say("A visit from this probability on, %", spoken)
    shares = _canvas("%", threshold, axis)
    _draw(shares, curve, _precision, words.say("Visits that find the fault", spoken), plot.OBSERVED)
    _draw(shares, curve, _caught, words.say("Failures caught", spoken), plot.EXPECTED)
    plot.place_legend(shares)
    visits = _canvas(words.say("visits a day", spoken), threshold, axis)
    _draw(
        visits,
        curve,
        lambda each: each.visits_a_day,
        words.say("Visits a day", spoken),
        plot.OBSERVED,
    )
    cost = _canvas(words.say("a day", spoken), threshold, axis)
    _draw(cost, curve, lambda each: each.cost_a_day, words.say("Expected cost", spoken), plot.BOUND)
    visits.legend.visible = cost.legend.visible = False
    return [
        Chart(words.say("Precision and failures caught", spoken), "", dict(json_item(shares))),
        Chart(words.say("Visits a day", spoken), "", dict(json_item(visits))),
        Chart(
            words.say("Cost of visits and of missed failures", spoken), "", dict(json_item(cost))
        ),
    ]


def _canvas(unit: str, threshold: float, axis: str) -> Any:  # noqa: ANN401 - Bokeh ships no types
    canvas: Any = figure(
        height=HEIGHT_PX,
        sizing_mode="stretch_width",
        tools="reset",
        toolbar_location=None,
        background_fill_color=None,
        border_fill_color=None,
        outline_line_color=None,
        x_axis_label=axis,
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
    tooltips = [(canvas.xaxis.axis_label, "@x{0}"), (label, "@y{0,0.0}")]
    canvas.add_tools(HoverTool(renderers=[drawn], tooltips=tooltips, mode="vline"))


def _precision(each: Point) -> float | None:
    return None if each.precision is None else PERCENT * each.precision


def _caught(each: Point) -> float | None:
    return None if each.caught is None else PERCENT * each.caught
