"""The HTTP application: the API under /v1, the console, health and metrics."""

from __future__ import annotations

from importlib.metadata import version

from bokeh.util.paths import static_path
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api import problem
from api.attempts import Attempts
from api.console import (
    appliance_page,
    budget_page,
    customer_pages,
    entrance,
    finder,
    fleet_page,
    model_page,
    models_page,
    outbox,
    pages,
    queue,
    ticket_page,
    verdict_form,
)
from api.console.live import Pulse
from api.house import House
from api.routes import (
    alerts,
    appliances,
    budget,
    customers,
    dead_letters,
    fleet,
    forecasts,
    health,
    models,
    notices,
    precedents,
    readings,
    telemetry,
    tickets,
    tokens,
    verdicts,
)
from api.security_headers import SecurityHeaders
from devices.catalogue.folder import Catalogue
from runtime.clock import Clock
from runtime.settings import Settings
from runtime.stopping import Stop
from storage.pool import Pool

API = (
    tokens,
    appliances,
    telemetry,
    readings,
    forecasts,
    alerts,
    tickets,
    verdicts,
    precedents,
    budget,
    customers,
    notices,
    models,
    dead_letters,
    fleet,
    health,
)
CONSOLE = (
    entrance,
    queue,
    ticket_page,
    verdict_form,
    appliance_page,
    fleet_page,
    customer_pages,
    outbox,
    finder,
    budget_page,
    models_page,
    model_page,
)


def create(
    settings: Settings,
    catalogue: Catalogue,
    pool: Pool,
    clock: Clock,
    stop: Stop | None = None,
) -> FastAPI:
    """The application on a migrated database; `stop` ends streams that stay open."""
    app = FastAPI(
        title="Hearthwatch",
        summary="Watches connected home appliances and calls for service before they fail.",
        version=version("hearthwatch"),
        openapi_url="/v1/openapi.json",
        # The interactive pages load scripts from elsewhere; our pages load from here only.
        docs_url=None,
        redoc_url=None,
    )
    app.state.house = House(settings, catalogue, pool, clock, stop or Stop())
    app.state.attempts = Attempts()
    app.state.pulse = Pulse(pool)
    app.add_middleware(SecurityHeaders)
    problem.install(app)
    for module in API:
        app.include_router(module.router)
    for module in CONSOLE:
        app.include_router(module.router, include_in_schema=False)
    app.mount("/static/bokeh", StaticFiles(directory=static_path()), name="bokeh")
    app.mount("/static", StaticFiles(directory=pages.STATIC), name="static")
    return app
