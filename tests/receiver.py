"""A real HTTP receiver of webhooks that a test can let fail, hang and answer as it likes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def message(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.body)

    @property
    def subject(self) -> str:
        return str(self.message["data"]["subject"])

    def verify(self, secret: str) -> None:
        """Raise unless the request is signed by the secret, as the library of receivers sees it."""
        Webhook(secret).verify(self.body, self.headers)


@dataclass(frozen=True)
class Reply:
    """What the receiver does with a request."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    """It takes the message and closes without a word."""
    hangs: bool = False
    """It takes the message and answers only when the test is over."""


OK = Reply()


@dataclass
class Receiver:
    """What came, in order; `answer` decides what each request is told."""

    url: str = ""
    answer: Callable[[Received], Reply] = lambda _: OK
    received: list[Received] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def ids(self) -> list[str]:
        return [each.message_id for each in self.received]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            came = Received(self.command, self.path, headers, body)
            receiver.received.append(came)
            self._tell(receiver.answer(came))

        do_POST = do_PUT = do_PATCH = _take  # noqa: N815 - as the library calls them

        def _tell(self, reply: Reply) -> None:
            self.close_connection = True
            if reply.hangs:
                receiver.over.wait()
            if reply.hangs or reply.silent:
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
