"""Which page of a list a request asks for, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Query, Request, Response
from pydantic import BaseModel

from api import cursor
from api.cursor import Cursor, Limit, Page, Row

Item = TypeVar("Item")
Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True)
class Paging:
    """At most `limit` rows of the list `kind`, beyond the id `begins`; None for the first page."""

    request: Request
    response: Response
    kind: str
    limit: int
    begins: int | None

    @property
    def rows(self) -> int:
        """How many rows to look for: one more tells that another page follows."""
        return self.limit + 1

    @property
    def after(self) -> int:
        """The id that rows are above, in a list that goes up."""
        return self.begins or 0

    def cut(self, found: Sequence[Row]) -> tuple[Sequence[Row], int | None]:
        """Give the page's rows of those found, and where the next page begins."""
        return cursor.cut(found, self.limit)

    def page(self, items: Sequence[Item], last: int | None) -> Page[Item]:
        """The page, with the way to the next one beyond the id `last`; None for the last page."""
        return cursor.page(self.request, self.response, self.kind, items, last)

    def read(self, found: Sequence[Row], answer: type[Answer]) -> Page[Answer]:
        """The page of rows, each told as the answer that is read from it."""
        shown, last = self.cut(found)
        return self.page([answer.model_validate(each) for each in shown], last)


def pages_of(kind: str) -> Callable[..., Paging]:
    """The dependency of a list: its cursors are of this kind and lead to no other list."""

    def asked(
        request: Request,
        response: Response,
        limit: Limit = 100,
        cursor_: Annotated[Cursor, Query(alias="cursor")] = None,
    ) -> Paging:
        return Paging(request, response, kind, limit, cursor.position(cursor_, kind))

    return asked
