"""Tokens hold for their purpose, their key and their time only."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest

from api import token
from api.token import ALGORITHM, ISSUER, Purpose
from runtime.clock import WallClock
from runtime.errors import UnauthenticatedError
from runtime.settings import Settings

SETTINGS = Settings(secret_key="k" * 40)
OTHER = Settings(secret_key="o" * 40)


def test_a_token_names_its_user() -> None:
    assert token.read(SETTINGS, token.issue(SETTINGS, "ana", Purpose.API), Purpose.API) == "ana"


@pytest.mark.parametrize("purpose", [Purpose.SESSION, Purpose.ENTER])
def test_a_token_for_something_else_does_not_hold(purpose: Purpose) -> None:
    with pytest.raises(UnauthenticatedError):
        token.read(SETTINGS, token.issue(SETTINGS, "ana", Purpose.API), purpose)


def test_a_token_signed_with_another_key_does_not_hold() -> None:
    with pytest.raises(UnauthenticatedError):
        token.read(SETTINGS, token.issue(OTHER, "ana", Purpose.API), Purpose.API)


@pytest.mark.parametrize("missing", ["exp", "sub", "iss", "aud"])
def test_a_token_must_say_everything(missing: str) -> None:
    claims = {
        "iss": ISSUER,
        "aud": "api",
        "sub": "ana",
        "exp": WallClock().now() + timedelta(hours=1),
    }
    del claims[missing]
    made = jwt.encode(claims, SETTINGS.secret(), algorithm=ALGORITHM)
    with pytest.raises(UnauthenticatedError):
        token.read(SETTINGS, made, Purpose.API)


def test_an_old_token_says_that_it_has_expired() -> None:
    claims = {
        "iss": ISSUER,
        "aud": "api",
        "sub": "ana",
        "exp": WallClock().now() - timedelta(seconds=1),
    }
    old = jwt.encode(claims, SETTINGS.secret(), algorithm=ALGORITHM)
    with pytest.raises(UnauthenticatedError, match="expired"):
        token.read(SETTINGS, old, Purpose.API)


def test_an_unsigned_token_does_not_hold() -> None:
    claims = {"iss": ISSUER, "aud": "api", "sub": "ana", "exp": 4102444800}
    unsigned = jwt.encode(claims, None, algorithm="none")
    with pytest.raises(UnauthenticatedError):
        token.read(SETTINGS, unsigned, Purpose.API)


def test_a_form_belongs_to_its_session() -> None:
    made = token.form_token(SETTINGS, "session one")
    assert token.form_token_holds(SETTINGS, "session one", made)
    assert not token.form_token_holds(SETTINGS, "session two", made)
    assert not token.form_token_holds(OTHER, "session one", made)


def test_the_link_leads_to_the_console_and_signs_in() -> None:
    link = token.enter_url(SETTINGS, "http://localhost:8000/", "ana")
    start, _, made = link.partition("?token=")
    assert start == "http://localhost:8000/console/enter"
    assert token.read(SETTINGS, made, Purpose.ENTER) == "ana"
