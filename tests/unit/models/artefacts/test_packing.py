"""What a model may be made of, and that it comes back as it was."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from models.artefacts import kinds, packing
from models.artefacts.packing import UnreadableError, UnstorableError
from models.detectors.calibration import Calibration
from models.detectors.context_residual import ContextResidual
from models.recording import Description


@dataclass(frozen=True)
class Foreign:
    """A class that no module of models defines."""

    number: int


class Listed(list[int]):
    """Looks like a list, and is more."""


def there_and_back(value: object) -> object:
    found: object = packing.unpack(packing.pack(value))
    return found


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        7,
        2.5,
        "text",
        b"bytes",
        (1, "two", (3.0,)),
        [1, [2]],
        {1, 2},
        frozenset({"a", "b"}),
        {"is": "object", "of": "anything"},
        {(1, "pair"): [None], 4: {}},
        Calibration(1.5, 5.0),
        {"deep": (Calibration(1.0, 6.0),)},
        Description(("power_w",), context={"power_w": ("warmth_c",)}),
    ],
    ids=repr,
)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    found = there_and_back(value)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "array",
    [
        np.array([1.5, np.nan], dtype=np.float32),
        np.zeros((2, 0, 3), dtype=np.int64),
        np.array([True, False]),
        np.array(["a", "lång"]),
        np.array(["2026-05-01T00"], dtype="datetime64[h]"),
    ],
    ids=lambda array: str(array.dtype),
)
def test_an_array_keeps_its_type_and_shape(array: np.ndarray) -> None:  # type: ignore[type-arg]
    found = there_and_back(array)
    assert isinstance(found, np.ndarray)
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


def test_a_number_of_numpy_keeps_its_precision() -> None:
    found = there_and_back(np.float32(0.1))
    assert type(found) is np.float32
    assert found == np.float32(0.1)


def test_a_detector_comes_back_with_its_settings() -> None:
    found = there_and_back(ContextResidual("duty", ["ambient"], "high", resolution=0.5))
    assert isinstance(found, ContextResidual)
    assert (found.metric, found.context, found.resolution) == ("duty", ("ambient",), 0.5)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ([1, {"path": Path("/etc")}], r"model\[1\]\['path'\]"),
        (Foreign(1), "model is a .*Foreign"),
        (len, "model is a builtins.builtin_function_or_method"),
        ((lambda: 1,), r"model\[0\] is a builtins.function"),
        (Calibration(Foreign(2), 5.0), "model.variation is a .*Foreign"),  # type: ignore[arg-type]
        (np.array([object()]), "ndarray of object"),
        (np.ma.masked_array([1], mask=[True]), "MaskedArray"),
        (Listed([1]), "Listed"),
        (np.random.default_rng(1), "Generator"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_kept_as_values_is_refused_with_its_place(value: object, place: str) -> None:
    with pytest.raises(UnstorableError, match=place):
        packing.pack(value)


@pytest.mark.parametrize("name", ["pathlib.Path", "os.system", "models.shelf.Model", ""])
def test_a_class_that_is_not_on_the_list_is_never_made(name: str) -> None:
    with pytest.raises(UnreadableError, match="does not know"):
        packing.unpack({"is": "object", "of": name, "state": {}})


def test_a_class_that_has_changed_since_is_refused_and_says_in_what() -> None:
    packed = packing.pack(Calibration(1.5, 5.0))
    packed["state"]["margin"] = packed["state"].pop("variation")
    with pytest.raises(UnreadableError, match="margin, variation"):
        packing.unpack(packed)


def test_what_nobody_knows_how_to_put_together_is_refused() -> None:
    with pytest.raises(UnreadableError, match="'spell'"):
        packing.unpack({"is": "spell", "words": "abracadabra"})


def test_only_pure_modules_are_on_the_list() -> None:
    found = kinds.known()
    assert found["models.detectors.calibration.Calibration"] is Calibration
    assert not [name for name in found if not name.startswith(kinds.SOURCES)]
    assert not [kind for kind in found.values() if issubclass(kind, BaseException)]
