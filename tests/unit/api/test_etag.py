"""Which version somebody saw."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from api import etag
from api.etag import PreconditionFailedError, PreconditionRequiredError


class Cup(BaseModel):
    tea: str


def test_the_tag_differs_as_soon_as_anything_does() -> None:
    assert etag.of(Cup(tea="green")) == etag.of(Cup(tea="green"))
    assert etag.of(Cup(tea="green")) != etag.of(Cup(tea="black"))


def test_one_of_several_tags_is_enough() -> None:
    cup = Cup(tea="green")
    etag.check(cup, f'"other", {etag.of(cup)}')
    etag.check(cup, "*")


def test_a_missing_tag_and_an_old_one_are_told_apart() -> None:
    with pytest.raises(PreconditionRequiredError):
        etag.check(Cup(tea="green"), None)
    with pytest.raises(PreconditionFailedError):
        etag.check(Cup(tea="green"), etag.of(Cup(tea="black")))
