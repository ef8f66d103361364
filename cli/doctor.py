"""Is everything reachable, migrated, fresh and healthy; and if not, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import typer

from cli import running
from cli.start import AsJson, begin, out, print_json
from customers.secrecy import data_key, master_keys
from devices import dead_letter, watermark
from devices.catalogue import folder
from ingest import orphan, session
from runtime import clock
from runtime.broker import BrokerAddress
from runtime.errors import ConfigurationError, HearthwatchError
from runtime.settings import Settings
from simulator.publisher import Publisher
from storage import capability, database, migration, pool
from storage.pool import Connection
from tickets import backlog
from tickets.outside import lag
from tickets.outside.lag import Lag

FRESH = timedelta(minutes=10)
SILENT = timedelta(minutes=2)
"""A worker that has said nothing for so long is gone: with nothing to do it speaks every 5 s."""


HOUR_S = 3600.0
"""A receiver that is away for less is being restarted, and gets all of it by itself."""


class UntoldError(HearthwatchError):
    """Events that other systems do not hear of."""

    title = "Webhooks that are not told"


class OrphansError(HearthwatchError):
    """Sessions at the broker whose workers are gone."""

    title = "Orphaned sessions"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    healthy: bool
    detail: str
    remedy: str = ""


def doctor(*, as_json: AsJson = False) -> None:
    """Look at everything and say what to do; exit with 1 if something is wrong.

    Example: hearthwatch doctor
    """
    findings = list(examine(running.beside(begin())))
    for finding in findings:
        mark = "[green]ok [/]" if finding.healthy else "[red]BAD[/]"
        out.print(f"{mark} {finding.what}: {finding.detail}")
        if not finding.healthy:
            out.print(f"    {finding.remedy}", markup=False)
    if as_json:
        print_json({finding.what: finding.healthy for finding in findings})
    if not all(finding.healthy for finding in findings):
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at one thing after the other."""
    yield _tried("catalogue", lambda: f"{len(folder.load(settings.catalogue))} appliance types")
    yield _tried("broker", lambda: _reach_broker(settings))
    try:
        with database.opened(settings) as url, pool.connect(url) as connection:
            yield from _examine_database(connection, settings)
    except Exception as error:  # noqa: BLE001 - whatever it is, the doctor tells it
        remedy = "check HEARTHWATCH_DATABASE_URL"
        yield Finding("database", healthy=False, detail=str(error).strip(), remedy=remedy)


def _examine_database(connection: Connection, settings: Settings) -> Iterator[Finding]:
    yield Finding("database", healthy=True, detail=capability.detect(connection).value)
    missing = migration.pending(connection)
    yield Finding(
        "migrations",
        not missing,
        f"lacks {', '.join(missing)}" if missing else "up to date",
        "run `hearthwatch migrate`",
    )
    if missing:
        return
    yield _tried("master keys", lambda: look_for_master_keys(connection))
    reached = watermark.current(connection)
    now = clock.from_setting(settings.clock).now()
    yield Finding(
        "ingest",
        reached is not None and now - reached < FRESH,
        f"has come to {reached:%Y-%m-%d %H:%M} UTC" if reached else "has stored nothing yet",
        "is `hearthwatch ingest` running, and do appliances report?",
    )
    yield _tried("orphaned sessions", lambda: _look_for_orphans(connection, settings))
    waiting = backlog.waiting(connection, folder.load(settings.catalogue))
    yield Finding("watch", waiting < 1000, f"{waiting} to judge", "run `hearthwatch watch`")  # noqa: PLR2004 - a second's work
    yield _tried("webhooks", lambda: look_for_webhooks(connection))
    letters = dead_letter.counts(connection)
    told = ", ".join(f"{number} {reason}" for reason, number in letters.items())
    detail = f"{told}; see `hearthwatch dead-letters list`" if letters else "none"
    yield Finding("dead letters", healthy=True, detail=detail)


def look_for_webhooks(connection: Connection) -> str:
    """Whether other systems hear what happens."""
    unsent = timedelta(seconds=round(lag.unsent_s(connection)))
    if unsent > FRESH:
        raise UntoldError(
            f"what could be sent has waited for {unsent}", hint="is `hearthwatch work` running?"
        )
    lags = lag.of_all(connection)
    wrong = [_trouble(each) for each in lags if each.state == "disabled" or each.failing_s > HOUR_S]
    if wrong:
        raise UntoldError(
            "; ".join(wrong),
            hint="the console's page Webhooks shows what they answer; a PATCH of state to active "
            "tries one again (docs/integration.md)",
        )
    return f"{len(lags)}, {sum(each.waiting for each in lags):,} events wait" if lags else "none"


def _trouble(each: Lag) -> str:
    if each.state == "disabled":
        return f"{each.name} is disabled: {each.reason}"
    return f"{each.name} has taken nothing for {timedelta(seconds=round(each.failing_s))}"


def look_for_master_keys(connection: Connection) -> str:
    """Whether this process can open what all others sealed."""
    ring, used = master_keys.current(), data_key.masters(connection)
    strange = sorted(set(used) - set(ring.keys))
    if strange:
        raise ConfigurationError(
            f"{sum(used[name] for name in strange):,} keys of households and contacts are wrapped "
            f"by {', '.join(strange)}, which this process has not",
            hint="add what is missing to HEARTHWATCH_MASTER_KEYS, after the current key",
        )
    old = sum(number for name, number in used.items() if name != ring.current)
    rest = f"; {old:,} wait for `hearthwatch privacy rotate`" if old else ""
    return f"{sum(used.values()):,} keys, all of which open{rest}"


def _look_for_orphans(connection: Connection, settings: Settings) -> str:
    """Ask the broker for the sessions of workers that are gone; one at work must not be asked for.

    To ask is to connect by its name, which cuts off whoever else is.
    """
    if settings.idle_after_s == 0:
        return "not looked for: idle workers say nothing where HEARTHWATCH_IDLE_AFTER_S is 0"
    address = BrokerAddress.parse(settings.mqtt_url)
    silent = orphan.silent(connection, clock.WallClock().now() - SILENT)
    found = [name for name in silent if session.exists(address, orphan.client_id(name))]
    if found:
        raise OrphansError(
            f"the broker collects readings for {', '.join(found)}, and nobody takes them",
            hint="start `hearthwatch ingest`, which takes over ingest-1, ingest-2 and so on; for "
            "another name `hearthwatch ingest --worker NAME`, or, if it shall be no more, that "
            "with --retire",
        )
    return f"none of {len(silent)} workers that are gone has one"


def _reach_broker(settings: Settings) -> str:
    with Publisher(BrokerAddress.parse(settings.mqtt_url), "hearthwatch-doctor"):
        return "reachable"


def _tried(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, healthy=True, detail=look())
    except HearthwatchError as error:
        return Finding(what, healthy=False, detail=error.message, remedy=error.hint or "")
