"""Every figure is one block of SQL, and the page on figures says what each one means."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from api.console.figures_page import LISTED, TITLES
from storage import query
from tickets.kpi import definition
from tickets.kpi.definition import FIGURES
from tickets.sla import policy
from tickets.sla.policy import Policy

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "kpis.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
BLOCKS = query.blocks(Path(definition.__file__).with_name("figures.sql"))


def test_every_figure_has_its_block_its_definition_and_its_title() -> None:
    assert set(BLOCKS) == {each.block for each in FIGURES.values()}
    assert [name for name, _, _ in ROWS] == list(FIGURES)
    assert {*TITLES, *LISTED} == set(FIGURES)


def test_the_page_on_promises_shows_what_is_shipped() -> None:
    page = (ROOT / "docs" / "sla.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| [^|]+ \| (\d+) (min|h) \| (\d+) h \| (office|always) \|$", page, re.MULTILINE
    )
    told = [
        (int(first) * (60 if unit == "h" else 1), int(done) * 60, name)
        for first, unit, done, name in rows
    ]
    shipped = [
        (each.first_response_minutes, each.resolution_minutes, each.calendar)
        for each in policy.shipped().promises
    ]
    assert told == shipped


def test_the_policy_that_the_page_shows_is_one_that_is_accepted() -> None:
    page = (ROOT / "docs" / "sla.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    made = Policy.model_validate(yaml.safe_load(shown))
    assert set(made.regions) == {"north", "east"}
    assert made.reviews == policy.shipped().reviews
