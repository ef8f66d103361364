"""Draws one metric over time, for a browser to show with BokehJS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from bokeh.embed import json_item
from bokeh.models import DatetimeTickFormatter, HoverTool
from bokeh.models.annotations import BoxAnnotation, Span
from bokeh.plotting import figure

# Readable on light and on dark paper alike.
INK, GRID = "#7b8794", "#7b879433"
OBSERVED, EXPECTED, BOUND, NOTICED = "#3b82f6", "#10a37f", "#e5484d", "#f59e0b"
HEIGHT_PX = 230
FONT_SIZE = "11px"


@dataclass(frozen=True)
class Line:
    """Values over time; `low` and `high` make a band around them."""

    times: Sequence[datetime]
    values: Sequence[float]
    label: str
    colour: str = OBSERVED
    dashed: bool = False
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True)
class Marks:
    """What the reader should see besides the lines."""

    noticed: Sequence[datetime] = ()
    spans: Sequence[tuple[datetime, datetime]] = ()
    bounds: Sequence[float] = ()
    usual: tuple[float, float] | None = None


@dataclass(frozen=True)
class Chart:
    """A drawing with its title, and what Bokeh needs to show it."""

    title: str
    note: str
    item: dict[str, Any] = field(repr=False)


def draw(title: str, unit: str, lines: Sequence[Line], marks: Marks, note: str = "") -> Chart:
    """A chart of `lines` on a common axis of time, in UTC."""
    canvas = figure(
        x_axis_type="datetime",
        height=HEIGHT_PX,
        sizing_mode="stretch_width",
        tools="xpan,xwheel_zoom,reset",
        toolbar_location=None,
        background_fill_color=None,
        border_fill_color=None,
        outline_line_color=None,
    )
    dress(canvas, unit)
    _tell_days(canvas)
    _add_marks(canvas, marks)
    for line in lines:
        _add_line(canvas, line, unit)
    if len(lines) > 1:
        place_legend(canvas)
    else:
        canvas.legend.visible = False
    return Chart(title, note, dict(json_item(canvas)))


def _tell_days(canvas: Any) -> None:  # noqa: ANN401 - Bokeh ships no types
    """Times that read the same in every language, and few enough for a phone."""
    canvas.xaxis.ticker.desired_num_ticks = 5
    canvas.xaxis.formatter = DatetimeTickFormatter(
        minutes="%H:%M", hours="%m-%d %H:%M", days="%m-%d", months="%Y-%m", context=None
    )


def dress(canvas: Any, unit: str) -> None:  # noqa: ANN401 - Bokeh ships no types
    """Give the axes the console's ink, and the vertical one its unit."""
    canvas.yaxis.axis_label = unit
    for axis in (canvas.xaxis, canvas.yaxis):
        axis.axis_label_text_color = axis.major_label_text_color = INK
        axis.major_label_text_font_size = axis.axis_label_text_font_size = FONT_SIZE
        axis.axis_line_color = axis.major_tick_line_color = INK
        axis.minor_tick_line_color = None
    canvas.xgrid.grid_line_color = canvas.ygrid.grid_line_color = GRID


def _add_marks(canvas: Any, marks: Marks) -> None:  # noqa: ANN401 - Bokeh ships no types
    if marks.usual is not None:
        low, high = marks.usual
        canvas.add_layout(BoxAnnotation(bottom=low, top=high, fill_color=EXPECTED, fill_alpha=0.08))
    for start, end in marks.spans:
        canvas.add_layout(
            BoxAnnotation(left=_ms(start), right=_ms(end), fill_color=NOTICED, fill_alpha=0.13)
        )
    for at in marks.noticed:
        canvas.add_layout(
            Span(location=_ms(at), dimension="height", line_color=NOTICED, line_width=2)
        )
    for bound in marks.bounds:
        canvas.add_layout(
            Span(location=bound, dimension="width", line_color=BOUND, line_dash="dashed")
        )


def _add_line(canvas: Any, line: Line, unit: str) -> None:  # noqa: ANN401 - Bokeh ships no types
    times = np.array([_ms(time) for time in line.times])
    if len(line.low):
        canvas.varea(
            *_broken(times, line.low, line.high),
            fill_color=line.colour,
            fill_alpha=0.16,
            legend_label=line.label,
        )
    drawn = canvas.line(
        *_broken(times, line.values),
        line_color=line.colour,
        line_width=1.6,
        line_dash="dashed" if line.dashed else "solid",
        legend_label=line.label,
    )
    tooltips = [("", "@x{%F %H:%M} UTC"), (line.label, f"@y{{0,0.00}} {unit}")]
    canvas.add_tools(
        HoverTool(renderers=[drawn], tooltips=tooltips, formatters={"@x": "datetime"}, mode="vline")
    )


def place_legend(canvas: Any) -> None:  # noqa: ANN401 - Bokeh ships no types
    """Put the legend above, in one row."""
    legend = canvas.legend[0]
    legend.orientation = "horizontal"
    legend.background_fill_color = legend.border_line_color = None
    legend.label_text_color = INK
    legend.label_text_font_size = FONT_SIZE
    legend.padding = legend.margin = 0
    canvas.add_layout(legend, "above")


def _broken(times: np.ndarray[Any, Any], *values: Sequence[float]) -> list[list[float]]:
    """The columns with a gap where more than three usual steps are missing."""
    columns = [times, *(np.array(each, dtype=float) for each in values)]
    steps = np.diff(times)
    if not len(steps):
        return [column.tolist() for column in columns]
    gaps = np.flatnonzero(steps > 3 * np.median(steps)) + 1
    filled = [np.insert(column, gaps, np.nan) for column in columns]
    # A gap has a time of its own: right after the last point before it.
    filled[0] = np.insert(times, gaps, times[gaps - 1] + 1)
    return [column.tolist() for column in filled]


def _ms(at: datetime) -> float:
    """Bokeh counts milliseconds since the epoch."""
    return at.timestamp() * 1000
