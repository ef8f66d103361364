"""A running API as tests reach it: clients of programs, and browsers."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from api import token
from api.token import Purpose
from runtime.settings import Settings

DEADLINE_S = 60.0
# What a test may post to a site that others read.
HARMLESS = {"/v1/tokens", "/v1/tokens/form", "/console/sign-in", "/console/sign-out"}


def _only_read(response: httpx.Response) -> None:
    """Stops a test that changes what others count on: which one fails would be chance."""
    changing = response.request.method not in {"GET", "HEAD"} and not response.is_error
    if changing and response.request.url.path not in HARMLESS:
        raise AssertionError(
            f"{response.request.method} {response.request.url.path} on the site that all tests "
            'share: ask for one of its own with @pytest.mark.usefixtures("fresh_site")'
        )


@dataclass(frozen=True)
class Site:
    """A running API, and clients for it."""

    address: str
    settings: Settings
    shared: bool = False

    def _client(self) -> httpx.Client:
        hooks = {"response": [_only_read]} if self.shared else {}
        return httpx.Client(
            base_url=self.address, trust_env=False, timeout=DEADLINE_S, event_hooks=hooks
        )

    def signed_in(self, name: str) -> httpx.Client:
        """A client of the API with the user's bearer token."""
        made = self._client()
        bearer = token.issue(self.settings, name, Purpose.API)
        made.headers["Authorization"] = f"Bearer {bearer}"
        return made

    def browser(self, name: str | None = None) -> httpx.Client:
        """A browser, signed in to the console if a name is given; follows redirects."""
        opened = self._client()
        opened.follow_redirects = True
        if name is not None:
            opened.get(token.enter_url(self.settings, self.address, name)).raise_for_status()
        return opened
