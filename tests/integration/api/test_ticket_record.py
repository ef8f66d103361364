"""Conversations, notes, files and kin of a ticket over the API and on its page."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

Make = Callable[..., httpx.Client]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40)


def _tag(asking: httpx.Client, number: int = 1) -> dict[str, str]:
    return {"If-Match": asking.get(f"/v1/tickets/{number}").headers["etag"]}


def _fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that is sent to `action`."""
    (form,) = [each for each in page.split("<form") if f'action="{action}"' in each]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


@pytest.mark.usefixtures("fresh_site")
def test_everything_said_written_and_attached_stands_in_one_line_of_time(client: Make) -> None:
    dora, tom, vera = client("dora"), client("tom"), client("vera")
    call = {"channel": "hotline", "text": "The milk has gone off.", "serial": "RF-NORTH"}
    taken = dora.post("/v1/interactions", json=call | {"external_ref": "c-1"})
    assert taken.status_code == 201
    assert (taken.json()["ticket_id"], taken.json()["opened"]) == (1, False)
    again = dora.post("/v1/interactions", json=call | {"external_ref": "c-1"})
    assert (again.json()["repeated"], again.json()["ticket_id"]) == (True, 1)
    noted = tom.post("/v1/tickets/1/notes", json={"text": "Ring twice."})
    assert noted.json()["actor"] == "tom"
    kept = tom.post("/v1/tickets/1/attachments?name=../leak.html", content=PNG)
    assert kept.status_code == 201
    assert (kept.json()["name"], kept.json()["media_type"]) == ("leak.html.png", "image/png")
    line = tom.get("/v1/tickets/1/timeline").json()
    told = {each["kind"]: each["text"] for each in line}
    assert told["interaction"] == "The milk has gone off."
    assert (told["note"], told["attachment"]) == ("Ring twice.", "leak.html.png")
    assert {"state", "finding", "notice"} <= set(told)
    assert vera.get("/v1/tickets/1/timeline").status_code == 403
    household = dora.get("/v1/interactions?household_id=1").json()
    assert [each["text"] for each in household] == ["The milk has gone off."]


@pytest.mark.usefixtures("fresh_site")
def test_a_file_is_saved_and_never_shown(client: Make) -> None:
    tom = client("tom")
    number = tom.post("/v1/tickets/1/attachments?name=漏水.png", content=PNG).json()["id"]
    file = tom.get(f"/v1/tickets/1/attachments/{number}")
    assert file.content == PNG
    assert file.headers["content-type"] == "image/png"
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E6%BC%8F")
    assert file.headers["x-content-type-options"] == "nosniff"
    assert tom.get(f"/v1/tickets/2/attachments/{number}").status_code == 404


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"<html><script>alert(1)</script></html>", 422),
        (b"", 422),
        (PNG + bytes(10_000_001), 413),
    ],
)
def test_a_file_that_may_not_be_kept_is_refused(client: Make, content: bytes, status: int) -> None:
    answer = client("tom").post("/v1/tickets/1/attachments?name=a.png", content=content)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("user", "method", "path", "body", "status"),
    [
        ("vera", "POST", "/v1/tickets/1/notes", {"text": "x"}, 403),
        ("tom", "POST", "/v1/tickets/1/merge", {"into": 2, "into_version": 1}, 403),
        ("tom", "POST", "/v1/interactions", {"channel": "app", "text": "x"}, 403),
        ("dora", "POST", "/v1/interactions", {"channel": "smoke", "text": "x"}, 422),
        ("dora", "POST", "/v1/interactions", {"channel": "app", "text": "x"}, 422),
        ("dora", "POST", "/v1/tickets/1/merge", {"into": 2, "into_version": 1}, 428),
        ("paul", "POST", "/v1/tickets/1/notes", {"text": "x"}, 404),
        ("paul", "GET", "/v1/tickets/1/timeline", None, 404),
        ("paul", "POST", "/v1/tickets/2/merge", {"into": 1, "into_version": 1}, 404),
        ("paul", "PUT", "/v1/tickets/2/parent", {"parent_id": 1}, 404),
        ("paul", "GET", "/v1/interactions?household_id=1", None, 404),
        (
            "paul",
            "POST",
            "/v1/interactions",
            {"channel": "app", "text": "x", "serial": "RF-NORTH"},
            404,
        ),
        ("paul", "POST", "/v1/interactions", {"channel": "app", "text": "x", "ticket_id": 1}, 404),
    ],
)
def test_each_role_and_region_may_do_its_own(
    client: Make, user: str, method: str, path: str, body: dict[str, object] | None, status: int
) -> None:
    assert client(user).request(method, path, json=body).status_code == status


@pytest.mark.usefixtures("fresh_site")
def test_tickets_are_merged_taken_apart_split_and_grouped(client: Make) -> None:
    dora = client("dora")
    call = {"channel": "shop", "text": "It hums.", "serial": "RF-NORTH", "problem": "weak_airflow"}
    second = dora.post("/v1/interactions", json=call).json()["ticket_id"]
    version = dora.get("/v1/tickets/1").json()["version"]
    asked = {"into": 1, "into_version": version}
    merged = dora.post(f"/v1/tickets/{second}/merge", json=asked, headers=_tag(dora, second))
    assert (merged.status_code, merged.json()["id"], merged.json()["parts"]) == (200, 1, [second])
    assert dora.get(f"/v1/tickets/{second}").json()["merged_into"] == 1
    back = dora.post(f"/v1/tickets/{second}/unmerge", headers=_tag(dora, second))
    assert back.json()["state"] == "reopened"
    evidence = dora.get("/v1/tickets/1").json()["evidence"]
    chosen = {"problem": "ice_build_up", "evidence": [evidence[0]["id"]]}
    made = dora.post("/v1/tickets/1/split", json=chosen, headers=_tag(dora))
    assert (made.status_code, made.json()["problem"]) == (201, "ice_build_up")
    parent = {"parent_id": made.json()["id"]}
    grouped = dora.put("/v1/tickets/1/parent", json=parent, headers=_tag(dora))
    assert grouped.json()["parent_id"] == made.json()["id"]
    kinds = {each["kind"] for each in dora.get("/v1/tickets/1/timeline").json()}
    assert {"merged", "split", "grouped"} <= kinds


@pytest.mark.usefixtures("fresh_site")
def test_a_key_makes_a_report_once(client: Make) -> None:
    dora = client("dora")
    call = {"channel": "app", "text": "It hums.", "serial": "WH-NORTH"}
    key = {"Idempotency-Key": "k-1"}
    first = dora.post("/v1/interactions", json=call, headers=key).json()
    assert dora.post("/v1/interactions", json=call, headers=key).json() == first
    other = dora.post("/v1/interactions", json=call | {"text": "No."}, headers=key)
    assert other.status_code == 422


@pytest.mark.usefixtures("fresh_site")
def test_the_page_is_worked_on_by_forms_alone(browser: Make) -> None:
    dora = browser("dora")
    here = "/console/tickets/1"
    page = dora.get(here).text
    noted = dora.post(f"{here}/note", data=_fields(page, f"{here}/note") | {"text": "Ring <b>"})
    assert "Ring &lt;b&gt;" in noted.text
    fields = _fields(page, f"{here}/attachments")
    attached = dora.post(f"{here}/attachments", data=fields, files={"file": ("leak.png", PNG)})
    assert "leak.png" in attached.text
    (file,) = re.findall(rf'href="({here}/attachments/\d+)"', attached.text)
    assert dora.get(file).headers["content-disposition"].startswith("attachment")
    said = _fields(page, f"{here}/interaction") | {"channel": "hotline", "text": "It is urgent."}
    told = dora.post(f"{here}/interaction", data=said | {"direction": "inbound"})
    assert "It is urgent." in told.text
    assert "The customer got in touch (1)" in told.text
    answered = dora.post(f"{here}/interaction", data=said | {"direction": "outbound"})
    assert "We said" in answered.text
    (evidence,) = re.findall(r'name="evidence" value="([\d,]+)"', answered.text)[:1]
    split = _fields(answered.text, f"{here}/split")
    asked = split | {"problem": "ice_build_up", "evidence": evidence}
    made = dora.post(f"{here}/split", data=asked)
    assert "Ice" in made.text
    there = made.url.path
    stale = dora.post(f"{here}/split", data=asked)
    assert stale.status_code == 409
    assert "was changed by somebody else" in stale.text
    fields = _fields(made.text, f"{there}/merge")
    (into,) = re.findall(r'<option value="(1:\d+)">', made.text)
    merged = dora.post(f"{there}/merge", data=fields | {"into": into})
    assert merged.url.path == here
    assert "Took over ticket" in merged.text
    back = _fields(dora.get(there).text, f"{there}/unmerge")
    assert "Reopened" in dora.post(f"{there}/unmerge", data=back).text
    parent = _fields(dora.get(there).text, f"{there}/parent") | {"parent_id": "#1"}
    assert "Part of" in dora.post(f"{there}/parent", data=parent).text


@pytest.mark.usefixtures("fresh_site")
def test_a_customer_is_asked_on_the_page_and_the_question_stands_there(browser: Make) -> None:
    dora, here = browser("dora"), "/console/tickets/1"
    asked = _fields(dora.get(here).text, f"{here}/question") | {"words": "Is the floor <wet>?"}
    page = dora.post(f"{here}/question", data=asked).text
    assert "Is the floor &lt;wet&gt;?" in page
    assert "not answered on their page yet" in page
    (answer,) = re.findall(rf'action="({here}/questions/\d+/answer)"', page)
    told = _fields(page, answer) | {"text": "Yes, <all> of it", "channel": "hotline"}
    said = dora.post(answer, data=told).text
    assert "Yes, &lt;all&gt; of it" in said
    assert "not answered on their page yet" not in said
    twice = dora.post(answer, data=told)
    assert (twice.status_code, "has been answered" in twice.text) == (409, True)
    empty = dora.post(f"{here}/question", data=asked | {"words": " "})
    assert empty.status_code == 422
    assert "a question has 1 to 2000 characters" in empty.text
    tom = browser("tom")
    assert f'action="{here}/question"' not in tom.get(here).text
    own = re.findall(r'name="form_token" value="(\w+)"', tom.get(here).text)[0]
    assert tom.post(f"{here}/question", data={"form_token": own, "words": "?"}).status_code == 403
    assert tom.post(answer, data={"form_token": own, "text": "?"}).status_code == 403


def test_the_queue_and_the_page_say_why_a_ticket_is_urgent(browser: Make) -> None:
    dora = browser("dora")
    for page in (dora.get("/console/").text, dora.get("/console/tickets/1").text):
        assert "Severity: high (+40)" in page
        assert "Food may spoil (+15)" in page
    assert "食物可能变质（+15）" in dora.get("/console/tickets/1?lang=zh").text
    assert "RF-NORTH" in dora.get("/console/?origin=alert").text
    assert "RF-NORTH" not in dora.get("/console/?origin=customer").text


def test_a_viewer_sees_what_happened_but_not_what_was_said(browser: Make) -> None:
    page = browser("vera").get("/console/tickets/1").text
    assert "History" in page
    assert "Write it down" not in page
    assert "Split off another problem" not in page
