"""The encoding of a file is told from its bytes, and a broken one is refused by line and byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import InvalidError
from runtime.text_encoding import as_utf8

CHINESE = "household_name,address\n王伟家,上海市浦东新区海景路12号\n李娜,青岛市市南区香港中路\n"
WESTERN = "household_name,address\nMüller,Hauptstraße 3\nFrançois,2 rue de l’Église\n"


@pytest.mark.parametrize(
    ("text", "written_as", "told_as"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8"),
        (CHINESE, "utf-16", "utf-16-le"),
        ("\ufeff" + CHINESE, "utf-16-be", "utf-16-be"),
        (CHINESE, "gb18030", "gb18030"),
        (WESTERN, "windows-1252", "windows-1252"),
        (WESTERN, "utf-8", "utf-8"),
        ("name\nAnn\n", "ascii", "utf-8"),
    ],
)
def test_an_encoding_is_told_from_the_bytes(text: str, written_as: str, told_as: str) -> None:
    lines, encoding = as_utf8(text.encode(written_as).splitlines(keepends=True))
    assert encoding == told_as
    assert b"".join(lines).decode() == text.removeprefix("\ufeff")


def test_utf_8_with_a_broken_byte_is_refused_by_line_and_byte_and_not_taken_for_another() -> None:
    broken = CHINESE.encode().replace("李".encode(), "李".encode()[:2])
    with pytest.raises(InvalidError, match=r"line 3: not UTF-8 at byte 1; nothing was imported"):
        as_utf8([broken])


def test_utf_16_that_was_cut_off_is_refused() -> None:
    with pytest.raises(InvalidError, match=r"line 4: not UTF-16-LE at byte 1"):
        as_utf8([CHINESE.encode("utf-16") + b"\x41"])


@pytest.mark.parametrize("junk", [b"a\nb\x81\x8d\x8f", bytes(range(128, 256)), b"\xa9\xa9\xae,1\n"])
def test_bytes_that_are_no_text_are_refused(junk: bytes) -> None:
    with pytest.raises(InvalidError, match="not UTF-8 at byte"):
        as_utf8([junk])


def test_a_nul_character_is_refused_by_its_line() -> None:
    with pytest.raises(InvalidError, match="line 2: a NUL"):
        as_utf8([b"a\n", b"b\0\n"])


def test_only_line_ends_end_a_line() -> None:
    text = "a\u2028b\x0bc\r\nd\ne"
    lines, _ = as_utf8([text.encode()])
    assert [line.decode() for line in lines] == ["a\u2028b\x0bc\r\n", "d\n", "e"]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_any_text_in_utf_8_is_read_as_it_is(text: str) -> None:
    lines, encoding = as_utf8([text.encode()])
    assert (b"".join(lines).decode(), encoding) == (text, "utf-8")
