"""The fields of a customer's row in one form each: what was changed, and what cannot be kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from customers import contact, household, member
from customers.imports import cleaning
from customers.imports.cleaning import UncleanError
from runtime import time_zone
from runtime.csv_table import Cleaned, Row

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_ID = re.compile(r"\S(?:.{0,198}\S)?")
LONGEST = 500
"""Characters of a name or an address."""
YES, NO = ("yes", "true", "1", "是"), ("no", "false", "0", "否")

Wrong = tuple[str, str]
"""A column, and what is wrong with its value."""


@dataclass(frozen=True)
class Tidied:
    """A row as it can be kept, or why it cannot."""

    row: Row
    cleaned: list[Cleaned]
    wrong: Wrong | None


def tidied(row: Row) -> Tidied:
    """Bring every field into its form; the row's own values stand where one is wrong.

    The country of a phone number without `+` is the row's `country`, or that of its time zone.
    """
    values = {name: cleaning.tidy(text) for name, text in row.values.items()}
    wrong = _wrong_household(values) or _wrong_person(values)
    for name, form in _forms(values).items():
        try:
            values[name] = form(values[name]) if values.get(name) else values.get(name, "")
        except UncleanError as error:
            wrong = wrong or (name, str(error))
    cleaned = [
        Cleaned(row.line, name, text, values[name])
        for name, text in row.values.items()
        if text != values[name]
    ]
    return Tidied(Row(row.line, values), cleaned, wrong)


def country_of(values: Mapping[str, str]) -> str:
    """The country that is told, or that of the time zone; empty if neither says."""
    return values.get("country") or cleaning.country_of_zone(values["time_zone"])


def is_yes(text: str) -> bool | None:
    """What a yes or no says; None where it is empty."""
    return text.casefold() in YES if text else None


def consents(row: Row) -> frozenset[str]:
    """The purposes that a row says were agreed to."""
    return frozenset(each.strip() for each in row["consents"].split(";") if each.strip())


def _forms(values: Mapping[str, str]) -> dict[str, Callable[[str], str]]:
    country = country_of(values)
    return {
        "phone": lambda text: cleaning.phone(text, country),
        "email": cleaning.email,
        "tier": str.casefold,
        "role": str.casefold,
    }


def _wrong_household(values: Mapping[str, str]) -> Wrong | None:
    for name in ("household_id", "household_name"):
        if not values[name]:
            return name, "is required"
    return (
        _wrong_id(values, "household_id")
        or _too_long(values)
        or _wrong_choice(values, "tier", household.TIERS)
        or _wrong_zone(values)
        or _wrong_country(values)
        or _wrong_place(values)
        or _wrong_choice(values, "vulnerable", (*YES, *NO))
    )


def _wrong_person(values: Mapping[str, str]) -> Wrong | None:
    if not any(values.get(name) for name in ("contact_id", "contact_name", "phone", "email")):
        return None
    for name in ("contact_id", "contact_name"):
        if not values[name]:
            return name, "is required"
    if values["language"] and not _LANGUAGE.fullmatch(values["language"]):
        return "language", "expected a language tag such as zh-CN"
    if not consents(Row(0, dict(values))) <= set(contact.PURPOSES):
        return "consents", f"expected some of {';'.join(contact.PURPOSES)}"
    return _wrong_id(values, "contact_id") or _wrong_choice(values, "role", member.ROLES)


def _wrong_id(values: Mapping[str, str], name: str) -> Wrong | None:
    return None if _ID.fullmatch(values[name]) else (name, "expected at most 200 characters")


def _too_long(values: Mapping[str, str]) -> Wrong | None:
    for name, text in values.items():
        if len(text) > LONGEST:
            return name, f"has {len(text)} characters; at most {LONGEST} are kept"
    return None


def _wrong_choice(values: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> Wrong | None:
    told = values.get(name, "")
    if told and told.casefold() not in allowed:
        return name, f"expected one of {', '.join(allowed)}"
    return None


def _wrong_zone(values: Mapping[str, str]) -> Wrong | None:
    if values["time_zone"] and not time_zone.is_known(values["time_zone"]):
        return "time_zone", "expected an IANA name such as Asia/Shanghai"
    return None


def _wrong_country(values: Mapping[str, str]) -> Wrong | None:
    if values.get("country") and not cleaning.is_country(values["country"]):
        return "country", "expected two capital letters such as CN (ISO 3166)"
    return None


def _wrong_place(values: Mapping[str, str]) -> Wrong | None:
    for name, other, most in (("latitude", "longitude", 90), ("longitude", "latitude", 180)):
        told = values.get(name, "")
        if not told:
            continue
        if not values.get(other):
            return name, f"without a {other} it is no place"
        if not _within(told, most):
            return name, f"expected degrees between -{most} and {most}, such as 31.23"
    return None


def _within(text: str, most: int) -> bool:
    try:
        return -most <= float(text) <= most
    except ValueError:
        return False
