"""What tells a challenger from the champion of its family, whatever the family is."""

from __future__ import annotations

from datetime import datetime

from devices.catalogue.appliance_type import ApplianceType
from models import shelf
from models.artefacts.packing import UnreadableError
from models.detectors.context_residual import ContextResidual
from models.promotion import contest, detector_contest, frozen
from models.promotion.contest import Aspect
from models.training import detector_training, families
from models.version import Model
from storage.pool import Connection


def aspects(
    connection: Connection,
    description: ApplianceType,
    challenger: Model,
    champion: Model,
    until: datetime,
) -> list[Aspect | None]:
    """Compare them by what was seen since their trainings ended."""
    taught = challenger.span_until, champion.span_until
    found = frozen.of_type(connection, description.type, taught, until)
    if found is None:
        return []
    if challenger.metric:
        ours, theirs = (shelf.load(connection, each) for each in (challenger, champion))
        return detector_contest.aspects(connection, description, ours, theirs, found)
    skills = (
        families.skill(connection, description, each, found.since, until)
        for each in (challenger, champion)
    )
    return [contest.of_skills(*skills)]


def misfit(connection: Connection, description: ApplianceType, champion: Model) -> str | None:
    """Why a champion cannot go on with the catalogue and the code as they are; None if it can."""
    gone = [name for name in champion.metrics if name not in description.metrics]
    if gone:
        return f"the champion needs {', '.join(gone)}, which the catalogue no longer has"
    try:
        fitted = shelf.load(connection, champion, object)
    except UnreadableError as error:
        return f"the champion cannot be read: {error}"
    if isinstance(fitted, ContextResidual) and not _as_described(fitted, description):
        return "the catalogue explains or watches the metric otherwise since"
    return None


def _as_described(detector: ContextResidual, description: ApplianceType) -> bool:
    metric = description.metrics[detector.metric]
    told = detector_training.untrained(detector.metric, metric)
    return (detector.context, detector.direction) == (told.context, told.direction)
