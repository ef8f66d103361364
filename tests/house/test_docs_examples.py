"""The catalogue's page shows types that load, and errors as they really look."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from devices.catalogue import folder
from devices.catalogue.folder import CatalogueError

PAGE = (Path(__file__).parents[2] / "docs" / "catalogue.md").read_text(encoding="utf-8")
TYPES = dict(re.findall(r"^```yaml\n# (\w+)\.yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
ERRORS = re.findall(r"^```text\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)


def _write(name: str, text: str, into: Path) -> None:
    # With the comment that names the file, so that lines are those of the page.
    (into / f"{name}.yaml").write_text(f"# {name}.yaml\n{text}", encoding="utf-8")


def test_the_complete_type_loads_and_brings_everything_that_a_type_can_have(tmp_path: Path) -> None:
    _write("wine_cabinet", TYPES["wine_cabinet"], tmp_path)
    cabinet = folder.load([tmp_path])["wine_cabinet"]
    assert set(cabinet.watched()) == {"power_w"}
    assert set(cabinet.fault_codes) == {"E1"}
    assert set(cabinet.consumables) == {"charcoal"}
    assert set(cabinet.commands) == {"set_temperature"}


def test_the_override_changes_one_alarm_by_two_degrees_and_adds_a_metric(tmp_path: Path) -> None:
    _write("refrigerator", TYPES["refrigerator"], tmp_path)
    shipped, merged = folder.load()["refrigerator"], folder.load([tmp_path])["refrigerator"]
    was, now = shipped.metrics["freezer_temp_c"].alarm, merged.metrics["freezer_temp_c"].alarm
    assert was is not None
    assert was.high is not None
    assert now == was.model_copy(update={"high": was.high + 2})
    assert set(merged.metrics) - set(shipped.metrics) == {"wifi_rssi_dbm"}


@pytest.mark.parametrize(
    ("shown", "after", "right", "wrong"),
    [
        (0, "  air_temp_c:", "kind: gauge", "kind: guage"),
        (1, "  E1:", "problem: poor_cooling", "problem: poor_coling"),
    ],
)
def test_an_error_looks_as_the_page_shows_it(
    tmp_path: Path, shown: int, after: str, right: str, wrong: str
) -> None:
    before, place, rest = TYPES["wine_cabinet"].partition(after)
    _write("wine_cabinet", before + place + rest.replace(right, wrong, 1), tmp_path)
    with pytest.raises(CatalogueError) as caught:
        folder.load([tmp_path])
    assert caught.value.message == f"{tmp_path}/{ERRORS[shown]}"
