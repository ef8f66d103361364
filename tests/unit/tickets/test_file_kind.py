"""A file is what its content says, whatever it is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import InvalidError
from tickets.conversation import file_kind

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(60) + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isom" + bytes(30)
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(30)
WEBP = b"RIFF\x00\x10\x00\x00WEBPVP8 " + bytes(40)
REFUSED = {
    "a page": b"<html><script>alert(1)</script></html>",
    "a drawing with scripts": b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    "a program": b"MZ\x90\x00" + bytes(60),
    "an archive": b"PK\x03\x04" + bytes(40),
    "noise": bytes(range(256)),
    "nothing": b"",
}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (JPEG, "image/jpeg"),
        (PNG, "image/png"),
        (WEBP, "image/webp"),
        (HEIC, "image/heif"),
        (PDF, "application/pdf"),
        (MP4, "video/mp4"),
        ("It drips. 它在滴水。\r\n".encode(), "text/plain"),
        (b"#!/bin/sh\nfind / -delete\n", "text/plain"),
    ],
)
def test_what_is_kept_is_told_by_its_content(content: bytes, kind: str) -> None:
    assert file_kind.of(content) == kind


@pytest.mark.parametrize("what", REFUSED)
def test_anything_else_is_refused(what: str) -> None:
    with pytest.raises(InvalidError, match="file"):
        file_kind.of(REFUSED[what])


@pytest.mark.parametrize(
    ("told", "kind", "name"),
    [
        ("leak.jpg", "image/jpeg", "leak.jpg"),
        ("leak.JPEG", "image/jpeg", "leak.jpg"),
        ("page.html", "image/png", "page.html.png"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        (r"C:\Users\li\漏水.png", "image/png", "漏水.png"),
        ("a\u202egpj.exe", "image/jpeg", "agpj.exe.jpg"),
        ('a"b\r\nSet-Cookie: x.pdf', "application/pdf", "a_bSet-Cookie_x.pdf"),
        ("", "video/mp4", "file.mp4"),
        ("...", "text/plain", "file.txt"),
    ],
)
def test_a_name_is_cleaned_and_ends_as_its_content_says(told: str, kind: str, name: str) -> None:
    assert file_kind.name(told, kind) == name


@given(st.text(max_size=300), st.sampled_from(sorted(file_kind.ENDINGS)))
def test_no_name_leads_anywhere_or_hides_anything(told: str, kind: str) -> None:
    name = file_kind.name(told, kind)
    assert name.endswith(file_kind.ENDINGS[kind])
    assert len(name) <= file_kind.LONGEST_NAME + 5
    assert not set(name) & set('/\\"<>:|?*\r\n\t\0 ')
    assert not name.startswith(".")
    assert file_kind.name(name, kind) == name
