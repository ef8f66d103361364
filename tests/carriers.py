"""A mail server and a web server on loopback that take what carriers bring, or refuse it."""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, cast

import msgspec

REPLIES = {"gone": "550 5.1.1 no such user", "busy": "451 4.3.0 later", "full": "552 5.2.2 full"}
"""What the mail server says to a recipient in whose address this word stands."""
STATUSES = {"moved": 410, "slow": 503, "wrong": 400}
"""Likewise the web server, by the path."""


@dataclass
class Received:
    """What came, in order."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    posts: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    """Path, headers, body."""
    well: bool = False
    """Whether those who were busy are so no more."""

    def mails_to(self, address: str) -> list[EmailMessage]:
        return [each for each in self.mails if address in str(each["To"])]

    def posts_to(self, mark: str) -> list[tuple[str, dict[str, str], dict[str, Any]]]:
        return [each for each in self.posts if mark in each[0]]


class _Mail(socketserver.StreamRequestHandler):
    received: ClassVar[Received]

    def handle(self) -> None:
        self._say("220 ready")
        for raw in iter(self.rfile.readline, b""):
            line = raw.decode().strip()
            match line[:4].upper():
                case "RCPT":
                    self._say(self._reply(line))
                case "DATA":
                    self._say("354 go on")
                    self._take()
                    self._say("250 taken")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 fine")

    def _reply(self, line: str) -> str:
        kind = next((each for each in REPLIES if each in line), "")
        return "250 fine" if not kind or (kind == "busy" and self.received.well) else REPLIES[kind]

    def _take(self) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        mail = email.message_from_bytes(b"".join(lines), policy=default)
        self.received.mails.append(cast("EmailMessage", mail))

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Web(BaseHTTPRequestHandler):
    received: ClassVar[Received]

    def do_POST(self) -> None:
        body = msgspec.json.decode(self.rfile.read(int(self.headers["Content-Length"])))
        status = next((code for word, code in STATUSES.items() if word in self.path), 200)
        if status == 503 and self.received.well:
            status = 200
        if status == 200:
            self.received.posts.append((self.path, dict(self.headers), body))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Tests print nothing."""


@contextmanager
def mail_server() -> Iterator[Received]:
    """An SMTP server on a free port."""
    received = Received()
    handler = type("Mail", (_Mail,), {"received": received})
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    with _running(server):
        received.port = int(server.server_address[1])
        yield received


@contextmanager
def web_server() -> Iterator[Received]:
    """An HTTP server on a free port."""
    received = Received()
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), cast("type[_Web]", type("Web", (_Web,), {"received": received}))
    )
    with _running(server):
        received.port = server.server_port
        yield received


@contextmanager
def _running(server: socketserver.ThreadingTCPServer) -> Iterator[None]:
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
