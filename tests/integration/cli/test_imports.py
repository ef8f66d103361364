"""`hearthwatch import ...` on a real database: what is cleaned, refused and alike is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from runtime.errors import InvalidError

CUSTOMERS = """\
household_id,household_name,address,region,time_zone,tier,contact_id,contact_name,phone,email,\
language,consents
H-1,王伟家,海景路１２号,Qingdao,Asia/Shanghai,gold,C-1,王伟,138 1234 5678,,zh-CN,service
H-2,王伟,海景路12号,Qingdao,Asia/Shanghai,,C-2,王伟,+86 13812345678,,zh-CN,service
H-3,X,,Qingdao,Beijing,,C-3,X,,,,
"""
APPLIANCES = """\
serial,type,model,firmware,installed_on,region,household_id
RF-1,refrigerator,RF500,2.1.0,2024-05-01,Qingdao,H-1
"""
PURCHASES = """\
purchase_id,household_id,part_number,amount,currency,bought_at,serial
P-1,H-1,FLT-1,24.90,CNY,2026-05-01,RF-1
P-2,H-9,FLT-1,24.90,CNY,2026-05-01,
"""
PLANS = """\
plan_id,serial,kind,name,starts_on,ends_on,covers
W-1,RF-1,warranty,Two years,2024-05-01,2026-04-30,parts;labour
"""


@pytest.fixture
def folder(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder for files, and the database that the commands use."""
    monkeypatch.setenv("HEARTHWATCH_DATABASE_URL", database_url)
    monkeypatch.setenv("HEARTHWATCH_HOME", str(tmp_path))
    return tmp_path


def bring_in(folder: Path, kind: str, content: bytes) -> Result:
    file = folder / f"{kind}.csv"
    file.write_bytes(content)
    return CliRunner().invoke(app, ["import", kind, str(file), "--json"])


def report(told: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return found


def test_every_kind_of_file_comes_in_with_a_report(folder: Path) -> None:
    customers = bring_in(folder, "customers", CUSTOMERS.encode("gb18030"))
    assert customers.exit_code == 2
    told = report(customers)
    assert (told["encoding"], told["accepted"]) == ("gb18030", 2)
    assert [(each["line"], each["field"]) for each in told["refused"]] == [(4, "time_zone")]
    assert {each["field"] for each in told["cleaned"]} == {"address", "phone"}
    (pair,) = told["alike"]
    assert (pair["first_external_id"], pair["second_external_id"]) == ("H-1", "H-2")
    assert "duplicates to decide on at the console: 1" in customers.stdout

    assert bring_in(folder, "appliances", APPLIANCES.encode()).exit_code == 0
    purchases = bring_in(folder, "purchases", PURCHASES.encode())
    assert purchases.exit_code == 2
    assert [each["field"] for each in report(purchases)["refused"]] == ["household_id"]
    plans = bring_in(folder, "plans", PLANS.encode())
    assert (plans.exit_code, report(plans)["accepted"]) == (0, 1)


def test_a_broken_file_is_refused_by_line_and_byte(folder: Path) -> None:
    content = CUSTOMERS.encode().replace("伟".encode(), "伟".encode()[:2], 1)
    told = bring_in(folder, "customers", content)
    assert isinstance(told.exception, InvalidError)
    assert "line 2: not UTF-8 at byte 8; nothing was imported" in str(told.exception)
