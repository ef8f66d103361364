"""GET /my/{token}: what a letter leads to. Looking changes nothing, for mail scanners look too."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.house import House, Served, Transaction
from api.my import choices, consumable_matter, pages, ticket_matter, tip_matter
from api.my.visitor import Visiting, Visitor
from runtime.errors import NotFoundError
from storage.pool import Connection

router = APIRouter(prefix="/my/{token}")
DONE = {
    "confirm": "Thank you. We come at the time arranged.",
    "book": "Thank you. Your time is booked.",
    "replaced": "Thank you. We count from today.",
    "answer": "Thank you. Your message has reached us.",
    "rate": "Thank you for telling us.",
    "choose": "Your choice has been saved.",
    "snooze": "You will hear no reminders until then.",
    "unsubscribe": "You will not be written to about this any more.",
}


@router.get("")
def show(
    house: Served,
    connection: Transaction,
    visitor: Visiting,
    done: Annotated[str, Query(max_length=20)] = "",
    lang: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    """The page of a link."""
    if lang in pages.LANGUAGES:
        visitor = visitor.reading(lang)
    return render(house, connection, visitor, said=DONE.get(done, ""))


@router.get("/unsubscribe")
def ask_to_unsubscribe(_request: Request, visitor: Visiting) -> Response:
    """A button, where a mail program would have posted: looking is not asking."""
    return pages.render("unsubscribe.html", visitor.language, visitor=visitor)


def render(
    house: House,
    connection: Connection,
    visitor: Visitor,
    *,
    said: str = "",
    wrong: str = "",
    status: int = 200,
) -> Response:
    """The page of a link, with what was just done or could not be."""
    kind, names = visitor.subject
    ticket = consumable = tip = None
    match kind, names:
        case "ticket", [number]:
            ticket = ticket_matter.of(connection, house, visitor, int(number))
        case "consumable", [number, name]:
            consumable = consumable_matter.of(connection, house, visitor, int(number), name)
        case "tip", [number, name]:
            tip = tip_matter.of(connection, house, visitor, int(number), name)
        case ("device", [_]) | ("contact", []):
            pass
        case _:
            raise NotFoundError("there is no such page")
    return pages.render(
        "my.html",
        visitor.language,
        status=status,
        visitor=visitor,
        ticket=ticket,
        consumable=consumable,
        tip=tip,
        chosen=choices.of(connection, house, visitor),
        said=said,
        wrong=wrong,
    )
