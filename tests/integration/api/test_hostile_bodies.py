"""Bodies that no honest program sends: each is refused as a whole, quickly, and nothing is kept."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import httpx
import pytest

from tests.integration.api.site import Site

Make = Callable[..., httpx.Client]
MOST_SAID = 2_000_000
"""Bytes of a report on what was refused: a small file must not make a huge answer."""
IMPORTS = {
    "/v1/customers/import": (
        "household_id,household_name,address,region,time_zone,tier,"
        "contact_id,contact_name,phone,email,language,consents"
    ),
    "/v1/purchases/import": "purchase_id,household_id,part_number,amount,currency,bought_at",
    "/v1/plans/import": "plan_id,serial,kind,name,starts_on,ends_on,covers",
    "/v1/technicians/import": "name,region,skills,hours",
}
FILES: dict[str, Callable[[str], bytes]] = {
    "nothing": lambda _: b"",
    "a mark and nothing": lambda _: b"\xef\xbb\xbf",
    "half of a UTF-16 character": lambda told: told.encode("utf-16") + b"\x00",
    "a NUL": lambda told: f"{told}\n\0".encode(),
    "a quote that is never closed": lambda told: f'{told}\n"{"x" * 300_000}'.encode(),
    "one line of a megabyte": lambda told: f"{told}\n{'x' * 1_000_000}".encode(),
    "a hundred thousand columns": lambda told: f"{told}{',x' * 100_000}".encode(),
    "a hundred thousand fields": lambda told: f"{told}\n{',' * 100_000}x".encode(),
    "only carriage returns": lambda told: f"{told}\r{told}\r".encode(),
    "a hundred thousand empty lines": lambda told: f"{told}{chr(10) * 100_000}".encode(),
    "directions and joiners": lambda told: f"{told}\n\u202e{',' * 11}\u2066".encode(),
    "a picture": lambda _: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
}


def test_a_file_that_is_no_table_is_refused_and_nothing_is_kept(fresh_site: Site) -> None:
    with fresh_site.signed_in("ada") as ada:
        for (path, columns), (file, made) in itertools.product(IMPORTS.items(), FILES.items()):
            answer = ada.post(path, content=made(columns))
            assert answer.status_code in {200, 422}, (path, file)
            assert answer.json().get("accepted", 0) == 0, (path, file)
            assert len(answer.content) < MOST_SAID, (path, file)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[" * 100_000, b'"x"', b"null", b"\xff\xfe", b'{"text":' + b'{"a":' * 50_000],
    ids=["nothing", "half", "deep", "text", "null", "no text", "deep in a field"],
)
@pytest.mark.parametrize(
    "path", ["/v1/interactions", "/v1/purchases", "/v1/tickets/1/notes", "/v1/inbound/tickets"]
)
def test_what_is_no_json_of_ours_is_a_problem_document(
    client: Make, path: str, body: bytes
) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
    answer = client("ada").post(path, content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.json()["status"] == answer.status_code


FORMS = {
    "of another kind": ("text/plain", b"a=b"),
    "JSON": ("application/json", b'{"form_token": "x"}'),
    "without a boundary": ("multipart/form-data", b"--x\r\n"),
    "cut off": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="te',
    ),
    "a thousand times too many fields": (
        "application/x-www-form-urlencoded",
        b"&".join(b"f%d=1" % number for number in range(20_000)),
    ),
    "a file where text belongs": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="form_token"; filename="a"\r\n\r\nx\r\n--x--',
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "path", ["/console/tickets/1/note", "/console/tickets/1/attachments", "/console/board/pin"]
)
def test_a_form_that_no_page_of_ours_sends_is_refused_on_a_page(
    browser: Make, path: str, form: str
) -> None:
    kind, body = FORMS[form]
    answer = browser("ada").post(path, content=body, headers={"Content-Type": kind})
    assert answer.status_code in {400, 403, 422}
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Accept-Language", "zz;q=nan,*;q=9e999,,;;q=," + "x" * 4000),
        ("Cookie", "hearthwatch_session=" + "x" * 4000),
        ("If-None-Match", '"' * 4000),
        ("Authorization", "Bearer " + "x." * 2000),
        ("X-API-Key", "x" * 4000),
        ("Last-Event-ID", "9" * 4000),
    ],
)
def test_headers_of_nonsense_are_let_be_or_refused(browser: Make, header: str, value: str) -> None:
    opened = browser()
    for path in ("/v1/tickets", "/console/tickets/1", "/v1/knowledge?q=noise", "/my/x", "/healthz"):
        answer = opened.get(path, headers={header: value})
        assert answer.status_code < 500, (path, answer.text)
