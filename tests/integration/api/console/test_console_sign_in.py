"""Who may come in: a password, a link, a session; and forms from elsewhere are refused."""

from __future__ import annotations

import re

import pytest

from api import token
from api.console import session
from api.token import Purpose
from runtime.settings import Settings
from tests.integration.api.console.form_fields import Make, fields_of

PASSWORD = "correct horse battery"  # noqa: S105 - of users that live for a test


def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(browser: Make) -> None:
    visitor = browser()
    asked = visitor.get("/console/tickets/1?lang=zh")
    assert asked.url.path == "/console/sign-in"
    fields = {"name": "dora", "password": PASSWORD, "next": asked.url.params["next"]}
    entered = visitor.post("/console/sign-in", data=fields)
    assert entered.url.path == "/console/tickets/1"
    assert "制冷不足" in entered.text


def test_a_wrong_password_is_said_on_the_page(browser: Make) -> None:
    answer = browser().post("/console/sign-in", data={"name": "dora", "password": "no"})
    assert answer.status_code == 401
    assert "the name or the password is wrong" in answer.text


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test", "/console/\\evil"])
def test_signing_in_never_leads_to_another_site(browser: Make, target: str) -> None:
    fields = {"name": "dora", "password": PASSWORD, "next": target}
    answer = browser().post("/console/sign-in", data=fields)
    assert answer.url.path == "/console/"


def test_a_sign_in_from_another_site_is_refused(browser: Make) -> None:
    fields = {"name": "dora", "password": PASSWORD}
    answer = browser().post(
        "/console/sign-in", data=fields, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403


def test_a_link_signs_in_with_a_cookie_that_scripts_cannot_read(
    settings: Settings, browser: Make
) -> None:
    visitor = browser()
    link = token.enter_url(settings, str(visitor.base_url), "dora")
    answer = visitor.get(link, follow_redirects=False)
    assert answer.headers["location"] == "/console/"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]


def test_an_api_token_is_no_link(settings: Settings, browser: Make) -> None:
    other = token.issue(settings, "dora", Purpose.API)
    assert browser().get(f"/console/enter?token={other}").url.path == "/console/sign-in"


def test_signing_out_forgets_the_session(browser: Make) -> None:
    dora = browser("dora")
    form_token = re.search(r'name="form_token" value="(\w+)"', dora.get("/console/").text)
    assert form_token
    dora.post("/console/sign-out", data={"form_token": form_token[1]})
    assert session.COOKIE not in dora.cookies
    assert dora.get("/console/").url.path == "/console/sign-in"


@pytest.mark.parametrize("given", [{}, {"form_token": "f" * 64}, {"form_token": "é"}])
def test_a_form_from_elsewhere_is_refused(browser: Make, given: dict[str, str]) -> None:
    dora = browser("dora")
    fields = {"state": "triaged", "version": "1", "assignee": "eve", **given}
    assert dora.post("/console/tickets/1", data=fields).status_code == 403
    assert "nobody yet" in dora.get("/console/tickets/1").text


def test_a_form_of_another_session_is_refused(browser: Make) -> None:
    fields = fields_of(browser("ada").get("/console/tickets/1").text, "triaged")
    answer = browser("dora").post("/console/tickets/1", data=fields | {"assignee": "eve"})
    assert answer.status_code == 403


def test_pages_may_load_from_here_only(browser: Make) -> None:
    answer = browser("dora").get("/console/")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<script>|\son\w+=|https?://(?!127\.0\.0\.1)", answer.text)


@pytest.mark.parametrize(
    "path",
    ["bokeh/js/bokeh.min.js", "console.css", "queue.js", "charts.js", "icon.svg"],
)
def test_what_pages_need_is_served(browser: Make, path: str) -> None:
    assert browser().get(f"/static/{path}").status_code == 200
