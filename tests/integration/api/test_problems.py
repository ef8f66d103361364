"""What a request that fails is answered with."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from storage.pool import Connection, Pool

Make = Callable[..., httpx.Client]


def test_something_unknown_is_a_problem_document(client: Make) -> None:
    answer = client("vera").get("/v1/tickets/9999")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not found",
        "status": 404,
        "detail": "there is no ticket 9999",
        "instance": "/v1/tickets/9999",
    }


def test_a_wrong_parameter_is_named(client: Make) -> None:
    answer = client("vera").get("/v1/tickets", params={"limit": 100_000})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "query.limit"


def test_an_unknown_address_and_a_wrong_method_are_problems_too(client: Make) -> None:
    vera = client("vera")
    assert vera.get("/v1/nothing").json()["status"] == 404
    wrong = vera.delete("/v1/tickets/1")
    assert wrong.json()["status"] == 405
    assert "GET" in wrong.headers["allow"]


@pytest.mark.parametrize(
    "params", [{"cursor": "%%"}, {"cursor": "YWxlcnQ6MQ=="}, {"serial": "a\0b"}]
)
def test_values_that_nobody_can_use_are_refused(client: Make, params: dict[str, str]) -> None:
    answer = client("vera").get("/v1/tickets", params=params)
    assert answer.status_code == 422
    assert answer.json()["title"] == "Invalid value"


def test_a_commit_that_fails_is_not_answered_with_success(client: Make, world: Connection) -> None:
    # A check that PostgreSQL makes only when the transaction commits.
    world.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RAISE EXCEPTION ''the secret reason''; END'"
    )
    world.execute(
        "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON hearthwatch.ticket_changes"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()"
    )
    world.commit()
    dora = client("dora")
    tag = dora.get("/v1/tickets/1").headers["etag"]
    answer = dora.post(
        "/v1/tickets/1/transitions",
        json={"state": "triaged", "assignee": "tom"},
        headers={"If-Match": tag},
    )
    assert answer.status_code == 500
    assert answer.headers["connection"] == "close"
    assert "secret" not in answer.text
    assert dora.get("/v1/tickets/1").json()["state"] == "new"


def test_a_database_that_is_away_is_said_to_be_so(served_pool: Pool, client: Make) -> None:
    vera = client("vera")
    served_pool.close()
    answer = vera.get("/v1/tickets")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert vera.get("/healthz").status_code == 200


def test_in_the_console_a_failure_is_a_page(browser: Make) -> None:
    answer = browser("dora").get("/console/tickets/9999")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "there is no ticket 9999" in answer.text
