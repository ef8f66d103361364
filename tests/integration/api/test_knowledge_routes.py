"""The knowledge base over HTTP: for anybody, in both languages, and what it lacks for editors."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from api.allowance import Allowance, TooManyRequestsError

Make = Callable[..., httpx.Client]


def _ask(visitor: httpx.Client, **asked: str) -> httpx.Response:
    return visitor.get("/v1/knowledge", params=asked)


def test_a_code_is_answered_in_the_language_of_the_question_without_a_token(browser: Make) -> None:
    visitor = browser()
    english = _ask(visitor, q="E5", type="air_conditioner").json()
    assert english["language"] == "en"
    assert english["items"][0]["title"] == "Current too high, compressor switched off"
    chinese = _ask(visitor, q="空调E5")
    assert chinese.headers["content-language"] == "zh"
    (answer, *_) = chinese.json()["items"]
    assert (answer["type"], answer["name"]) == ("air_conditioner", "E5")
    assert answer["steps"][0] == "关机十分钟。"


def test_a_question_in_words_brings_causes_steps_and_when_to_call(browser: Make) -> None:
    (answer, *_) = _ask(browser(), q="washing mashine dosnt drian", language="zh").json()["items"]
    assert (answer["type"], answer["problem"]) == ("washing_machine", "drain")
    assert answer["causes"][0] == "排水泵过滤器被线屑或硬币堵塞"
    assert all([answer["steps"], answer["call"], answer["parts"], answer["codes"]])


@pytest.mark.usefixtures("fresh_site")
def test_what_is_not_found_is_counted_for_the_editors_and_settled(
    browser: Make, client: Make
) -> None:
    visitor = browser()
    for question in ("Colour of the moon?", "colour of the moon"):
        assert _ask(visitor, q=question).json()["items"] == []
    visitor.get("/knowledge", params={"q": "colour of the moon"})
    (kept,) = client("vera").get("/v1/knowledge/unanswered").json()
    assert (kept["question"], kept["asked"], kept["type"]) == ("colour of the moon", 3, "")
    settled = {"question": "colour of the moon"}
    assert client("dora").post("/v1/knowledge/unanswered/settled", json=settled).status_code == 403
    assert client("ada").post("/v1/knowledge/unanswered/settled", json=settled).status_code == 204
    assert client("ada").post("/v1/knowledge/unanswered/settled", json=settled).status_code == 404
    assert client("vera").get("/v1/knowledge/unanswered").json() == []


def test_the_editors_list_is_for_staff_and_an_unknown_type_is_told(browser: Make) -> None:
    assert browser().get("/v1/knowledge/unanswered").status_code == 401
    answer = _ask(browser(), q="E5", type="toaster")
    assert answer.status_code == 404
    assert "washing_machine" in answer.json()["hint"]
    assert _ask(browser(), q="").status_code == 422
    assert _ask(browser(), q="x" * 201).status_code == 422


def test_the_page_answers_anybody_and_shows_the_editors_list_to_staff_alone(browser: Make) -> None:
    public = browser().get("/knowledge", params={"q": "洗衣机不排水", "lang": "zh"}).text
    assert "洗衣机: 排水过慢" in public
    assert "何时联系我们" in public
    assert "HW-WM-PUMP-01" not in public
    assert "未找到答案的问题" not in public
    staff = browser("vera").get("/console/knowledge", params={"q": "leaks on the floor"}).text
    assert "Danger to people" in staff
    assert "Asked and not found" in staff
    assert "Nothing was found" in browser().get("/knowledge", params={"q": "moon"}).text


@pytest.mark.usefixtures("fresh_site")
def test_an_administrator_settles_a_question_on_the_page(browser: Make) -> None:
    _ask(browser(), q="colour of the moon")
    ada = browser("ada")
    page = ada.get("/console/knowledge").text
    assert "colour of the moon" in page
    token = page.partition('name="form_token" value="')[2].partition('"')[0]
    fields = {"form_token": token, "question": "colour of the moon"}
    after = ada.post("/console/knowledge/settled", data=fields)
    assert "Everything that was asked was found" in after.text


def test_who_asks_too_often_waits_and_nobody_else_does() -> None:
    allowance = Allowance(1)
    allowance.spend("192.0.2.1")
    with pytest.raises(TooManyRequestsError, match="too many"):
        allowance.spend("192.0.2.1")
    allowance.spend("192.0.2.2")
