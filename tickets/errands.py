"""The errands that the `work` process runs: what others queued, and what is due every hour."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType

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
from tickets.writing import aftermath, care_tip, follow_up

NO_TYPES: Catalogue = MappingProxyType({})
USUAL = Plan()
NOTHING_GOES = Kept()
EVERYBODY_STAYS = PeopleKeeping()
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


def run(
    url: str,
    pool: Pool,
    clock: Clock,
    stop: Stop,
    keeping: Keeping,
    catalogue: Catalogue = NO_TYPES,
    plan: Plan = USUAL,
    *,
    kept: Kept = NOTHING_GOES,
    people_kept: PeopleKeeping = EVERYBODY_STAYS,
    post: Post = HOUSE_POST,
) -> None:
    """Work off the queue until asked to stop.

    `catalogue` names the types of models cared for, `plan` tells when they are fitted anew,
    `kept` how long what other systems are told is kept, `people_kept` what is personal, `post` how
    people are written to.
    """
    errands: dict[str, Errand] = {
        DELIVER: partial(delivery.deliver, pool, clock, post=post),
        delivery.RELEASE: partial(delivery.release, pool, clock),
        follow_up.FOLLOW: partial(aftermath.write, pool, catalogue, clock),
        care_tip.ADVISE: partial(care_tip.advise, pool, catalogue, clock),
        my_link.FORGET: partial(my_link.forget_old, pool),
        retention.ENFORCE: partial(retention.enforce, pool, keeping, stop),
        people.ENFORCE: partial(people.enforce, pool, clock, people_kept, stop),
        handed_over.END: partial(handed_over.end, pool, clock),
        value.RECKON: partial(value.reckon, pool, clock),
        likeness.SEARCH: partial(likeness.look, pool, clock),
        fleet_errand.LOOK: partial(fleet_errand.look, pool, catalogue),
        watching.LOOK: partial(watching.look, pool, clock),
        weighing.REFRESH: partial(weighing.refresh, pool, clock),
        review.LOOK: partial(review.look, pool, catalogue, clock),
        outside.FORGET: partial(outside.forget, pool, kept, stop),
        errand.ROUTE: partial(dispatch.route, pool, catalogue, clock),
        model_care.TRY_SHADOWS: partial(model_care.try_shadows, pool, catalogue),
        model_care.MEASURE_DRIFT: partial(model_care.measure_drift, pool, catalogue),
        model_care.CHECK_CHAMPIONS: partial(model_care.check_champions, pool, catalogue),
        model_care.FIND_DUE: partial(model_care.find_due, pool, catalogue, plan),
        model_care.RETRAIN: partial(model_care.retrain, pool, catalogue, plan),
    }
    queue.work(url, errands, stop, due=DUE)
