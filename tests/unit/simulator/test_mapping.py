"""Mappings of recorded files, and the rows that they make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices.catalogue.folder import Catalogue
from simulator import mapping, recorded, timeline
from simulator.mapping import Plan
from simulator.mapping_file import MappingError
from simulator.recorded import Failure, Finding, Span
from simulator.timeline import Row

MAPPING = """\
type: refrigerator
unit: {column: unit, prefix: RF-}
readings:
  - path: temps.csv
    time: {column: when, zone: Europe/Rome}
    metrics:
      fridge_temp_c: {column: fahrenheit, scale: 0.5, offset: -16}
      door_open: door
events:
  - path: codes.csv
    time: {column: stamp, format: epoch_s}
    code: {column: code, names: {"5": E5}}
failures:
  path: broken.csv
  time: {column: when}
  within_h: [2]
"""
TEMPS = """\
when,unit,fahrenheit,door,remark
2026-01-01 02:00:00,b,40,1,
2026-01-01 01:00:00,a,42,0,cold
2026-01-01 01:00:00,b,,,
2026-01-01 03:00:00,a,44,,
"""
CODES = "stamp,unit,code\n1767225601,a,5\n"
BROKEN = "when,unit\n2026-01-01T05:00:00Z,a\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "temps.csv").write_text(TEMPS)
    (tmp_path / "codes.csv").write_text(CODES)
    (tmp_path / "broken.csv").write_text(BROKEN)
    (tmp_path / "replay.yaml").write_text(MAPPING)
    return tmp_path


def plan_of(folder: Path, catalogue: Catalogue) -> Plan:
    return mapping.load(folder / "replay.yaml", catalogue)


def refusal(folder: Path, catalogue: Catalogue, old: str, new: str) -> str:
    """What is said when `old` in the mapping is `new`."""
    assert old in MAPPING
    (folder / "replay.yaml").write_text(MAPPING.replace(old, new))
    with pytest.raises(MappingError) as refused:
        list(timeline.rows(plan_of(folder, catalogue)))
    return str(refused.value).removeprefix(str(folder) + "/")


def test_rows_of_all_files_and_units_come_in_order_of_time(
    folder: Path, catalogue: Catalogue
) -> None:
    midnight = 1767225600000  # 01:00 in Rome
    assert list(timeline.rows(plan_of(folder, catalogue))) == [
        Row(midnight, "RF-a", {"fridge_temp_c": 5.0, "door_open": False}),
        Row(midnight + 1000, "RF-a", {}, "E5", "raised"),
        Row(midnight + 3_600_000, "RF-b", {"fridge_temp_c": 4.0, "door_open": True}),
        Row(midnight + 7_200_000, "RF-a", {"fridge_temp_c": 6.0}),
    ]


def test_a_span_begins_with_its_start_and_ends_before_its_end(
    folder: Path, catalogue: Catalogue
) -> None:
    start = datetime(2026, 1, 1, 1, tzinfo=UTC)
    found = timeline.rows(plan_of(folder, catalogue), since=start, until=start + timedelta(hours=1))
    assert [row.serial for row in found] == ["RF-b"]


def test_files_that_measure_the_same_appliance_at_one_instant_make_one_row(
    folder: Path, catalogue: Catalogue
) -> None:
    (folder / "power.csv").write_text("when,unit,w\n2026-01-01 02:00:00,b,85\n")
    second = (
        "  - path: power.csv\n"
        "    time: {column: when, zone: Europe/Rome}\n"
        "    metrics: {compressor_power_w: w}\nevents:"
    )
    (folder / "replay.yaml").write_text(MAPPING.replace("events:", second))
    (row,) = (r for r in timeline.rows(plan_of(folder, catalogue)) if r.serial == "RF-b")
    assert row.measured == {"fridge_temp_c": 4.0, "door_open": True, "compressor_power_w": 85.0}


def test_a_row_recorded_twice_is_published_twice(folder: Path, catalogue: Catalogue) -> None:
    twice = TEMPS + "2026-01-01 03:00:00,a,44,,\n"
    (folder / "temps.csv").write_text(twice)
    rows = list(timeline.rows(plan_of(folder, catalogue)))
    assert rows[-1] == rows[-2]


def test_paths_may_start_from_another_folder(
    folder: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    moved = (folder / "replay.yaml").rename(elsewhere / "replay.yaml")
    assert timeline.serials(mapping.load(moved, catalogue, folder)) == ["RF-a", "RF-b"]


def test_pieces_laid_down_as_files_merge_like_pieces_in_memory(
    folder: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(folder, catalogue)
    in_memory = list(timeline.rows(plan))
    monkeypatch.setattr("simulator.recording.PIECE_ROWS", 1)
    monkeypatch.setattr("simulator.time_order.MOST_IN_MEMORY", 1)
    assert list(timeline.rows(plan)) == in_memory


def test_failures_are_read_apart(folder: Path, catalogue: Catalogue) -> None:
    plan = plan_of(folder, catalogue)
    assert recorded.failures(plan) == [Failure("RF-a", datetime(2026, 1, 1, 5, tzinfo=UTC))]


def test_a_failure_begins_where_the_mark_ahead_of_it_ends(
    folder: Path, catalogue: Catalogue
) -> None:
    marks = "0110011"  # the recording ends before the second failure
    lines = [f"2026-01-01T0{hour}:00:00Z,a,{mark}" for hour, mark in enumerate(marks)]
    (folder / "broken.csv").write_text("\n".join(["when,unit,ahead", *lines]) + "\n")
    marked = MAPPING.replace("  within_h: [2]", "  within_h: [2]\n  begin_where_ends: ahead")
    (folder / "replay.yaml").write_text(marked)
    found = recorded.failures(plan_of(folder, catalogue))
    assert [failure.at.hour for failure in found] == [2]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("type: refrigerator", "type: toaster", "replay.yaml:1: type: there is no appliance type"),
        ("      fridge_temp_c:", "      mood:", "replay.yaml:7: readings.0.metrics.mood:"),
        ("{column: when, zone: Europe/Rome}", "{zone: UTC}", "replay.yaml:5: readings.0.time.col"),
        ("Europe/Rome", "Atlantis", "replay.yaml:5: readings.0.time.zone: there is no time zone"),
        ('"5": E5', '"5": E99', "replay.yaml:12: events.0.code.names.5: refrigerator has no fault"),
        ("path: temps.csv", "path: gone.csv", "replay.yaml:4: readings.0.path: there is no file"),
        ("{column: unit, prefix: RF-}", "{prefix: RF-}", "replay.yaml:2: unit: give either"),
        ("prefix: RF-", "prefx: RF-", "replay.yaml:2: unit.prefx: Extra inputs are not permitted"),
        ("readings:", "readings: [", "replay.yaml:4: not valid YAML"),
        ("column: fahrenheit", "column: kelvin", "temps.csv:1: there is no column 'kelvin'"),
        ("column: fahrenheit", "column: remark", "temps.csv:3: remark: expected a number, got"),
        ('"5": E5', '"6": E5', "codes.csv:2: code: expected one of 6, got '5'"),
        ("format: epoch_s", "format: '%d.%m.%Y'", "codes.csv:2: stamp: expected a time as %d.%m"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused_with_its_place(
    folder: Path, catalogue: Catalogue, old: str, new: str, expected: str
) -> None:
    assert refusal(folder, catalogue, old, new).startswith(expected)


def test_an_hour_that_the_clock_change_left_out_is_refused(
    folder: Path, catalogue: Catalogue
) -> None:
    (folder / "temps.csv").write_text("when,unit,fahrenheit,door\n2026-03-29 02:30:00,a,40,0\n")
    with pytest.raises(MappingError, match=r"temps\.csv:2: when: expected a time"):
        list(timeline.rows(plan_of(folder, catalogue)))


def test_a_mapping_that_is_not_there_is_named(folder: Path, catalogue: Catalogue) -> None:
    with pytest.raises(MappingError, match=r"nowhere\.yaml: cannot be read"):
        mapping.load(folder / "nowhere.yaml", catalogue)


START = datetime(2026, 1, 1, tzinfo=UTC)
SPAN = Span(START, START + timedelta(hours=100), ("a", "b"))
WITHIN = timedelta(hours=10)


def hour(number: float) -> datetime:
    return START + timedelta(hours=number)


def test_a_finding_shortly_before_a_failure_is_a_warning() -> None:
    found = [Finding(1, "a", hour(42)), Finding(1, "a", hour(45))]
    score = recorded.compare([Failure("a", hour(50))], found, SPAN, WITHIN)
    assert (score.failures_warned, score.median_notice_h) == (1, 8.0)
    assert (score.tickets, score.false_tickets, score.false_findings) == (1, 0, 0)


@pytest.mark.parametrize(
    "finding",
    [
        Finding(1, "b", hour(45)),
        Finding(1, "a", hour(39)),
        Finding(1, "a", hour(50)),
        Finding(1, "a", hour(51)),
    ],
    ids=["of another appliance", "too early", "at the failure itself", "afterwards"],
)
def test_any_other_finding_is_a_false_ticket(finding: Finding) -> None:
    score = recorded.compare([Failure("a", hour(50))], [finding], SPAN, WITHIN)
    assert score.failures_warned == 0
    assert score.false_tickets == score.false_findings == 1
    assert score.median_notice_h is None


def test_chance_is_the_share_of_time_under_warning() -> None:
    overlapping = [Finding(1, "a", hour(20)), Finding(1, "a", hour(25)), Finding(2, "b", hour(95))]
    score = recorded.compare([], overlapping, SPAN, WITHIN)
    assert score.warned_by_chance == pytest.approx((15 + 5) / 200)


def test_failures_before_the_span_do_not_count() -> None:
    score = recorded.compare([Failure("a", hour(-1))], [], SPAN, WITHIN)
    assert score.failures == 0


def test_a_finding_from_before_the_span_warns_of_its_first_failure_only() -> None:
    found = [Finding(1, "a", hour(-2))]
    score = recorded.compare([Failure("a", hour(3))], found, SPAN, WITHIN)
    assert (score.failures_warned, score.median_notice_h) == (1, 5.0)
    assert (score.tickets, score.findings, score.false_findings) == (0, 0, 0)
    assert score.warned_by_chance == pytest.approx(8 / 200)
