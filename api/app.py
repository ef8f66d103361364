"""The HTTP application: the API under /v1, the console, health and metrics."""

from __future__ import annotations

from importlib.metadata import version

from bokeh.util.paths import static_path
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api import problem
from api.allowance import Allowance
from api.attempts import Attempts
from api.console import (
    answer_form,
    appliance_page,
    board_page,
    budget_page,
    call_form,
    customer_pages,
    duplicates_page,
    entrance,
    figures_page,
    finder,
    fleet_page,
    front_door,
    kin_form,
    knowledge_page,
    model_page,
    models_page,
    outbox,
    pages,
    policy_page,
    privacy_page,
    queue,
    ticket_forms,
    ticket_page,
    trace_page,
    verdict_form,
    visit_form,
    visit_page,
    webhooks_page,
)
from api.console.live import Pulse
from api.house import House
from api.my import acts, page
from api.routes import (
    alerts,
    api_keys,
    appliances,
    appointments,
    audit_trail,
    budget,
    customer_intake,
    customer_voice,
    customers,
    dead_letters,
    duplicates,
    events,
    fleet,
    forecasts,
    health,
    inbound,
    interactions,
    knowledge,
    kpis,
    models,
    notices,
    precedents,
    privacy,
    question_answers,
    readings,
    routing,
    sla,
    technicians,
    telemetry,
    ticket_kin,
    ticket_record,
    tickets,
    tokens,
    trace,
    transfers,
    verdicts,
    visits,
    webhook_sending,
    webhooks,
)
from api.security_headers import SecurityHeaders
from devices.catalogue.folder import Catalogue
from devices.knowledge.index import Index
from runtime.clock import Clock
from runtime.settings import Settings
from runtime.stopping import Stop
from storage.pool import Pool

API = (
    tokens,
    api_keys,
    appliances,
    telemetry,
    readings,
    forecasts,
    alerts,
    tickets,
    ticket_kin,
    ticket_record,
    interactions,
    customer_voice,
    question_answers,
    verdicts,
    visits,
    trace,
    precedents,
    budget,
    duplicates,
    customer_intake,
    customers,
    privacy,
    transfers,
    audit_trail,
    notices,
    models,
    dead_letters,
    events,
    webhooks,
    webhook_sending,
    inbound,
    knowledge,
    fleet,
    routing,
    appointments,
    technicians,
    sla,
    kpis,
    health,
)
CONSOLE = (
    front_door,
    entrance,
    queue,
    board_page,
    ticket_page,
    ticket_forms,
    kin_form,
    answer_form,
    verdict_form,
    visit_page,
    visit_form,
    trace_page,
    appliance_page,
    fleet_page,
    duplicates_page,
    customer_pages,
    call_form,
    privacy_page,
    outbox,
    finder,
    knowledge_page,
    webhooks_page,
    policy_page,
    budget_page,
    models_page,
    model_page,
    figures_page,
)

MY = (page, acts)


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
    app.state.knowledge = Index.of(catalogue)
    furnish(app, House(settings, catalogue, pool, clock, stop or Stop()))
    app.add_middleware(SecurityHeaders)
    problem.install(app)
    for module in API:
        app.include_router(module.router)
    for module in (*CONSOLE, *MY):
        app.include_router(module.router, include_in_schema=False)
    app.mount("/static/bokeh", StaticFiles(directory=static_path()), name="bokeh")
    app.mount("/static", StaticFiles(directory=pages.STATIC), name="static")
    return app


def furnish(app: FastAPI, house: House) -> None:
    """Let an application work with another house of the same catalogue, and nothing remembered."""
    app.state.house = house
    app.state.attempts = Attempts()
    app.state.questions = Allowance(knowledge.A_MINUTE)
    app.state.pulse = Pulse(house.pool)
