"""Node-RED from npm: its MQTT node, and batches of 500 inserted by the pg module."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from benchmarks.broker_limit import FILTER
from benchmarks.peers import readings
from benchmarks.peers.peer import Peer, Place

BATCH = 500
WAIT_MS = 200
SETTINGS = """module.exports = {{
    httpAdminRoot: false,
    httpNodeRoot: false,
    flowFile: "flows.json",
    credentialSecret: false,
    functionGlobalContext: {{ pg: require({pg}) }},
    logging: {{ console: {{ level: "warn", metrics: false, audit: false }} }},
}};
"""
START = """
const {{ Pool }} = global.get("pg");
const pool = new Pool({{ ...{database}, max: 2 }});
const state = {{ rows: [], under_way: 0 }};
state.flush = async () => {{
    const rows = state.rows;
    if (rows.length === 0) return;
    state.rows = [];
    const columns = {columns}.map((name) => rows.map((row) => row[name]));
    try {{
        await pool.query({statement}, columns);
    }} catch (error) {{
        node.error(error.message);
    }}
}};
context.set("state", state);
context.set("timer", setInterval(state.flush, {wait_ms}));
"""
MESSAGE = """
const state = context.get("state");
state.rows.push(msg.payload);
if (state.rows.length >= {batch}) state.flush();
"""
END = """clearInterval(context.get("timer"));"""


def _find(tools: Path | None) -> Path | None:
    if tools is None or shutil.which("node") is None:
        return None
    modules = tools / "node-red" / "node_modules"
    return modules if all((modules / name).exists() for name in ("node-red", "pg")) else None


def _command(program: Path, place: Place) -> list[str]:
    settings = place.folder / "settings.js"
    settings.write_text(SETTINGS.format(pg=json.dumps(str(program / "pg"))))
    (place.folder / "flows.json").write_text(json.dumps(_flow(place)))
    red = program / "node-red" / "red.js"
    return ["node", str(red), "--userDir", str(place.folder), "--settings", str(settings)]


def _flow(place: Place) -> list[dict[str, object]]:
    broker: dict[str, object] = {
        "id": "broker",
        "type": "mqtt-broker",
        "broker": "127.0.0.1",
        "port": str(place.port),
        "clientid": "bench-node-red",
        "autoConnect": True,
        "protocolVersion": "4",
        "keepalive": "60",
        "cleansession": False,
    }
    source: dict[str, object] = {
        "id": "in",
        "type": "mqtt in",
        "z": "tab",
        "topic": FILTER,
        "qos": "1",
        "datatype": "json",
        "broker": "broker",
        "inputs": 0,
        "wires": [["store"]],
    }
    return [{"id": "tab", "type": "tab", "label": "bench"}, broker, source, _store(place)]


def _store(place: Place) -> dict[str, object]:
    database = place.database()
    reached = {**database, "database": database["dbname"], "port": int(database["port"])}
    return {
        "id": "store",
        "type": "function",
        "z": "tab",
        "func": MESSAGE.format(batch=BATCH),
        "outputs": 0,
        "initialize": START.format(
            database=json.dumps(reached),
            columns=json.dumps(readings.COLUMNS),
            statement=json.dumps(_statement()),
            wait_ms=WAIT_MS,
        ),
        "finalize": END,
        "wires": [],
    }


def _statement() -> str:
    types = ["integer", "bigint", *["real"] * len(readings.VALUES)]
    arrays = ", ".join(f"${place + 1}::{each}[]" for place, each in enumerate(types))
    return (
        f"INSERT INTO {readings.TABLE} ({', '.join(readings.COLUMNS)})"
        f" SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"
    )


PEER = Peer(
    name="Node-RED",
    acknowledges="when it arrives",
    install="npm install --prefix TOOLS/node-red node-red pg",
    find=_find,
    command=_command,
    frames=readings.json_frames,
)
