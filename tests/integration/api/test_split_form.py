"""What a customer said can be split off a ticket on its page, with or without findings."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

Make = Callable[..., httpx.Client]
HERE = "/console/tickets/1"
TOLD = {"channel": "hotline", "direction": "inbound", "text": "And the door does not close."}


def _fields(page: str, address: str) -> dict[str, str]:
    """The hidden fields of the form that leads there."""
    form = next(each for each in page.split("<form") if f'action="{address}"' in each)
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


@pytest.mark.usefixtures("fresh_site")
def test_a_call_about_another_problem_becomes_a_ticket_of_its_own(browser: Make) -> None:
    dora = browser("dora")
    page = dora.get(HERE).text
    told = dora.post(f"{HERE}/interaction", data=_fields(page, f"{HERE}/interaction") | TOLD).text
    offered = re.findall(r'name="said" value="(\d+)"> [^<]*And the door does not close', told)
    assert len(offered) == 1
    asked = _fields(told, f"{HERE}/split") | {"problem": "door_not_sealing", "said": offered[0]}
    made = dora.post(f"{HERE}/split", data=asked)
    assert made.status_code == 200
    assert made.url.path != HERE
    assert "And the door does not close" in made.text
    left = dora.get(HERE).text
    assert "And the door does not close" not in left
    nothing = _fields(left, f"{HERE}/split") | {"problem": "ice_build_up"}
    assert "nothing was chosen" in dora.post(f"{HERE}/split", data=nothing).text
    strange = dora.post(f"{HERE}/split", data=nothing | {"said": offered[0]})
    assert "does not hold interactions" in strange.text
    far = dora.post(f"{HERE}/split", data=nothing | {"said": "9" * 25})
    assert far.status_code == 422


def test_who_may_not_split_is_not_shown_what_was_said_to_choose_from(browser: Make) -> None:
    assert 'name="said"' not in browser("tom").get(HERE).text
