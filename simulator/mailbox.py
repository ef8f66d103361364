"""Where letters of simulated customers arrive: the platform posts them to a small web server.

To the platform it is a carrier like any other; what comes in was really sent.
"""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ADDRESS = "127.0.0.1"
LARGEST = 10**6
_LINK = re.compile(r"https?://\S+/my/[\w.~-]+")


@dataclass(frozen=True)
class Letter:
    """A letter as its reader gets it."""

    reader: str
    """The contact's external id."""
    subject: str
    text: str


class Mailbox:
    """The letters that nobody has read yet, the oldest first."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._waiting: deque[Letter] = deque()
        self.link: str | None = None
        """The newest letter's link to its reader's page."""

    @property
    def channels(self) -> str:
        """What HEARTHWATCH_CHANNELS has to say so that letters come here."""
        url = f"json://{ADDRESS}:{self._port}/{{external_id}}"
        return json.dumps({"webhook": url})

    def put(self, letter: Letter) -> None:
        """A letter has come."""
        found = _LINK.search(letter.text)
        if found:
            self.link = found[0]
        self._waiting.append(letter)

    def take(self) -> list[Letter]:
        """Everything that has come since."""
        return [self._waiting.popleft() for _ in range(len(self._waiting))]


@contextmanager
def opened() -> Iterator[Mailbox]:
    """A mailbox on a free port."""

    class Slot(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length", 0)), LARGEST)
            told = json.loads(self.rfile.read(length))
            reader = self.path.strip("/").split("/")[-1]
            box.put(Letter(reader, str(told.get("title", "")), str(told.get("message", ""))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """A letter that arrives is no news."""

    server = ThreadingHTTPServer((ADDRESS, 0), Slot)
    server.daemon_threads = True
    box = Mailbox(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, name="mailbox", daemon=True)
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
