"""Pages of a list: an opaque cursor that says where the next one begins, and a Link to it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Generic, Protocol, TypeVar

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from runtime.errors import InvalidError

LARGEST_ID = 2**31
Item = TypeVar("Item")


class Numbered(Protocol):
    """A row that pages are cut by the id of."""

    @property
    def id(self) -> int:
        """Its place in the list."""


Row = TypeVar("Row", bound=Numbered)
Limit = Annotated[int, Query(ge=1, le=500, description="Most items on a page")]
Cursor = Annotated[
    str | None, Query(description="Where the page begins; from `next` of the page before")
]


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(
        default=None, description="Address of the next page; null on the last one"
    )


def position(cursor: str | None, kind: str) -> int | None:
    """The id that the page starts beyond; None for the first page."""
    if cursor is None:
        return None
    try:
        named, _, number = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
        if named == kind and 0 <= int(number) < LARGEST_ID:
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise InvalidError("the cursor is not one of this list", hint="follow `next` as it was given")


def cut(found: Sequence[Row], limit: int) -> tuple[Sequence[Row], int | None]:
    """Give the page's rows of those found with `limit + 1`, and where the next page begins.

    That is the id of the page's last row, and None if nothing follows.
    """
    shown = found[:limit]
    return shown, shown[-1].id if len(found) > limit else None


def page(
    request: Request, response: Response, kind: str, items: Sequence[Item], last: int | None
) -> Page[Item]:
    """A page whose next one begins beyond the id `last`; None for the last page."""
    following = None
    if last is not None:
        cursor = base64.urlsafe_b64encode(f"{kind}:{last}".encode()).decode()
        following = str(request.url.include_query_params(cursor=cursor))
        response.headers["Link"] = f'<{following}>; rel="next"'
    return Page(items=list(items), next=following)
