"""The dashboard shows metrics that there are, from the source that is provisioned."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from prometheus_client import REGISTRY, CollectorRegistry

from api import state_metrics
from runtime import metrics
from storage.pool import Connection

GRAFANA = Path(__file__).parents[3] / "deploy" / "grafana"
DASHBOARD = json.loads((GRAFANA / "dashboards" / "hearthwatch.json").read_text(encoding="utf-8"))
SAMPLES = {
    "counter": ("_total",),
    "gauge": ("",),
    "histogram": ("_bucket", "_sum", "_count"),
}
METRIC = re.compile(r"\b(?:hearthwatch|process)_\w+")


def _names(registry: CollectorRegistry) -> Iterator[str]:
    for family in registry.collect():
        yield from (family.name + ending for ending in SAMPLES.get(family.type, ()))


def _targets() -> Iterator[dict[str, Any]]:
    for panel in DASHBOARD["panels"]:
        yield from panel.get("targets", ())


def test_every_metric_of_the_dashboard_exists(connection: Connection) -> None:
    assert metrics.MESSAGES_RECEIVED
    known = {*_names(REGISTRY), *_names(state_metrics.registry(connection))}
    shown = [name for target in _targets() for name in METRIC.findall(target["expr"])]
    assert len(shown) > 20
    assert sorted(set(shown) - known) == []


def test_every_metric_of_ours_is_on_the_dashboard(connection: Connection) -> None:
    expressions = " ".join(target["expr"] for target in _targets())
    families = [*REGISTRY.collect(), *state_metrics.registry(connection).collect()]
    ours = {each.name for each in families if each.name.startswith("hearthwatch_")}
    # How ingest's messages ended, counted since ever: the rates by outcome are there already.
    assert {name for name in ours if name not in expressions} == {
        "hearthwatch_state_ingest_messages"
    }


def test_panels_have_their_own_place_and_the_provisioned_source() -> None:
    text = (GRAFANA / "provisioning" / "datasources" / "prometheus.yml").read_text()
    (source,) = yaml.safe_load(text)["datasources"]
    assert {target["datasource"]["uid"] for target in _targets()} == {source["uid"]}
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    places = [
        (x, y)
        for place in (panel["gridPos"] for panel in DASHBOARD["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(places)) == len(places)
    assert all(0 <= x < 24 for x, _ in places)


def test_parentheses_and_braces_of_every_query_close() -> None:
    for target in _targets():
        for opening, closing in ("()", "{}", "[]"):
            assert target["expr"].count(opening) == target["expr"].count(closing)
