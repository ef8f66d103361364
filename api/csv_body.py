"""A CSV file as the body of a request, up to a bound."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from runtime.errors import HearthwatchError

MOST_BYTES = 32 * 2**20
"""Some 150,000 customers: one request is one transaction, and others wait for it."""
OPENAPI = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class TooLargeError(HearthwatchError):
    """A body that is larger than anybody needs."""

    status = 413
    title = "Too large"


async def _read(request: Request) -> bytes:
    """The body, refused while it comes in once it is too large."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise TooLargeError(
                f"the file has more than {MOST_BYTES // 2**20} MiB",
                hint="send it in parts, or import it with the command `hearthwatch import`",
            )
    return bytes(content)


CsvBody = Annotated[bytes, Depends(_read)]
