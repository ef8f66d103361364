"""The errands that the `work` process runs: what others queued, and what is due every hour."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType

from alerts import delivery
from alerts.notice import DELIVER
from devices import retention
from devices.catalogue.folder import Catalogue
from devices.retention import Keeping
from models.promotion.retraining import Plan
from runtime.clock import Clock
from runtime.stopping import Stop
from storage import queue
from storage.pool import Pool
from storage.queue import Errand
from tickets import fleet_errand, model_care

NO_TYPES: Catalogue = MappingProxyType({})
USUAL = Plan()


def run(
    url: str,
    pool: Pool,
    clock: Clock,
    stop: Stop,
    keeping: Keeping,
    catalogue: Catalogue = NO_TYPES,
    plan: Plan = USUAL,
) -> None:
    """Work off the queue until asked to stop.

    `catalogue` names the types of models cared for, `plan` tells when they are fitted anew.
    """
    errands: dict[str, Errand] = {
        DELIVER: partial(delivery.deliver, pool, clock),
        retention.ENFORCE: partial(retention.enforce, pool, keeping, stop),
        fleet_errand.LOOK: partial(fleet_errand.look, pool, catalogue),
        model_care.TRY_SHADOWS: partial(model_care.try_shadows, pool, catalogue),
        model_care.MEASURE_DRIFT: partial(model_care.measure_drift, pool, catalogue),
        model_care.CHECK_CHAMPIONS: partial(model_care.check_champions, pool, catalogue),
        model_care.FIND_DUE: partial(model_care.find_due, pool, catalogue, plan),
        model_care.RETRAIN: partial(model_care.retrain, pool, catalogue, plan),
    }
    due = {
        retention.ENFORCE: retention.EVERY_HOUR,
        fleet_errand.LOOK: fleet_errand.EVERY_HOUR,
    } | model_care.DUE
    queue.work(url, errands, stop, due=due)
