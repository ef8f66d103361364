"""A maker's folder is merged over the shipped types, and a bad file is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.catalogue import folder
from devices.catalogue.folder import CatalogueError

KETTLE = """\
type: kettle
title: {en: Kettle, zh: 电水壶}
reports_every_s: 60
silent_after_h: 24
metrics:
  water_temp_c:
    title: {en: Water, zh: 水温}
    unit: °C
    kind: gauge
    physical: {low: 0, high: 110}
    usual: {low: 5, high: 100}
  scale_left_pct:
    title: {en: Until descaling, zh: 距除垢剩余}
    unit: "%"
    kind: gauge
    physical: {low: 0, high: 100}
problems:
  boils_dry:
    title: {en: Boils dry, zh: 干烧}
    severity: high
    advice: {en: Fill it., zh: 请加水。}
    causes: [{en: Empty, zh: 无水}]
    skills: [electrical]
fault_codes:
  E1:
    title: {en: Boiled dry, zh: 干烧保护}
    severity: high
    problem: boils_dry
    self_help: {en: [Fill it.], zh: [请加水。]}
    causes: [{en: Empty, zh: 无水}]
    skills: [electrical]
consumables:
  descaler:
    title: {en: Descaler, zh: 除垢剂}
    part_number: K-1
    wear: {metric: scale_left_pct, new: 100, spent: 0}
    remind_days: 7
    how_to: {en: Boil with vinegar., zh: 加醋煮沸。}
"""


def _line(text: str, of: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if of in line)


def _refused(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        folder.load([path.parent])
    return caught.value.message


def test_a_makers_new_type_is_added_to_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "kettle.yaml").write_text(KETTLE, encoding="utf-8")
    catalogue = folder.load([tmp_path])
    assert set(catalogue) == {*folder.load(), "kettle"}
    assert catalogue["kettle"].consumables["descaler"].wear.metric == "scale_left_pct"


def test_a_makers_field_overrides_that_one_field_of_a_shipped_type(tmp_path: Path) -> None:
    text = "type: refrigerator\nmetrics:\n  freezer_temp_c:\n    alarm: {high: -7}\n"
    (tmp_path / "refrigerator.yaml").write_text(text, encoding="utf-8")
    shipped = folder.load()["refrigerator"]
    merged = folder.load([tmp_path])["refrigerator"]
    was, now = shipped.metrics["freezer_temp_c"].alarm, merged.metrics["freezer_temp_c"].alarm
    assert was is not None
    assert now == was.model_copy(update={"high": -7.0})
    assert merged.metrics["fridge_temp_c"] == shipped.metrics["fridge_temp_c"]


def test_a_later_folder_goes_over_an_earlier_one(tmp_path: Path) -> None:
    for name, pause in (("first", 60), ("second", 120)):
        (tmp_path / name).mkdir()
        text = KETTLE.replace("reports_every_s: 60", f"reports_every_s: {pause}")
        (tmp_path / name / "kettle.yaml").write_text(text, encoding="utf-8")
    catalogue = folder.load([tmp_path / "first", tmp_path / "second"])
    assert catalogue["kettle"].reports_every_s == 120


@pytest.mark.parametrize(
    ("wrong", "right", "field", "expected"),
    [
        ("    unit: °C\n    colour: red", "    unit: °C", "metrics.water_temp_c.colour", "Extra"),
        ("reports_every_s: soon", "reports_every_s: 60", "reports_every_s", "valid number"),
        ("high: hot", "high: 110", "metrics.water_temp_c.physical.high", "(got 'hot')"),
        ("high: .nan", "high: 110", "metrics.water_temp_c.physical.high", "finite number"),
        ("low: 200", "low: 0, high: 110", "metrics.water_temp_c.physical.high", "required"),
        ("low: 200, high: 110", "low: 0, high: 110", "metrics.water_temp_c.physical", "below high"),
        ("kind: guage", "kind: gauge", "metrics.water_temp_c.kind", "'gauge'"),
        ("low: -9, high: 100", "low: 5, high: 100", "metrics.water_temp_c", "within `physical`"),
        ("{en: [Fill it.], zh: [请加水。, 等。]}", "{en: [Fill it.], zh: [请加水。]}",
         "fault_codes.E1.self_help", "1 steps in English but 2 in Chinese"),
        ("metric: scale_pct", "metric: scale_left_pct",
         "consumables.descaler.wear.metric", "there is no metric 'scale_pct'"),
        ("problem: boils", "problem: boils_dry", "fault_codes.E1.problem",
         "there is no problem 'boils'"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_refused_with_file_line_and_field(
    tmp_path: Path, wrong: str, right: str, field: str, expected: str
) -> None:
    path = tmp_path / "kettle.yaml"
    text = KETTLE.replace(right, wrong, 1)
    assert text != KETTLE
    message = _refused(path, text)
    leaf = field.rsplit(".", maxsplit=1)[-1]
    standing = wrong.splitlines()[-1] if leaf != "water_temp_c" else "  water_temp_c:"
    assert message.startswith(f"{path}:{_line(text, standing)}: {field}: ")
    assert expected in message


def test_a_missing_field_is_refused_at_the_thing_that_lacks_it(tmp_path: Path) -> None:
    text = KETTLE.replace("    unit: °C\n", "")
    message = _refused(tmp_path / "kettle.yaml", text)
    line = _line(text, "water_temp_c:")
    assert (
        message == f"{tmp_path / 'kettle.yaml'}:{line}: metrics.water_temp_c.unit: Field required"
    )


def test_a_context_that_names_no_metric_is_refused_where_it_stands(tmp_path: Path) -> None:
    text = KETTLE.replace("    unit: °C\n", "    unit: °C\n    context: [room_c]\n")
    message = _refused(tmp_path / "kettle.yaml", text)
    place = f"{tmp_path / 'kettle.yaml'}:{_line(text, 'room_c')}"
    assert message == f"{place}: metrics.water_temp_c.context: there is no other metric 'room_c'"


def test_every_wrong_field_is_told_at_once(tmp_path: Path) -> None:
    text = KETTLE.replace("kind: gauge", "kind: guage")
    assert len(_refused(tmp_path / "kettle.yaml", text).splitlines()) == 2


def test_a_wrong_override_is_told_in_the_makers_file_not_in_ours(tmp_path: Path) -> None:
    path = tmp_path / "refrigerator.yaml"
    text = "type: refrigerator\nmetrics:\n  freezer_temp_c:\n    unit: 7\n"
    assert _refused(path, text).startswith(f"{path}:4: metrics.freezer_temp_c.unit: ")


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kettle.yaml"
    text = KETTLE.replace("    unit: °C\n", "    unit: °C\n    unit: K\n")
    assert _refused(path, text) == (
        f"{path}:{_line(text, 'unit: K')}: metrics.water_temp_c.unit: given twice"
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("type: kettle\ntitle: {en: Kettle\n", 3),
        ("type: kettle\n\ttitle: x\n", 2),
        ("type: kettle\ntitle: !!python/name:os.system x\n", 2),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int
) -> None:
    path = tmp_path / "kettle.yaml"
    assert _refused(path, text).startswith(f"{path}:{line}: not valid YAML")


@pytest.mark.parametrize("text", ["", "- kettle\n", "kettle\n"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kettle.yaml"
    assert _refused(path, text).startswith(f"{path}:1: expected a mapping")


def test_an_alias_that_refers_to_itself_is_refused(tmp_path: Path) -> None:
    message = _refused(tmp_path / "kettle.yaml", "type: kettle\nmetrics: &a\n  b: *a\n")
    assert message == f"{tmp_path / 'kettle.yaml'}: an alias refers to itself"


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kettle.yaml"
    path.write_bytes("title: 电水壶".encode("gb18030"))
    with pytest.raises(CatalogueError, match="not valid YAML"):
        folder.load([tmp_path])


def test_a_type_that_is_not_the_files_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "teapot.yaml"
    assert _refused(path, KETTLE) == (
        f"{path}:1: type: expected 'teapot' as the file's name says, got 'kettle'"
    )


def test_a_folder_that_does_not_exist_is_refused_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="is not a folder") as caught:
        folder.load([tmp_path / "missing"])
    assert "HEARTHWATCH_CATALOGUE" in str(caught.value)


@pytest.mark.parametrize("storage", ["integer", "real"])
def test_a_range_that_the_column_cannot_hold_is_refused(tmp_path: Path, storage: str) -> None:
    column = f"kind: gauge\n    storage: {storage}\n    physical: {{low: 0, high: 1.0e+39}}"
    text = KETTLE.replace("kind: gauge\n    physical: {low: 0, high: 110}", column)
    message = _refused(tmp_path / "kettle.yaml", text)
    assert f"metrics.water_temp_c: a column of storage {storage} cannot hold" in message


def test_a_type_cannot_take_the_name_of_a_rollup(tmp_path: Path) -> None:
    text = KETTLE.replace("type: kettle", "type: kettle_hourly")
    message = _refused(tmp_path / "kettle_hourly.yaml", text)
    assert "kettle_hourly.yaml:1: type: a name that ends in _hourly" in message


def test_a_detector_cannot_watch_a_counter(tmp_path: Path) -> None:
    watched = (
        "kind: counter\n    context: [scale_left_pct]\n    anomaly: high\n    problem: boils_dry"
    )
    text = KETTLE.replace("kind: gauge", watched, 1)
    assert "say nothing of a counter" in _refused(tmp_path / "kettle.yaml", text)
