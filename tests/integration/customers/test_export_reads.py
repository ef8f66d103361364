"""What a customer reads in the export: words in their language, times by their clock."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

import pytest

from alerts.channels import installed
from customers.privacy import export_bundle, subject_export
from customers.privacy.personal_data import register
from customers.privacy.subject_export import Export
from devices.catalogue.appliance_type import Text
from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tests.integration.customers import one_of_everything
from tests.integration.customers.one_of_everything import NOW
from tickets.writing import letter

RAW = re.compile(r"\b[a-z][a-z0-9]*(?:[_:.][a-z0-9]+)+\b")
"""A name of ours: `poor_cooling`, `ticket:12`, `customer.seen`."""
NOT_OURS = {"h.test"}


@pytest.fixture
def held(shared: Connection) -> Export:
    return subject_export.collect(shared, _home(shared), NOW)


def _home(connection: Connection) -> int:
    home = one_of_everything.add(connection)
    connection.execute(
        "INSERT INTO telemetry.refrigerator_hourly (device_id, time, fridge_temp_c_count,"
        " fridge_temp_c_mean, fridge_temp_c_min, fridge_temp_c_max)"
        " SELECT id, %s, 12, 4.256, 2, 9 FROM hearthwatch.appliances WHERE serial = 'RF-1'",
        (NOW + timedelta(hours=1),),
    )
    return home


def _cells(page: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(r"<td>(.*?)</td>", page, re.DOTALL)]


def test_they_have_one_of_everything(held: Export) -> None:
    shown = {each.table for each in register() if each.shown} | {"telemetry", "audit"}
    assert {table for table, rows in held.tables.items() if rows} == shown


def test_every_code_that_a_column_may_hold_has_its_words(shared: Connection) -> None:
    rows = shared.execute(
        "SELECT relation.relname, pg_get_constraintdef(checked.oid) FROM pg_constraint AS checked"
        " JOIN pg_class AS relation ON relation.oid = checked.conrelid"
        " WHERE checked.contype = 'c'"
        " AND checked.connamespace = 'hearthwatch'::regnamespace"
    ).fetchall()
    shown = {each.table for each in register() if each.shown}
    checks = [str(check) for table, check in rows if table in shown]
    codes = {code for check in checks for code in re.findall(r"'([a-z_]+)'::text", check)}
    codes |= {*letter.OCCASIONS, *installed.NAMES, *installed.OUTBOX}
    assert "waiting_for_customer" in codes
    assert codes - set(export_bundle.words()["values"]) == set()


@pytest.mark.parametrize("language", export_bundle.LANGUAGES)
def test_no_name_of_ours_is_left_on_the_page(held: Export, language: str) -> None:
    cells = _cells(export_bundle.page(held, language))
    left = {code for cell in cells for code in RAW.findall(cell)}
    assert {
        code for code in left if not code.startswith(("visit_photos", "ticket_att"))
    } <= NOT_OURS


def test_a_chinese_page_has_no_english_word_of_ours(held: Export) -> None:
    cells = _cells(export_bundle.page(held, "zh"))
    written = {"tom", "dora", "ada", "north", "l@h.test", "image/jpeg"}
    english = {cell for cell in cells if re.fullmatch(r"[a-z][a-z ,.:/@()_]*", cell)}
    assert english <= written


def test_appliances_problems_people_and_tickets_are_named(
    held: Export, catalogue: Catalogue
) -> None:
    english, chinese = (export_bundle.page(held, each) for each in export_bundle.LANGUAGES)
    (ticket,) = (str(row["id"]) for row in held.tables["tickets"])
    problem = catalogue["refrigerator"].problems["poor_cooling"].title
    assert f"<td>{ticket}: {problem.en}, Refrigerator KX-200 (RF-1)</td>" in english
    assert f"<td>{ticket}：{problem.zh}，冰箱 KX-200 (RF-1)</td>" in chinese
    assert "<td>Water filter, Refrigerator KX-200 (RF-1)</td>" in english
    assert "<td>滤水器</td>" in chinese
    assert "Fridge temperature (°C): readings 12, mean 4.26, least 2, most 9" in english
    assert "1234567.5" in english
    assert "<td>Lin Mei</td>" in english
    assert "<td>China</td>" in english
    assert "<td>中国</td>" in chinese


def test_times_are_those_of_the_household(held: Export) -> None:
    page = export_bundle.page(held, "en")
    assert "Household H-1, as of 2026-06-15 20:00; times are those of Asia/Shanghai" in page
    assert "<td>2026-06-15 20:00</td>" in page
    assert "<td>2026-06-15 12:00" not in page


def test_the_data_have_titles_beside_the_ids(held: Export, catalogue: Catalogue) -> None:
    told = json.loads(export_bundle.as_json(held))
    (ticket,) = told["tickets"]
    assert ticket["problem"] == "poor_cooling"
    assert (
        ticket["problem_title"]
        == catalogue["refrigerator"].problems["poor_cooling"].title.model_dump()
    )
    assert isinstance(ticket["device_id"], int)
    assert ticket["appliance"]["type_title"] == {"en": "Refrigerator", "zh": "冰箱"}
    assert (ticket["appliance"]["serial"], ticket["appliance"]["model"]) == ("RF-1", "KX-200")


def test_a_type_of_a_makers_own_is_called_what_the_maker_calls_it(
    shared: Connection, catalogue: Catalogue
) -> None:
    own = catalogue["refrigerator"].model_copy(update={"title": Text(en="Wine cellar", zh="酒柜")})
    home = _home(shared)
    page = export_bundle.page(
        subject_export.collect(shared, home, NOW, {"refrigerator": own}), "en"
    )
    assert "Wine cellar KX-200 (RF-1)" in page
    unknown = export_bundle.page(subject_export.collect(shared, home, NOW, {}), "en")
    assert "<td>poor cooling</td>" in unknown
    assert "refrigerator KX-200 (RF-1)" in unknown
