"""A CSV file is read strictly, and what is wrong is named by its line."""

from __future__ import annotations

import pytest

from runtime import csv_table
from runtime.csv_table import Refused, Report, Row
from runtime.errors import InvalidError

COLUMNS = ("name", "phone")


def read(text: bytes) -> tuple[list[Row], Report]:
    report = Report()
    return csv_table.read(text.splitlines(keepends=True), COLUMNS, report), report


def test_rows_keep_their_line_numbers_over_blank_lines_and_line_ends_in_quotes() -> None:
    rows, report = read(b'name,phone\nAnn,1\n\n"Li\nMing",2\n ,\nBo, 3 \n')
    assert [(row.line, row["name"], row["phone"]) for row in rows] == [
        (2, "Ann", "1"),
        (4, "Li\nMing", "2"),
        (7, "Bo", "3"),
    ]
    assert report.refused == []


def test_columns_may_come_in_any_order_and_a_byte_order_mark_is_no_column() -> None:
    rows, _ = read(b"\xef\xbb\xbfphone,name\n1,Ann\n")
    assert rows[0].values == {"name": "Ann", "phone": "1"}


def test_a_row_with_too_many_or_too_few_fields_is_refused_and_the_others_are_read() -> None:
    rows, report = read(b"name,phone\nAnn\nBo,2\nCy,3,4\n")
    assert [row["name"] for row in rows] == ["Bo"]
    assert report.refused == [
        Refused(2, "", "", "1 fields where the header has 2"),
        Refused(4, "", "", "3 fields where the header has 2"),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"name\n", "missing 'phone'"),
        (b"name,phone,fax\n", "unknown 'fax'"),
        (b"name,phone,name\n", "given twice 'name'"),
        (b"", "missing 'name', 'phone'"),
        (b"name,phone\nAnn,1\nB\xf6,2\n", "line 3: not UTF-8 at byte 2"),
        (b"name,phone\nA\x00,1\n", "line 2: a NUL character"),
        (b'name,phone\n"Ann"x,1\n', "line 2: not readable as CSV"),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole_says_where(text: bytes, complaint: str) -> None:
    with pytest.raises(InvalidError) as caught:
        read(text)
    assert complaint in str(caught.value)
