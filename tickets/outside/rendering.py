"""Fills in a mapping: the request that an event becomes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from jinja2 import TemplateError

from runtime.errors import InvalidError
from tickets.outside.mapping import EXPRESSIONS, Body, Chosen, Outline, Outward
from tickets.outside.posting import Request

Facts = Mapping[str, Any]
"""What templates read: `event`, `ticket`, `external_id`, `own`."""
JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class UnfitError(InvalidError):
    """An event that a mapping cannot be filled in with."""

    title = "Mapping does not fit"


def render(mapping: Outward, outline: Outline, base_url: str, facts: Facts) -> Request:
    """The request; UnfitError names the field that could not be filled in."""
    told = {**facts, "own": mapping.constants}
    path = _text(outline.path, told, "path")
    headers = {
        name: _text(value, told, f"headers.{name}") for name, value in outline.headers.items()
    }
    body = _value(mapping, outline.body, told, "body")
    return Request(
        outline.method,
        _joined(base_url, path),
        JSON | headers,
        json.dumps(body, ensure_ascii=False).encode(),
    )


def _joined(base_url: str, path: str) -> str:
    """The path on the endpoint's own host, whatever a template wrote into it."""
    joined = urljoin(base_url, path)
    if urlsplit(joined)[:2] != urlsplit(base_url)[:2]:
        raise UnfitError(f"path: {path!r} leads to another host")
    return joined


def _value(mapping: Outward, body: Body, told: Facts, place: str) -> Any:  # noqa: ANN401 - JSON
    if isinstance(body, Chosen):
        return _chosen(mapping, body, told, place)
    if isinstance(body, str):
        return _text(body, told, place)
    if isinstance(body, list):
        return [_value(mapping, each, told, f"{place}.{n}") for n, each in enumerate(body)]
    if isinstance(body, dict):
        values = {
            name: _value(mapping, each, told, f"{place}.{name}") for name, each in body.items()
        }
        return {name: value for name, value in values.items() if value not in (None, "")}
    return body


def _chosen(mapping: Outward, chosen: Chosen, told: Facts, place: str) -> Any:  # noqa: ANN401 - JSON
    value: Any = told
    for name in chosen.of.split("."):
        if not isinstance(value, Mapping) or name not in value:
            raise UnfitError(f"{place}: there is no {chosen.of!r}")
        value = value[name]
    if chosen.by is None:
        return chosen.default if value is None else value
    known = mapping.values[chosen.by].get(str(value), chosen.default)
    if known is None:
        raise UnfitError(
            f"{place}: values.{chosen.by} has nothing for {value!r}", hint="add it, or a default"
        )
    return known


def _text(template: str, told: Facts, place: str) -> str:
    try:
        return EXPRESSIONS.from_string(template).render(told)
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise UnfitError(f"{place}: {error}") from error


def external_id_of(outline: Outline, answer: bytes) -> str | None:
    """The id of the record by the answer to its creation; None if it holds none."""
    if outline.external_id is None:
        return None
    try:
        value = json.loads(answer)
    except ValueError:
        return None
    for name in outline.external_id.split("."):
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return str(value) if isinstance(value, str | int) and value != "" else None
