"""Who opened a link: checked on every request, and on forms that they come from the page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Form, Path, Request

from api import token as staff_token
from api.attempts import Attempts
from api.house import Served, Transaction
from customers import contact
from customers.contact import Contact
from runtime.errors import ForbiddenError, NotFoundError
from tickets.answers import my_link
from tickets.answers.my_link import ExpiredLinkError, Link
from tickets.writing import addressee
from tickets.writing.addressee import Addressee

Token = Annotated[str, Path()]


@dataclass(frozen=True)
class Visitor:
    """A person, and the one matter that their link is about."""

    link: Link
    reader: Addressee
    token: str
    form_token: str

    @property
    def person(self) -> Contact:
        """Who it is."""
        return self.reader.contact

    @property
    def language(self) -> str:
        """In which they read."""
        return self.reader.language

    def reading(self, language: str) -> Visitor:
        """The same person, reading another language for once."""
        person = replace(self.person, language=language)
        return replace(self, reader=replace(self.reader, contact=person))

    @property
    def subject(self) -> tuple[str, list[str]]:
        """The kind of the matter and what names it: `ticket`, [`12`]."""
        kind, *names = self.link.subject.split(":")
        return kind, names


def current(request: Request, house: Served, connection: Transaction, token: Token) -> Visitor:
    """The visitor of this request; the same answer for every link that opens nothing."""
    try:
        link = my_link.read(connection, house.settings.secret(), token)
    except (NotFoundError, ExpiredLinkError):
        _count_failure(request)
        raise
    person = contact.by_ids(connection, [link.contact_id]).get(link.contact_id)
    if person is None:
        raise ExpiredLinkError("this link is not valid any more")
    return Visitor(
        link,
        addressee.of_contact(connection, person),
        token,
        staff_token.form_token(house.settings, token),
    )


def _count_failure(request: Request) -> None:
    """Whoever tries many links that open nothing has to wait; links that do are not held up."""
    attempts: Attempts = request.app.state.attempts
    address = request.client.host if request.client else ""
    attempts.check("my", address)
    attempts.failed("my", address)


Visiting = Annotated[Visitor, Depends(current)]


def from_own_form(
    request: Request, house: Served, visitor: Visiting, form_token: Annotated[str, Form()] = ""
) -> Visitor:
    """The visitor, if the form is from a page of this link and not the eleventh in five minutes."""
    if not staff_token.form_token_holds(house.settings, visitor.token, form_token):
        raise ForbiddenError("this form is not from your page", hint="load the page again")
    bound(request, visitor.link)
    return visitor


def bound(request: Request, link: Link) -> None:
    """Raise TooManyAttemptsError if a link changes too much within a few minutes."""
    attempts: Attempts = request.app.state.attempts
    name = f"my:{link.id}"
    attempts.check(name, "")
    attempts.failed(name, "")


FilledIn = Annotated[Visitor, Depends(from_own_form)]
