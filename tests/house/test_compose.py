"""docker-compose.yml: valid, complete, bounded, and without a secret in it."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from cli.main import app
from ingest import workers
from runtime import metrics
from runtime.settings import Settings

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: each for name, each in SERVICES.items() if "build" in each}
ENDS_BY_ITSELF = {"migrate", "credentials", "operator"}
LASTING = sorted(set(SERVICES) - ENDS_BY_ITSELF)
SCHEMA_CHECKER = "check_jsonschema"
"""A package that ships the Compose specification's JSON schema; it is not ours to copy."""


@pytest.mark.skipif(
    importlib.util.find_spec(SCHEMA_CHECKER) is None and "HEARTHWATCH_TEST_FULL" not in os.environ,
    reason="the package check-jsonschema is not installed",
)
def test_the_file_follows_the_compose_schema() -> None:
    checked = subprocess.run(
        [sys.executable, "-m", SCHEMA_CHECKER, "--builtin-schema", "vendor.compose-spec", FILE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_everything_that_the_design_runs_is_there() -> None:
    expected = {"broker", "database", "migrate", "ingest", "watch", "work", "serve"}
    assert expected <= set(SERVICES)


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_services_command_is_one_of_ours(name: str) -> None:
    command = get_command(app)
    for word in OURS[name]["command"]:
        if word.startswith("-"):
            names = {each for option in command.params for each in option.opts}
            assert word.partition("=")[0] in names
        else:
            command = getattr(command, "commands", {})[word]


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_services_environment_and_secrets_are_settings(name: str) -> None:
    known = {f"hearthwatch_{field}" for field in Settings.model_fields}
    assert {each.lower() for each in OURS[name]["environment"]} <= known
    targets = {target for _, target in _secrets(OURS[name])}
    assert {each for each in targets if each.startswith("hearthwatch_")} <= known


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_has_a_health_check_a_bound_and_a_restart(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert service["restart"] == "unless-stopped"
    assert service["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_refers_to_what_there_is(name: str) -> None:
    service = SERVICES[name]
    for other, condition in service.get("depends_on", {}).items():
        wants_end = condition["condition"] == "service_completed_successfully"
        assert wants_end == (other in ENDS_BY_ITSELF)
        assert wants_end or "healthcheck" in SERVICES[other]
    assert {source for source, _ in _secrets(service)} <= set(COMPOSE["secrets"])
    for source, _, _ in (each.partition(":") for each in service.get("volumes", ())):
        made_by_prepare = source == "./deploy/certificates"
        assert made_by_prepare or source in COMPOSE["volumes"] or (ROOT / source).exists()


def test_only_the_brokers_tls_port_is_open_to_others() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == ["8883:8883"]


def test_no_secret_stands_in_the_file_or_in_an_environment() -> None:
    assert "$" not in FILE.read_text(encoding="utf-8")
    assert all(set(each) == {"environment"} for each in COMPOSE["secrets"].values())


def test_prometheus_asks_each_process_where_it_answers() -> None:
    text = (ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    jobs = {job["job_name"]: job for job in yaml.safe_load(text)["scrape_configs"]}
    for name in ("ingest", "watch", "work", "serve"):
        targets = jobs[name]["static_configs"][0]["targets"]
        asked = [f"{name}:{port}" for port in re.findall(r"127\.0\.0\.1:(\d+)/", _check(name))]
        assert targets == asked


def test_a_port_is_open_for_each_ingest_worker() -> None:
    (number,) = re.findall(r"--workers=(\d+)", " ".join(SERVICES["ingest"]["command"]))
    settings = Settings(
        metrics_port=int(SERVICES["ingest"]["environment"]["HEARTHWATCH_METRICS_PORT"])
    )
    ports = [str(metrics.port(settings, each)) for each in workers.names(int(number))]
    assert SERVICES["ingest"]["expose"] == ports
    assert all(f"127.0.0.1:{port}/" in _check("ingest") for port in ports)


def _check(name: str) -> str:
    return str(SERVICES[name]["healthcheck"]["test"][-1])


def _secrets(service: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each secret of a service: its name in the file, and the name that the process sees."""
    for each in service.get("secrets", ()):
        yield (each, each) if isinstance(each, str) else (each["source"], each["target"])
