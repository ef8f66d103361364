"""How long customers take to come in, and how many of the duplicates among them are found."""

from __future__ import annotations

import csv
import io
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from benchmarks import own_keys
from customers.duplicates import likeness
from customers.imports import importing
from storage import embedded, migration, pool
from storage.pool import Connection

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MISSPELT, MISSING = 0.2, 0.5
REGIONS = ("Bristol", "Leeds", "Foshan", "Qingdao")
FIRST = "Amelia Oliver Isla George Ava Noah Freya Leo Grace Harry Mia Jack Ella Theo Lily Max"
FAMILY = "Baker Carter Doyle Evans Foster Hughes Marsh Price Reid Walsh Abbot Barker Cole Dixon"
FIRST_HAN = "伟芳娜敏静强磊洋艳杰涛明超秀霞平刚桂文辉"
FAMILY_HAN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
STREETS = ("Orchard Road", "Station Road", "Mill Lane", "Church Street", "Park Avenue")
STREETS_HAN = ("海景路", "香港中路", "人民路", "解放路", "中山路")


@dataclass(frozen=True)
class Figures:
    """What was measured."""

    customers: int
    import_s: float
    """Cleaned, sealed, stored and compared."""
    again_s: float
    """The same file once more."""
    search_s: float
    """All compared with each other, as the errand does each night."""
    duplicates: int
    """Households that were told of a second time, as people do: other spellings, parts missing."""
    found: float
    """Their share that was found."""
    right: float
    """The share of pairs found that are one household."""


def run(customers: int, seed: int = 7) -> Figures:
    """Bring in a file in which every second row tells of the household before it once more."""
    content = _file(customers, Random(seed))  # noqa: S311 - made-up people, not secrets
    with _database() as connection:
        import_s = _timed(connection, content)
        again_s = _timed(connection, content)
        begun = time.perf_counter()
        likeness.search(connection, NOW)
        search_s = time.perf_counter() - begun
        pairs = likeness.page(connection, limit=10 * customers)
    right = sum(each.first_external_id[:-1] == each.second_external_id[:-1] for each in pairs)
    return Figures(
        customers,
        round(import_s, 1),
        round(again_s, 1),
        round(search_s, 1),
        duplicates=customers // 2,
        found=round(right / (customers // 2), 4),
        right=round(right / max(len(pairs), 1), 4),
    )


def _timed(connection: Connection, content: bytes) -> float:
    begun = time.perf_counter()
    importing.import_customers(connection, [content], NOW)
    connection.commit()
    return time.perf_counter() - begun


@contextmanager
def _database() -> Iterator[Connection]:
    with (
        own_keys.held(),
        tempfile.TemporaryDirectory(prefix="hearthwatch-bench-") as scratch,
        embedded.running(Path(scratch) / "postgres", database="postgres") as url,
        pool.connect(url) as connection,
    ):
        migration.migrate(connection)
        connection.commit()
        yield connection


def _file(customers: int, chance: Random) -> bytes:
    """Rows in pairs, H-000000a and H-000000b, shuffled."""
    rows = []
    for number in range(customers // 2):
        home = _home(number, chance)
        rows += [home, _told_again(home, number, chance)]
    chance.shuffle(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, importing.COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _home(number: int, chance: Random) -> dict[str, str]:
    region = chance.choice(REGIONS)
    chinese = region in {"Foshan", "Qingdao"}
    if chinese:
        name = chance.choice(FAMILY_HAN) + "".join(chance.sample(FIRST_HAN, 2))
        address = f"{chance.choice(STREETS_HAN)}{chance.randrange(1, 300)}号"
        address += f"{chance.randrange(1, 40)}室"
    else:
        name = f"{chance.choice(FIRST.split())} {chance.choice(FAMILY.split())}"
        address = f"{chance.randrange(1, 300)} {chance.choice(STREETS)}"
    return {
        "household_id": f"H-{number:07d}a",
        "household_name": f"{name}家" if chinese else f"{name.split()[1]} family",
        "address": address,
        "region": region,
        "time_zone": "Asia/Shanghai" if chinese else "Europe/London",
        "tier": "standard",
        "contact_id": f"C-{number:07d}a",
        "contact_name": name,
        "phone": f"138{chance.randrange(10**8):08d}" if chinese else f"07700 9{number % 10**5:05d}",
        "email": f"home{number}@example.org",
        "language": "zh-CN" if chinese else "en",
        "consents": "service",
    }


def _told_again(home: dict[str, str], number: int, chance: Random) -> dict[str, str]:
    """The same household as another system has it.

    Names in another order and case, a fifth misspelt; streets abbreviated; half of the numbers
    and half of the e-mail addresses missing.
    """
    name = home["contact_name"]
    if chance.random() < MISSPELT:
        place = chance.randrange(1, len(name))
        name = name[:place] + name[place + 1 :]
    told = home | {"household_id": f"H-{number:07d}b", "contact_id": f"C-{number:07d}b"}
    told["contact_name"] = " ".join(reversed(name.split()))
    told["household_name"] = told["contact_name"].upper()
    told["address"] = home["address"].replace("Road", "Rd.").replace("号", "号 ")
    for column in ("phone", "email"):
        told[column] = "" if chance.random() < MISSING else home[column]
    return told
