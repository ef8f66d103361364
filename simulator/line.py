"""How simulated people reach the service desk: over HTTP, with what a real one would carry."""

from __future__ import annotations

from typing import Any

import httpx
import structlog

TIMEOUT_S = 30.0
REFUSED = range(400, 500)

log = structlog.get_logger()


class Line:
    """One person's connection; a token for staff, none for customers."""

    def __init__(self, base_url: str, bearer: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        self.client = httpx.Client(
            base_url=base_url,
            headers=headers,
            timeout=TIMEOUT_S,
            trust_env=False,
            follow_redirects=True,
        )

    def get(self, path: str, **asked: str | int) -> Any:  # noqa: ANN401 - JSON
        """What the desk answers; None if it does not, or says no: one asks again later."""
        return self._said("GET", path, params=asked)

    def send(self, method: str, path: str, body: object) -> Any:  # noqa: ANN401 - JSON
        """Tell the desk something; None if it did not take it."""
        return self._said(method, path, json=body)

    def close(self) -> None:
        """Hang up."""
        self.client.close()

    def _said(self, method: str, path: str, **sent: Any) -> Any:  # noqa: ANN401 - as httpx has it
        try:
            answer = self.client.request(method, path, **sent)
        except httpx.TransportError as error:
            log.info("nobody answers", path=path, error=str(error))
            return None
        if answer.status_code in REFUSED:
            log.info("refused", path=path, status=answer.status_code, said=answer.text[:300])
            return None
        return answer.json() if answer.is_success else None
