"""Every route of the application with the role that it needs and a request that it takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import yaml
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

_TABLE = Path(__file__).with_suffix(".yaml")
_PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")
OPEN_ENDED = "GET /console/queue/events"
"""Answers for as long as somebody listens; what it sends is asked of the queue."""


@dataclass(frozen=True)
class Route:
    """A route as the table has it."""

    method: str
    path: str
    role: str
    """The lowest that may; `nobody` needs none, and `customer` a link."""
    means: Mapping[str, str] = field(default_factory=dict)
    """What an id of the path names, where its name does not say it."""
    everywhere: bool = False
    """Only for who sees every region."""
    exempt: str = ""
    """Why what its ids name is of no region."""
    body: Any = None
    """To be sent as JSON."""
    form: Mapping[str, Any] | None = None
    files: Mapping[str, str] | None = None
    text: str | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As the table calls it."""
        return f"{self.method} {self.path}"

    @property
    def in_console(self) -> bool:
        """Whether people open it with a session, not programs with a token."""
        return self.path.startswith("/console")

    @property
    def named(self) -> bool:
        """Whether it is asked about something by an id."""
        asked = json.dumps([self.path, self.body, self.form, self.query])
        return _PLACE.search(asked) is not None

    @property
    def unfiltered(self) -> Route:
        """The same without what its list is narrowed to."""
        kept = {name: value for name, value in self.query.items() if "{" not in value}
        return replace(self, query=kept)

    @property
    def named_twice(self) -> bool:
        """Whether it is asked about one thing by its address, and another by what it is told."""
        asked = json.dumps([self.body, self.form])
        return _PLACE.search(self.path) is not None and _PLACE.search(asked) is not None

    def ask(
        self,
        client: httpx.Client,
        ids: Mapping[str, object],
        form_token: str = "",
        of_path: Mapping[str, object] | None = None,
    ) -> httpx.Response:
        """Send the request with these ids where it names something, and others in its address."""
        files = self.files or {}
        form = None if self.form is None else {**self.form, "form_token": form_token}
        meant = {name: ids[each] for name, each in self.means.items()}
        path = {**ids, **meant, **(of_path or {})}
        return client.request(
            self.method,
            _filled(self.path, path),
            json=_filled(self.body, ids),
            data=_filled(form, ids),
            content=_filled(self.text, ids),
            files={name: ("a.txt", each.encode()) for name, each in files.items()} or None,
            params=_filled(dict(self.query), ids),
            headers=dict(self.headers),
            follow_redirects=False,
        )


def table() -> dict[str, Route]:
    """The routes as the table has them, in its order."""
    kept: dict[str, dict[str, Any]] = yaml.safe_load(_TABLE.read_text())
    made = (
        Route(*name.split(" "), **(told if isinstance(told, dict) else {"role": told}))
        for name, told in kept.items()
    )
    return {each.name: each for each in made}


def names(application: FastAPI) -> Iterator[str]:
    """The routes as the application has them."""
    for each in iter_route_contexts(application.routes):
        if each.endpoint is not None and each.path is not None:
            yield from (f"{method} {each.path}" for method in (each.methods or ()))


def _filled(asked: Any, ids: Mapping[str, object]) -> Any:  # noqa: ANN401 - whatever JSON can be
    """The same with ids where it has their names; a value that is only a name keeps its type."""
    if isinstance(asked, Mapping):
        return {name: _filled(value, ids) for name, value in asked.items()}
    if isinstance(asked, list):
        return [_filled(value, ids) for value in asked]
    if not isinstance(asked, str):
        return asked
    whole = _PLACE.fullmatch(asked)
    return ids[whole[1]] if whole else _PLACE.sub(lambda found: str(ids[found[1]]), asked)
