"""The small world served: one site that all tests share and read, or one of a test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from api import app, door
from api.house import House
from devices.catalogue.folder import Catalogue
from runtime.clock import SetClock
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import pool
from storage.pool import Connection, Pool
from tests.databases import copied
from tests.integration.api.site import Site
from tests.integration.api.small_world import NOW, seed


@pytest.fixture(scope="session")
def seeded_template(server_url: str, template: str, catalogue: Catalogue) -> Iterator[str]:
    """A database with the small world in it, made once and copied for each test."""
    with copied(server_url, template) as url:
        with pool.connect(url) as connection:
            seed(connection, catalogue)
            name = connection.info.dbname
        yield name


@pytest.fixture
def world_url(server_url: str, seeded_template: str) -> Iterator[str]:
    with copied(server_url, seeded_template) as url:
        yield url


@pytest.fixture
def world(world_url: str) -> Iterator[Connection]:
    """A connection to the database that the API serves; commit what it shall see."""
    with pool.connect(world_url) as connection:
        yield connection


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("home"), secret_key="k" * 40)


@pytest.fixture
def served_pool(world_url: str) -> Iterator[Pool]:
    """The pool that the API works with."""
    opened = pool.open_pool(world_url)
    yield opened
    opened.close()


@contextmanager
def _serving(
    application: FastAPI, opened: Pool, like: House, *, shared: bool = False
) -> Iterator[Site]:
    house = replace(like, pool=opened, clock=SetClock(NOW), stop=Stop())
    app.furnish(application, house)
    with door.serving(application, "127.0.0.1", 0, house.stop) as address:
        yield Site(address, house.settings, shared)


@pytest.fixture(scope="session")
def fresh_application(
    settings: Settings, catalogue: Catalogue, server_url: str
) -> Iterator[FastAPI]:
    """One for all fresh sites, one after the other: a third of a second goes into its routes."""
    opened = pool.open_pool(server_url)
    yield app.create(settings, catalogue, opened, SetClock(NOW))
    opened.close()


@pytest.fixture
def fresh_site(fresh_application: FastAPI, served_pool: Pool, settings: Settings) -> Iterator[Site]:
    """A site of the test's own, which it may change."""
    like = replace(fresh_application.state.house, settings=settings)
    with _serving(fresh_application, served_pool, like) as made:
        yield made


@pytest.fixture(scope="session")
def shared_site(
    server_url: str, seeded_template: str, settings: Settings, catalogue: Catalogue
) -> Iterator[Site]:
    """A site for all tests that only read."""
    with copied(server_url, seeded_template) as url:
        opened = pool.open_pool(url)
        application = app.create(settings, catalogue, opened, SetClock(NOW))
        with _serving(application, opened, application.state.house, shared=True) as made:
            yield made
        opened.close()


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Site:
    """The shared site, unless the test asks for anything of a fresh one."""
    own = {"world", "served_pool", "fresh_site"} & set(request.fixturenames)
    made: Site = request.getfixturevalue("fresh_site" if own else "shared_site")
    return made


@pytest.fixture
def client(site: Site) -> Iterator[Callable[[str], httpx.Client]]:
    """Makes API clients by user name, and closes them."""
    made: list[httpx.Client] = []

    def make(name: str) -> httpx.Client:
        made.append(site.signed_in(name))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def browser(site: Site) -> Iterator[Callable[..., httpx.Client]]:
    """Makes browsers, signed in by link if a user is named, and closes them."""
    made: list[httpx.Client] = []

    def make(name: str | None = None) -> httpx.Client:
        made.append(site.browser(name))
        return made[-1]

    yield make
    for each in made:
        each.close()
