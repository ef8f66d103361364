"""collectd from Debian: its mqtt plugin in, its postgresql plugin out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import LiteralString

from benchmarks.peers import readings
from benchmarks.peers.peer import Peer, Place
from storage import pool

PROGRAM = Path("usr/sbin/collectd")
PLUGINS = "usr/lib/collectd"
FILTER = "collectd/#"
FUNCTION: LiteralString = "bench_insert"
PARAMETERS = "$1, $2, $3, $4, $5, $6, $7, $8, $9"
"""Time, host, plugin, its instance, type, its instance, names, kinds, values; all as text."""
CONFIGURATION = """Hostname "bench"
FQDNLookup false
BaseDir "{folder}"
PIDFile "{folder}/collectd.pid"
PluginDir "{plugins}"
TypesDB "{folder}/types.db"
Interval 3600
WriteThreads 2
LoadPlugin logfile
LoadPlugin mqtt
LoadPlugin postgresql
<Plugin logfile>
  LogLevel warning
  File stderr
</Plugin>
<Plugin mqtt>
  <Subscribe "bench">
    Host "127.0.0.1"
    Port {port}
    ClientId "bench-collectd"
    QoS 1
    CleanSession false
    Topic "{filter}"
  </Subscribe>
</Plugin>
<Plugin postgresql>
  <Writer readings>
    Statement "{statement}"
    StoreRates false
  </Writer>
  <Database "{dbname}">
    Host "{host}"
    Port "{database_port}"
    User "{user}"
    Password "{password}"
    SSLMode "disable"
    Writer readings
    CommitInterval 1
  </Database>
</Plugin>
"""
TYPE = "readings " + ", ".join(f"{name}:GAUGE:U:U" for name in readings.VALUES) + "\n"


def _find(tools: Path | None) -> Path | None:
    if tools is not None and (program := tools / "collectd" / PROGRAM).exists():
        return program
    installed = shutil.which("collectd") or shutil.which("collectd", path="/usr/sbin")
    return Path(installed) if installed else None


def _command(program: Path, place: Place) -> list[str]:
    _make_function(place)
    database = place.database()
    configuration = place.folder / "collectd.conf"
    (place.folder / "types.db").write_text(TYPE)
    configuration.write_text(
        CONFIGURATION.format(
            folder=place.folder,
            plugins=str(program).removesuffix(str(PROGRAM)) + PLUGINS,
            port=place.port,
            filter=FILTER,
            statement=f"SELECT {FUNCTION}({PARAMETERS})",
            host=database["host"],
            database_port=database["port"],
            user=database["user"],
            password=database["password"],
            dbname=database["dbname"],
        )
    )
    return [str(program), "-f", "-C", str(configuration)]


def _make_function(place: Place) -> None:
    """What it calls for each message, as its own examples do; the server keeps its plan."""
    values = ", ".join(f"read[{each + 1}]" for each in range(len(readings.VALUES)))
    with pool.connect(place.url) as connection:
        connection.execute(
            f"""
            CREATE OR REPLACE FUNCTION {FUNCTION}(
                at timestamptz, host text, text, text, text, text, text[], text[], read real[]
            ) RETURNS void LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO {readings.TABLE} ({", ".join(readings.COLUMNS)})
                VALUES (host::integer, round(extract(epoch FROM at) * 1000), {values})
                ON CONFLICT DO NOTHING;
            END $$
            """
        )


PEER = Peer(
    name="collectd",
    acknowledges="when it arrives",
    install="apt-get install collectd-core, or dpkg -x its package into TOOLS/collectd",
    find=_find,
    command=_command,
    frames=readings.collectd_frames,
)
