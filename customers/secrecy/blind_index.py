"""Finds people by what is sealed: keyed hashes of phone, e-mail, names and addresses.

Equal values have equal marks. Without the key a mark says nothing, and it opens nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers

from customers.secrecy import sealing
from storage import query
from storage.pool import Connection
from storage.sealing import DataKey, mark

_SQL = query.beside(__file__)
KINDS = ("phone", "email", "name", "address")
OWNER = "index"
"""The key that all marks are derived from is kept as if it were a customer's."""
SHORTEST, LONGEST = 3, 12
"""The beginnings of a word of a name that find it, in letters."""
LONGEST_HAN = 4
_WORD = re.compile(r"\w+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+")


@dataclass(frozen=True)
class Marked:
    """A value of a household or a contact that it is to be found by."""

    owner_id: int
    kind: str
    text: str | None


@dataclass(frozen=True)
class Found:
    """Who has a value."""

    household_ids: list[int]
    contact_ids: list[int]


def of_households(connection: Connection, values: Sequence[Marked]) -> None:
    """Put these in place of all marks that their households had."""
    _replace(connection, "replace_households", values)


def of_contacts(connection: Connection, values: Sequence[Marked]) -> None:
    """Put these in place of all marks that their contacts had."""
    _replace(connection, "replace_contacts", values)


def find(connection: Connection, kind: str, text: str, limit: int = 1000) -> Found:
    """Who has this phone number or e-mail address, or all these words in the name or address."""
    key = _index_key(connection).mark_key(kind)
    marks = [mark(key, term) for term in asked_terms(kind, text)]
    if not marks:
        return Found([], [])
    asked = {"kind": kind, "marks": marks, "needed": len(set(marks)), "limit": limit}
    rows = connection.execute(_SQL["find"], asked).fetchall()
    return Found(
        [int(str(household)) for household, _ in rows if household is not None],
        [int(str(contact)) for _, contact in rows if contact is not None],
    )


def terms(kind: str, text: str) -> set[str]:
    """What a value is found by: the whole of a number, the words of a name and how they begin."""
    if kind == "phone":
        return {phone_form(text)} - {""}
    if kind == "email":
        return {email_form(text)} - {""}
    words = _words(text)
    return set().union(*map(_parts, words)) if kind == "name" else set(words)


def asked_terms(kind: str, text: str) -> set[str]:
    """What is looked up of the words that somebody asks for: all must be there."""
    if kind in {"phone", "email"}:
        return terms(kind, text)
    words = _words(text)
    return {word[:LONGEST] if not _HAN.fullmatch(word) else word[:LONGEST_HAN] for word in words}


def phone_form(text: str) -> str:
    """A number as it is compared: E.164 where it names its country, else its digits."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.startswith("+"):
        try:
            parsed = phonenumbers.parse(plain)
        except phonenumbers.NumberParseException:
            parsed = None
        if parsed is not None:
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return "".join(character for character in plain if character.isdecimal())


def email_form(text: str) -> str:
    """An address as it is compared."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _words(text: str) -> list[str]:
    """Words in small letters; Chinese runs apart from what stands beside them."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    spaced = _HAN.sub(lambda run: f" {run[0]} ", plain)
    return _WORD.findall(spaced)


def _parts(word: str) -> set[str]:
    if _HAN.fullmatch(word):
        return {
            word[start : start + length]
            for start in range(len(word))
            for length in range(1, LONGEST_HAN + 1)
        }
    return {word[:length] for length in range(SHORTEST, LONGEST + 1)} | {word[:LONGEST]}


def _index_key(connection: Connection) -> DataKey:
    return sealing.keys_of(connection, [OWNER], make=True).of(OWNER)


def _replace(connection: Connection, block: str, values: Sequence[Marked]) -> None:
    if not values:
        return
    index = _index_key(connection)
    keys = {kind: index.mark_key(kind) for kind in KINDS}
    rows = [
        (value.owner_id, value.kind, mark(keys[value.kind], term))
        for value in values
        for term in terms(value.kind, value.text or "")
    ]
    connection.execute(
        _SQL[block],
        {
            "owner_ids": sorted({value.owner_id for value in values}),
            "ids": [row[0] for row in rows],
            "kinds": [row[1] for row in rows],
            "marks": [row[2] for row in rows],
        },
    )
