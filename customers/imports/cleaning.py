"""What people typed, tidied: names, addresses, phone numbers and e-mail in one form each."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from babel.core import get_global
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Categories of characters that nobody sees: a line end is one, and becomes a space."""
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+")
_BESIDE_HAN = re.compile(r"(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff])")


class UncleanError(ValueError):
    """A value that cannot be brought into its form; the message says what would do."""


def tidy(text: str) -> str:
    """The text in NFKC, without unseen characters, single spaces only; case stays as it is."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    before, now = None, text
    while now != before:
        before, now = now, _tidied_once(now)
    return now


def _tidied_once(text: str) -> str:
    seen = "".join(
        each if unicodedata.category(each) not in _UNSEEN else " " if each.isspace() else ""
        for each in text
    )
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", seen)).strip()


def comparable(text: str) -> str:
    """The words of a text, for comparison only: no case, accents or punctuation.

    Chinese has no spaces between words, so that those beside it say nothing.
    """
    plain = unicodedata.normalize("NFKD", tidy(text).casefold())
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    words = _WORD.findall(unicodedata.normalize("NFKC", letters).casefold())
    return _BESIDE_HAN.sub("", " ".join(words))


def phone(text: str, country: str = "") -> str:
    """The number in E.164, such as +861055550199.

    A number without `+` is one of `country`, as its people dial it; one with it is of the country
    that it names. Raises UncleanError where it cannot be told which number is meant.
    """
    told = tidy(text)
    try:
        number = phonenumbers.parse(told, country or None)
    except NumberParseException as error:
        raise UncleanError(_why_no_number(error, told)) from None
    if number.extension:
        raise UncleanError("has an extension, which messages cannot reach: give the number alone")
    if not phonenumbers.is_possible_number(number):
        raise UncleanError(f"has too few or too many digits for a number of +{number.country_code}")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _why_no_number(error: NumberParseException, told: str) -> str:
    if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        if told.startswith("+"):
            return "names no country that there is: check what follows the +"
        return "its country is not known: write it as +86 10 5555 0199, or tell the country"
    return "is no phone number: expected one such as +86 10 5555 0199"


def email(text: str) -> str:
    """The address with its domain in lower case; UncleanError says what is wrong with it.

    Nothing is looked up: whether it can be reached shows when a letter is sent.
    """
    try:
        return validate_email(tidy(text), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise UncleanError(f"is no e-mail address: {error}") from None


def country_of_zone(time_zone: str) -> str:
    """The country whose clocks show `time_zone`, as two letters; empty for a zone such as UTC."""
    name = get_global("zone_aliases").get(time_zone, time_zone)
    found = str(get_global("zone_territories").get(name, ""))
    return found if is_country(found) else ""


def is_country(code: str) -> bool:
    """Whether phone numbers of a country of this name are known."""
    return code in phonenumbers.SUPPORTED_REGIONS
