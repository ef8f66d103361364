"""The small HTTP pages of a process that is no web server: /metrics, /healthz, /readyz."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict
from http import HTTPStatus
from wsgiref import simple_server
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from runtime import readiness

_metrics = make_wsgi_app()


class _Handler(simple_server.WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: it is asked every few seconds."""


class _Server6(ThreadingWSGIServer):
    address_family = socket.AF_INET6


def serve(host: str, port: int) -> Callable[[], None]:
    """Serve them in the background; return what ends it. Raises OSError for a port in use."""
    kind = _Server6 if ":" in host else ThreadingWSGIServer
    server = simple_server.make_server(host, port, answer, kind, _Handler)
    thread = threading.Thread(target=server.serve_forever, name="vital-page", daemon=True)
    thread.start()

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end


def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """One request."""
    path = environ["PATH_INFO"]
    if path == "/metrics":
        page: Iterable[bytes] = _metrics(environ, start_response)
        return page
    if path == "/healthz":
        return _json(start_response, HTTPStatus.OK, {"status": "alive"})
    told = readiness.now() if path == "/readyz" else None
    if told is None:
        return _json(start_response, HTTPStatus.NOT_FOUND, {"detail": f"there is no {path}"})
    dead = told.status == "dead"
    status = HTTPStatus.SERVICE_UNAVAILABLE if dead else HTTPStatus.OK
    return _json(start_response, status, asdict(told))


def _json(start_response: StartResponse, status: HTTPStatus, content: object) -> list[bytes]:
    body = json.dumps(content).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]
