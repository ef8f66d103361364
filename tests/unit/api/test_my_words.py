"""Customers' pages speak both languages, and every drawing stays within its frame."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment
from jinja2.ext import extract_from_ast

from alerts.channels import installed
from api.history import Point
from api.my import acts, page, pages, plot, ticket_matter, trouble, words

PLACE = re.compile(r"%\((\w+)\)s")
START = datetime(2026, 6, 1, 20, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def _in_templates() -> Iterator[str]:
    for path in (pages.FOLDER / "templates").glob("*.html"):
        tree = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
        for _, _, found in extract_from_ast(tree, gettext_functions=("_",)):
            told = found[0] if isinstance(found, tuple) else found
            if told is not None:
                yield told


def _refusals() -> Iterator[str]:
    """What forms are refused with."""
    tree = ast.parse(Path(acts.__file__).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "InvalidError":
            yield from (str(each.value) for each in node.args if isinstance(each, ast.Constant))


def _spoken() -> set[str]:
    said = [*_in_templates(), *_refusals(), acts.TAKEN, *page.DONE.values()]
    said += [*ticket_matter.STANDING.values(), *installed.NAMES]
    said += [text for both in (*trouble.SAID.values(), trouble.WRONG) for text in both]
    return set(said)


def test_every_text_is_there_in_chinese_and_none_for_a_text_that_is_gone() -> None:
    assert set(words.chinese()) == _spoken()


def test_a_translation_has_the_same_places_for_facts() -> None:
    for english, chinese in words.chinese().items():
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(chinese)), english


def _points(*values: float) -> list[Point]:
    return [
        Point(time=START + timedelta(hours=2 * n), value=value) for n, value in enumerate(values)
    ]


def test_a_drawing_holds_every_value_and_its_limits() -> None:
    drawn = plot.draw("Temperature", "°C", _points(4, 5, 9), [8.0, 2.0], SHANGHAI)
    assert drawn is not None
    places = [tuple(map(float, each.split(","))) for each in drawn.line.split()]
    assert [x for x, _ in places] == [0, plot.WIDTH / 2, plot.WIDTH]
    assert all(0 <= y <= plot.HEIGHT for _, y in places)
    assert places[2][1] < drawn.bounds[0] < places[1][1] < drawn.bounds[1]
    assert (drawn.top, drawn.bottom) == (9, 2)


def test_days_of_the_table_are_the_homes_own() -> None:
    drawn = plot.draw("Temperature", "°C", _points(4, 6, 5), [], ZoneInfo("Asia/Tokyo"))
    assert drawn is not None
    assert [(each.day, each.low, each.high) for each in drawn.days] == [(date(2026, 6, 2), 4, 6)]
    west = plot.draw("Temperature", "°C", _points(4, 6, 5), [], ZoneInfo("America/New_York"))
    assert west is not None
    assert [each.mean for each in west.days] == [5]


def test_one_value_or_the_same_over_and_over_is_no_trouble() -> None:
    assert plot.draw("Temperature", "°C", _points(4), [], SHANGHAI) is None
    assert plot.draw("Temperature", "°C", _points(4, 4), [], SHANGHAI) is not None
