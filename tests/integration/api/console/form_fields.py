"""What a browser would send back of a form on a page."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx

Make = Callable[..., httpx.Client]


def fields_of(page: str, state: str) -> dict[str, str]:
    """The hidden fields of the form that asks for `state`."""
    (form,) = [each for each in page.split("<form") if f'name="state" value="{state}"' in each]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
