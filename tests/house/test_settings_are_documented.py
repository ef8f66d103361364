"""The page on settings names every variable with its default, and none that does not exist."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from runtime.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(HEARTHWATCH_\w+)` \| ([^|]+) \| [^|]+ \|$", PAGE, re.MULTILINE))
ELSEWHERE = {
    "HEARTHWATCH_PASSWORD",
    "HEARTHWATCH_TEST_URL",
    "HEARTHWATCH_TEST_TIMESCALE_URL",
    "HEARTHWATCH_TEST_FULL",
}
"""Variables that are no field of the settings: one command or the tests read them."""


def _variable(field: str) -> str:
    return f"HEARTHWATCH_{field.upper()}"


def _shown(default: object) -> str:
    if default is None or default == ():
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default.isoformat() if isinstance(default, datetime) else default}`"


@pytest.mark.parametrize("field", Settings.model_fields)
def test_a_setting_is_documented_with_its_default(field: str) -> None:
    assert ROWS.get(_variable(field)) == _shown(Settings.model_fields[field].default)


def test_the_page_names_no_variable_that_does_not_exist() -> None:
    named = set(re.findall(r"HEARTHWATCH_\w+", PAGE))
    assert named == {_variable(field) for field in Settings.model_fields} | ELSEWHERE
