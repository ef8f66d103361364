"""A household that has one of everything that an export shows, a value in every column."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from psycopg import sql
from psycopg.types.json import Jsonb

from customers import contact, household
from customers.privacy.personal_data import Held, register
from customers.privacy.subject_export import SUFFIX
from customers.secrecy import sealing
from devices import appliance
from devices.appliance import Registration
from storage.pool import Connection

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
ZONE = "Asia/Shanghai"
TEXT = "What somebody wrote"

INSTANTS = (
    *("answered_at", "arrived_at", "asked_at", "at", "begins_at", "bought_at", "changed_at"),
    *("created_at", "disabled_at", "finished_at", "found_at", "made_at", "not_before", "opened_at"),
    *("planned_at", "set_out_at", "settled_at", "since"),
)
USUAL: dict[str, object] = {
    **dict.fromkeys(INSTANTS, NOW),
    **dict.fromkeys(("ends_at", "expires_at", "until", "visit_at"), LATER),
    **dict.fromkeys(("actor", "asked_by", "assignee"), "dora"),
    **dict.fromkeys(("quantity", "number", "purchases", "services"), 1),
    **dict.fromkeys(("recency", "frequency", "monetary"), 2),
    **dict.fromkeys(("digest", "secret_hash"), b"hash"),
    **dict.fromkeys(("granted", "preferred", "confirmed"), True),
    "amount": 1234567.5,
    "bytes": 4,
    "channel": "wechat_work",
    "currency": "CNY",
    "external_id": "X_1",
    "key": "k",
    "language": "zh",
    "media_type": "image/jpeg",
    "purpose": "reminders",
    "safety": False,
    "score": 61.5,
    "severity": "high",
    "trail": Jsonb({}),
}
"""By column, what stands there where a table asks for nothing else."""
PARTICULAR: dict[str, list[dict[str, object]]] = {
    "household_profiles": [{"country": "CN", "latitude": 31.2, "longitude": 121.5}],
    "household_merges": [{"reason": TEXT}],
    "likenesses": [{"reasons": ["same phone", "similar name"]}],
    "members": [{"role": "holder"}],
    "consents": [{"source": "my page"}],
    "contact_channels": [{"reason": "the carrier answered 404"}],
    "plans": [
        {"kind": "plan", "name": TEXT, "starts_on": date(2026, 6, 1), "covers": ["parts", "labour"]}
    ],
    "purchases": [{"part_number": "HW_RF_1", "source": "import"}],
    "tickets": [
        {"problem": "poor_cooling", "state": "on_site", "origin": "forecast", "at_stake": "food"}
    ],
    "ticket_changes": [
        {"actor": "hearthwatch", "state_before": "waiting_for_customer", "state_after": "on_site"}
    ],
    "ticket_verdicts": [
        {"finding": "confirmed", "mode": "compressor_failing"},
        {"finding": "replaced", "consumable": "water_filter"},
        {"finding": "could_not_reproduce"},
    ],
    "interactions": [{"channel": "hotline", "direction": "inbound"}],
    "ratings": [{"nps": 9, "csat": 5}],
    "replacements": [{"consumable": "water_filter"}],
    "visits": [{"technician": "tom", "state": "under_way", "outcome": "return"}],
}
FIRST = ("tickets", "visits")
"""What others refer to."""


def add(connection: Connection) -> int:
    """Write it down and return the household's id; its appliance is RF-1."""
    names = ("Lin family", "Lin house")
    entries = [
        household.Entry(f"H-{place}", name, "8 Lotus Road", "north", ZONE, "gold")
        for place, name in enumerate(names, start=1)
    ]
    homes = household.upsert(connection, entries, NOW)
    entry = contact.Entry(homes["H-1"], "C-1", "Lin Mei", "+86 138 0013 8000", "l@h.test", "zh")
    people = contact.upsert(connection, [entry], NOW, source="import")
    told = [Registration("RF-1", "refrigerator", "KX-200")]
    (fridge,) = appliance.register(connection, told, NOW)
    home, other = homes["H-1"], homes["H-2"]
    ids = {"household_id": home, "contact_id": people["C-1"], "device_id": fridge.id}
    ids |= {"survivor_id": home, "first_id": home, "merged_id": other, "second_id": other}
    tables = {held.table: held for held in register() if held.shown}
    for table in (*FIRST, *(name for name in tables if name not in {*FIRST, "households"})):
        if table != "contacts":
            _add(connection, tables[table], ids)
    _add_acts(connection, ids)
    return home


def _add(connection: Connection, held: Held, ids: dict[str, int]) -> None:
    """Write each of a table's rows; keep the ids that others refer to."""
    asked = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
    columns = {str(row[0]) for row in connection.execute(asked, (held.table,)).fetchall()}
    rows = _letters(ids) if held.table == "notices" else PARTICULAR.get(held.table, [{}])
    if held.table == "my_links":
        rows = [{"subject": f"ticket:{ids['ticket_id']}"}]
    for particular in rows:
        row = {**USUAL, **ids, **particular}
        sealed = [name for name in columns if name.endswith(SUFFIX)]
        row |= {name: _sealed(connection, held, name, ids) for name in sealed}
        number = _put(connection, held.table, {name: row[name] for name in columns & set(row)})
        ids |= {f"{table[:-1]}_id": number for table in FIRST if table == held.table}


def _sealed(connection: Connection, held: Held, column: str, ids: dict[str, int]) -> object:
    kind, owner = held.owner_column
    number = ids[owner or "household_id"]
    return sealing.seal(connection, f"{kind}:{number}", f"{held.table}.{column}", [TEXT])[0]


def _letters(ids: dict[str, int]) -> list[dict[str, object]]:
    device = ids["device_id"]
    told = (
        ("on_the_way", f"ticket:{ids['ticket_id']}", "no consent to reminders"),
        ("consumable", f"consumable:{device}:water_filter", "the ticket is waiting_for_customer"),
        ("care_tip", f"tip:{device}:clean_the_condenser", "3 letters in 7 days already"),
    )
    return [
        {"key": occasion, "occasion": occasion, "about": about, "detail": detail, "state": "sent"}
        for occasion, about, detail in told
    ]


def _add_acts(connection: Connection, ids: dict[str, int]) -> None:
    owner, person = f"household:{ids['household_id']}", f"contact:{ids['contact_id']}"
    for action, subject, where in (
        ("customer.seen", owner, "the page of a customer"),
        ("customer.seen", owner, "GET /v1/customers/{household_id}"),
        ("customer.seen", owner, "visit 12"),
        ("customer.exported", owner, None),
        ("channel wechat_work enabled", person, None),
    ):
        detail = Jsonb({"where": where})
        told = {"actor": "ada", "action": action, "subject": subject, "detail": detail}
        _put(connection, "audit", told)


def _put(connection: Connection, table: str, row: dict[str, object]) -> int:
    """Write a row; return its id, 0 where it has none."""
    statement = sql.SQL("INSERT INTO hearthwatch.{} AS kept ({}) VALUES ({}) RETURNING {}").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(map(sql.Placeholder, row)),
        sql.SQL("to_jsonb(kept) -> 'id'"),
    )
    found = connection.execute(statement, row).fetchone()
    assert found is not None
    return int(str(found[0] or 0))
