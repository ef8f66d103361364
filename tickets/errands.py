"""The errands that the `work` process runs: what others queued, and what is due every hour."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from alerts.notices import delivery
from alerts.notices.delivery import HOUSE_POST, Post
from alerts.notices.notice import DELIVER
from customers import value
from customers.duplicates import likeness
from customers.privacy import retention as people
from customers.privacy.retention import Keeping as PeopleKeeping
from devices import retention
from devices.catalogue.folder import Catalogue
from devices.retention import Keeping
from models.promotion.retraining import Plan
from runtime.clock import Clock
from runtime.settings import Settings
from runtime.stopping import Stop
from storage import queue
from storage.pool import Pool
from storage.queue import Errand
from tickets import handed_over, weighing
from tickets.answers import my_link
from tickets.fleet import fleet_errand, model_care
from tickets.kpi import review
from tickets.outside import keeping as outside
from tickets.outside.keeping import Kept
from tickets.routing import dispatch, errand
from tickets.sla import watching
from tickets.writing import aftermath, care_tip, follow_up, post

DUE = {
    delivery.RELEASE: delivery.EVERY_TEN_SECONDS,
    care_tip.ADVISE: care_tip.EVERY_DAY,
    my_link.FORGET: my_link.EVERY_NIGHT,
    retention.ENFORCE: retention.EVERY_HOUR,
    people.ENFORCE: people.EVERY_HOUR,
    handed_over.END: handed_over.EVERY_TEN_MINUTES,
    value.RECKON: value.EVERY_DAY,
    likeness.SEARCH: likeness.EVERY_DAY,
    fleet_errand.LOOK: fleet_errand.EVERY_HOUR,
    outside.FORGET: outside.EVERY_HOUR,
    watching.LOOK: watching.EVERY_TEN_SECONDS,
    weighing.REFRESH: weighing.EVERY_MINUTE,
    review.LOOK: review.EVERY_HOUR,
    errand.ROUTE: errand.EVERY_MINUTE,
    **model_care.DUE,
}
"""When each is queued by itself."""


@dataclass(frozen=True)
class Orders:
    """What an owner's settings say about the errands; without any, nothing goes."""

    catalogue: Catalogue = field(default_factory=dict)
    """The types that errands know, and whose models are cared for."""
    plan: Plan = field(default_factory=Plan)
    """When models are fitted anew."""
    post: Post = HOUSE_POST
    """How people are written to."""
    keeping: Keeping = field(default_factory=Keeping)
    """How long readings are kept."""
    people: PeopleKeeping = field(default_factory=PeopleKeeping)
    """Likewise what is personal."""
    outside: Kept = field(default_factory=Kept)
    """Likewise what other systems are told."""

    @classmethod
    def of(cls, settings: Settings, catalogue: Catalogue) -> Orders:
        """As the settings say."""
        return cls(
            catalogue,
            Plan.of(settings),
            post.of(settings, catalogue),
            Keeping.of(settings),
            PeopleKeeping.of(settings),
            Kept.of(settings),
        )


def run(url: str, pool: Pool, clock: Clock, stop: Stop, orders: Orders) -> None:
    """Work off the queue until asked to stop."""
    queue.work(url, of(pool, clock, stop, orders), stop, due=DUE)


def of(pool: Pool, clock: Clock, stop: Stop, orders: Orders) -> dict[str, Errand]:
    """Every errand by its name, which is that of its function: queued jobs bear it."""
    return (
        _letters(pool, clock, orders)
        | _desk(pool, clock, orders)
        | _upkeep(pool, clock, stop, orders)
        | _models(pool, orders)
    )


def _letters(pool: Pool, clock: Clock, orders: Orders) -> dict[str, Errand]:
    return {
        DELIVER: partial(delivery.deliver, pool, clock, post=orders.post),
        delivery.RELEASE: partial(delivery.release, pool, clock),
        follow_up.FOLLOW: partial(aftermath.write, pool, orders.catalogue, clock),
        care_tip.ADVISE: partial(care_tip.advise, pool, orders.catalogue, clock),
    }


def _desk(pool: Pool, clock: Clock, orders: Orders) -> dict[str, Errand]:
    return {
        errand.ROUTE: partial(
            dispatch.route, pool, orders.catalogue, clock, quiet=orders.post.rules.quiet
        ),
        weighing.REFRESH: partial(weighing.refresh, pool, clock),
        watching.LOOK: partial(watching.look, pool, clock),
        review.LOOK: partial(review.look, pool, orders.catalogue, clock),
        handed_over.END: partial(handed_over.end, pool, clock),
        value.RECKON: partial(value.reckon, pool, clock),
        likeness.SEARCH: partial(likeness.look, pool, clock),
        fleet_errand.LOOK: partial(fleet_errand.look, pool, orders.catalogue),
    }


def _upkeep(pool: Pool, clock: Clock, stop: Stop, orders: Orders) -> dict[str, Errand]:
    return {
        my_link.FORGET: partial(my_link.forget_old, pool),
        retention.ENFORCE: partial(retention.enforce, pool, orders.keeping, stop),
        people.ENFORCE: partial(people.enforce, pool, clock, orders.people, stop),
        outside.FORGET: partial(outside.forget, pool, orders.outside, stop),
    }


def _models(pool: Pool, orders: Orders) -> dict[str, Errand]:
    types, plan = orders.catalogue, orders.plan
    return {
        model_care.TRY_SHADOWS: partial(model_care.try_shadows, pool, types),
        model_care.MEASURE_DRIFT: partial(model_care.measure_drift, pool, types),
        model_care.CHECK_CHAMPIONS: partial(model_care.check_champions, pool, types),
        model_care.FIND_DUE: partial(model_care.find_due, pool, types, plan),
        model_care.RETRAIN: partial(model_care.retrain, pool, types, plan),
    }
