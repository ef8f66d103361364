"""Every route: who may ask it, and for whom what it names does not exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI
from psycopg import sql

from api import user
from api.user import Role
from devices.catalogue.folder import Catalogue
from storage.pool import Connection
from tests.integration.api import every_route, northern
from tests.integration.api.every_route import OPEN_ENDED, Route
from tests.integration.api.site import Site
from tests.integration.api.small_world import PASSWORD

ROUTES = every_route.table()
STAFF = [each for each in ROUTES.values() if each.role != "customer" and each.name != OPEN_ENDED]
NAMES = {"viewer": "vera", "technician": "tom", "dispatcher": "dora", "admin": "ada"}
PARTNER = "petra"
"""An administrator who sees the south only: no role keeps her from anything."""
OF_THE_NORTH = re.compile(
    r"north|Lotus|lin@home|Lin &lt;|Lin <|Lin Mei|\bC-1\b|\bH-1\b", re.IGNORECASE
)
NONE_ALIKE = ("/duplicates", "/dismissals")
"""Of the small world's homes no two look like one, so there is none to tell apart."""
FORM_TOKEN = re.compile(r'name="form_token" value="(\w+)"')


@dataclass
class Asking:
    """Users, each with a client of the API and a browser, opened when they are asked for."""

    site: Site
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        name: str,
        route: Route,
        ids: Mapping[str, object],
        token: str = "",
        of_path: Mapping[str, object] | None = None,
    ) -> httpx.Response:
        """Ask a route as a user; as nobody if the name is empty."""
        client = self._client(name, browser=route.in_console)
        return route.ask(client, ids, token or self.tokens.get(name, ""), of_path)

    def _client(self, name: str, *, browser: bool) -> httpx.Client:
        key = f"{name}:{browser}"
        if key not in self.clients:
            opened = self.site.signed_in(name) if name and not browser else None
            self.clients[key] = opened or self.site.browser(name or None)
            if browser and name:
                page = self.clients[key].get("/console/visits").text
                self.tokens[name] = FORM_TOKEN.findall(page)[0]
        return self.clients[key]


@pytest.fixture
def asking(fresh_site: Site) -> Iterator[Asking]:
    made = Asking(fresh_site)
    yield made
    for each in made.clients.values():
        each.close()


@pytest.fixture
def north(fresh_site: Site, world: Connection, catalogue: Catalogue) -> dict[str, object]:
    """Ids of the north; and Petra, who must not learn of them."""
    user.add(world, PARTNER, PASSWORD, Role.ADMIN, "south")
    return northern.furnish(fresh_site, world, catalogue)


def everything(world: Connection) -> dict[str, object]:
    """A fingerprint of each table but the log of who saw what."""
    world.rollback()
    tables = world.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'hearthwatch' AND tablename <> 'audit'"
    ).fetchall()
    found = {}
    for (name,) in tables:
        rows = world.execute(
            sql.SQL(
                "SELECT md5(string_agg(row::text, ';' ORDER BY row::text)) FROM {} AS row"
            ).format(sql.Identifier("hearthwatch", str(name)))
        )
        found[str(name)] = rows.fetchall()[0][0]
    world.rollback()
    return found


def test_every_route_stands_in_the_table_with_the_role_it_needs(
    fresh_application: FastAPI,
) -> None:
    assert set(every_route.names(fresh_application)) == set(ROUTES)


def test_whoever_may_not_is_refused_and_nothing_changes(
    asking: Asking, north: dict[str, object], world: Connection
) -> None:
    before = everything(world)
    let_in = {}
    for route in STAFF:
        if route.role == "nobody":
            continue
        status = asking.ask("", route, north).status_code
        if status != (303 if route.in_console else 401):
            let_in[f"nobody: {route.name}"] = status
        lower = list(Role)[: list(Role).index(Role(route.role))][-1:]
        for each in lower:
            status = asking.ask(NAMES[each], route, north).status_code
            if status != 403:
                let_in[f"{each}: {route.name}"] = status
    assert let_in == {}
    assert everything(world) == before


def test_a_form_that_is_not_of_ones_own_page_is_refused_and_changes_nothing(
    asking: Asking, north: dict[str, object], world: Connection
) -> None:
    asking.ask("dora", ROUTES["GET /console/visits"], north)
    before = everything(world)
    forms = [each for each in STAFF if each.in_console and each.method == "POST" and each.form]
    let_in = {
        f"{whose}: {route.name}": answer.status_code
        for route in forms
        if route.path != "/console/sign-in"
        for whose, token in (("nobody's", "x"), ("dora's", asking.tokens["dora"]))
        if (answer := asking.ask("ada", route, north, token)).status_code != 403
    }
    assert let_in == {}
    assert everything(world) == before


def test_for_a_partner_nothing_of_another_region_exists(
    asking: Asking, north: dict[str, object], world: Connection
) -> None:
    before = everything(world)
    nobodys, south = northern.nobodys(north), northern.of_the_south(world)
    told = {}
    for route in STAFF:
        if not route.named or route.exempt or route.everywhere:
            continue
        for own in (None, south) if route.named_twice else (None,):
            of_north, of_nobody = (
                asking.ask(PARTNER, route, ids, of_path=own) for ids in (north, nobodys)
            )
            expected = of_nobody.text
            for name, each in nobodys.items():
                expected = expected.replace(str(each), str(north[name]))
            if (of_north.status_code, of_north.text) != (of_nobody.status_code, expected):
                told[route.name] = (of_north.text[-300:], expected[-300:])
    assert told == {}
    assert everything(world) == before


def test_what_belongs_to_no_region_is_no_partners(asking: Asking, north: dict[str, object]) -> None:
    kept = [each for each in STAFF if each.everywhere]
    answers = {each.name: asking.ask(PARTNER, each, north).status_code for each in kept}
    assert answers == dict.fromkeys(answers, 403)
    assert len(answers) > 5


def test_whoever_may_is_let_in_and_finds_it(asking: Asking, north: dict[str, object]) -> None:
    wrong = {}
    for route in STAFF:
        if route.role == "nobody":
            continue
        status = asking.ask(NAMES[route.role], route, north).status_code
        missing = status == 404 and not (route.exempt or route.path.endswith(NONE_ALIKE))
        if status in {401, 403} or status >= 500 or missing:
            wrong[route.name] = status
    assert wrong == {}


def test_what_a_partner_reads_has_nothing_of_another_region_in_it(
    asking: Asking, north: dict[str, object]
) -> None:
    lists = [each for each in STAFF if each.method == "GET" and "{" not in each.path]
    lists.remove(ROUTES["GET /v1/openapi.json"])
    told, seen_by_all = {}, []
    for route in lists:
        answer = asking.ask(PARTNER, route.unfiltered, north)
        said = OF_THE_NORTH.search(answer.text)
        if said and route.path != "/metrics":
            told[route.name] = answer.text[max(said.start() - 80, 0) : said.end() + 80]
        if OF_THE_NORTH.search(asking.ask("ada", route.unfiltered, north).text):
            seen_by_all.append(route.name)
    assert told == {}
    assert len(seen_by_all) > 20, json.dumps(seen_by_all)
