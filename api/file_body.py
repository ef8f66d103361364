"""A file as the body of a request, no larger than files on tickets may be."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.house import Served
from tickets.conversation.attachment import TooLargeError

OPENAPI = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


async def _read(request: Request, house: Served) -> bytes:
    """The body, refused while it comes in once it is too large."""
    most = int(house.settings.attachment_mb * 1e6)
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            raise TooLargeError(
                f"the file has more than {house.settings.attachment_mb:g} MB",
                hint="send a smaller one",
            )
    return bytes(content)


FileBody = Annotated[bytes, Depends(_read)]
