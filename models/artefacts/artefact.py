"""A fitted model as bytes, and back: skops with a short list of what it may trust, no pickle."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from models.artefacts import first_format, packing
from models.artefacts.packing import UnreadableError, UnstorableError

FORMAT = 2
TRUSTED = (
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
)
"""Compiled trees, which skops does not know as harmless: made from arrays that they check."""
LIBRARIES = ("scikit-learn", "numpy", "scipy", "skops")


class DamagedModelError(packing.UnreadableError):
    """A stored model that is not what was put on the shelf."""

    title = "Damaged model"


@dataclass(frozen=True)
class Artefact:
    """What is stored, and what one must know before it is read."""

    content: bytes
    facts: Mapping[str, Any]
    """`sha256`, `estimators` (names, sorted) and `libraries` (versions it was made with)."""


def store(model: object) -> Artefact:
    """Make the bytes; UnstorableError if anything in the model could not be read again."""
    import skops.io  # noqa: PLC0415 - it imports all of scikit-learn and SciPy

    packed = packing.pack(model)
    document = {"format": FORMAT, "model": packed}
    content = skops.io.dumps(document, compression=zipfile.ZIP_DEFLATED)
    foreign = _foreign(content)
    if foreign:
        raise UnstorableError(f"the model holds {', '.join(foreign)}, which nobody vouches for")
    facts = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "estimators": sorted(set(packing.estimators(packed))),
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    return Artefact(content, facts)


def restore(artefact: Artefact) -> object:
    """Make the model again, after its checksum, its libraries and its types were looked at."""
    if hashlib.sha256(artefact.content).hexdigest() != artefact.facts["sha256"]:
        raise DamagedModelError("the model is not what was stored", hint="train it again")
    _check_libraries(artefact.facts)
    import skops.io  # noqa: PLC0415 - as above

    try:
        foreign = _foreign(artefact.content)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DamagedModelError("what is stored is no model", hint="train it again") from error
    if foreign:
        raise DamagedModelError(
            f"the stored model holds {', '.join(foreign)}, which is never loaded",
            hint="find out who put it there, and train it again",
        )
    document = skops.io.loads(artefact.content, trusted=list(TRUSTED))
    if not isinstance(document, dict) or "format" not in document:
        raise DamagedModelError("what is stored is no model", hint="train it again")
    return _model(document)


def _foreign(content: bytes) -> list[str]:
    import skops.io  # noqa: PLC0415 - as above

    return sorted(set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED))


def _check_libraries(facts: Mapping[str, Any]) -> None:
    """Estimators promise nothing across versions of their library; arrays do not care."""
    made_with = facts.get("libraries", {}).get("scikit-learn", "")
    here = version("scikit-learn")
    if facts.get("estimators") and _series(made_with) != _series(here):
        raise UnreadableError(
            f"the model was fitted with scikit-learn {made_with} and this is {here}",
            hint="train it again",
        )


def _series(number: str) -> list[str]:
    return number.split(".")[:2]


def _model(document: Mapping[str, Any]) -> object:
    if document["format"] == first_format.FORMAT:
        return first_format.unpacked(document)
    if document["format"] != FORMAT:
        raise UnreadableError(
            f"the model has the format {document['format']}; this version reads {FORMAT}",
            hint="train it again",
        )
    return packing.unpack(document["model"])
