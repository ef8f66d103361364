"""A fitted model taken apart into plain values, arrays and estimators, and put together again.

Plain values, lists, tuples and arrays stand for themselves; everything else is a dictionary
whose `is` says what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from models.artefacts import kinds
from runtime.errors import HearthwatchError

PLAIN = (type(None), bool, int, float, str, bytes)
ARRAYS = "biufcMmUS"
"""Kinds of arrays that hold values and not objects."""
Packed = Any
"""What skops keeps without being told to trust it, and estimators of scikit-learn."""


class UnstorableError(HearthwatchError):
    """A model that holds something which cannot be kept as values."""

    title = "Model cannot be stored"


class UnreadableError(HearthwatchError):
    """A stored model that this version cannot put together."""

    title = "Model cannot be read"


def pack(value: object, place: str = "model") -> Packed:
    """Take a value apart; UnstorableError names the place of what cannot be."""
    if type(value) in PLAIN:
        return value
    if is_estimator(value):
        return {"is": "estimator", "estimator": value}
    for kind, packer in _PACKERS:
        if isinstance(value, kind):
            return packer(value, place)
    return _packed_object(value, place)


def is_estimator(value: object) -> bool:
    """Whether it is one of scikit-learn's own: skops looks at what is inside."""
    own = type(value).__module__.partition(".")[0] == "sklearn"
    return own and isinstance(value, BaseEstimator)


def estimators(packed: Packed) -> Iterator[str]:
    """Names of the estimators in what `pack` made, each as often as it occurs."""
    if isinstance(packed, list | tuple):
        for part in packed:
            yield from estimators(part)
    elif isinstance(packed, dict):
        if packed.get("is") == "estimator":
            yield type(packed["estimator"]).__name__
        else:
            yield from estimators(list(packed.values()))


def unpack(packed: Packed) -> Any:  # noqa: ANN401 - whatever was stored
    """Put together what `pack` took apart; UnreadableError if a class is not as it was."""
    if isinstance(packed, list | tuple):
        return type(packed)(unpack(part) for part in packed)
    if not isinstance(packed, dict):
        return packed
    unpacker = _UNPACKERS.get(packed.get("is", ""))
    if unpacker is None:
        raise UnreadableError(f"the stored model holds a {packed.get('is')!r}, which nobody knows")
    return unpacker(packed)


def _packed_object(value: object, place: str) -> Packed:
    name = _listed(type(value), place)
    state = (
        {each.name: getattr(value, each.name) for each in fields(value)}
        if is_dataclass(value)
        else vars(value)
    )
    packed = {name: pack(part, f"{place}.{name}") for name, part in state.items()}
    return {"is": "object", "of": name, "state": packed}


def _packed_choice(value: Enum, place: str) -> Packed:
    return {"is": "choice", "of": _listed(type(value), place), "name": value.name}


def _packed_class(value: type, place: str) -> Packed:
    return {"is": "class", "of": _listed(value, place)}


def _packed_scalar(value: np.generic, place: str) -> Packed:
    return {"is": "scalar", "array": _packed_array(np.asarray(value), place)}


def _packed_array(value: np.ndarray[Any, Any], place: str) -> Packed:
    if type(value) is not np.ndarray or value.dtype.kind not in ARRAYS:
        kind = f"{type(value).__name__} of {value.dtype}"
        raise UnstorableError(f"{place} is a {kind}, which holds no plain values")
    return value


def _packed_dict(value: Mapping[object, object], place: str) -> Packed:
    pairs = [
        [pack(key, f"a key of {place}"), pack(part, f"{place}[{key!r}]")]
        for key, part in value.items()
    ]
    return {"is": "dict", "pairs": pairs}


def _packed_set(value: set[object] | frozenset[object], place: str) -> Packed:
    kind = "frozenset" if isinstance(value, frozenset) else "set"
    items = [pack(part, f"a part of {place}") for part in sorted(value, key=repr)]
    return {"is": kind, "items": items}


def _packed_sequence(value: list[object] | tuple[object, ...], place: str) -> Packed:
    if type(value) not in (list, tuple):
        raise UnstorableError(f"{place} is a {type(value).__name__}; keep a tuple or a dataclass")
    parts = [pack(part, f"{place}[{number}]") for number, part in enumerate(value)]
    return parts if isinstance(value, list) else tuple(parts)


_PACKERS: tuple[tuple[Any, Callable[[Any, str], Packed]], ...] = (
    (type, _packed_class),
    (Enum, _packed_choice),
    (np.generic, _packed_scalar),
    (np.ndarray, _packed_array),
    (Mapping, _packed_dict),
    (set | frozenset, _packed_set),
    (list | tuple, _packed_sequence),
)


def _listed(kind: type, place: str) -> str:
    name = kinds.name_of(kind)
    if kinds.known().get(name) is not kind:
        raise UnstorableError(
            f"{place} is a {name}, which is not among the classes that may be stored",
            hint="keep arrays, numbers, texts, own dataclasses and scikit-learn estimators",
        )
    return name


def _class(name: str) -> type:
    if name not in kinds.known():
        raise UnreadableError(
            f"the stored model holds a {name}, which this version does not know",
            hint="train it again",
        )
    return kinds.known()[name]


def _object(packed: dict[str, Packed]) -> object:
    """Made without running its constructor: the state is what one had left behind."""
    kind = _class(packed["of"])
    state = {name: unpack(part) for name, part in packed["state"].items()}
    if is_dataclass(kind):
        changed = sorted({each.name for each in fields(kind)} ^ set(state))
        if changed:
            raise UnreadableError(
                f"{packed['of']} has changed since the model was stored: {', '.join(changed)}",
                hint="train it again",
            )
    made: object = object.__new__(kind)
    for name, part in state.items():
        object.__setattr__(made, name, part)
    return made


def _choice(packed: dict[str, Packed]) -> object:
    kind = _class(packed["of"])
    if not issubclass(kind, Enum) or packed["name"] not in kind.__members__:
        raise UnreadableError(f"{packed['of']} has no {packed['name']!r}", hint="train it again")
    return kind[packed["name"]]


_UNPACKERS: Mapping[str, Callable[[dict[str, Packed]], object]] = {
    "object": _object,
    "choice": _choice,
    "class": lambda packed: _class(packed["of"]),
    "scalar": lambda packed: packed["array"][()],
    "estimator": lambda packed: packed["estimator"],
    "dict": lambda packed: {unpack(key): unpack(part) for key, part in packed["pairs"]},
    "set": lambda packed: {unpack(part) for part in packed["items"]},
    "frozenset": lambda packed: frozenset(unpack(part) for part in packed["items"]),
}
