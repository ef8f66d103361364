"""Short forms in a task.yaml, and what they stand for: a name for a list of one, 400 for rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from models.evaluation import duration

PARTS = ("train", "validation", "test")
_OTHER_NAMES = {
    "before": "until", "to": "until", "end": "until",
    "after": "from", "since": "from", "start": "from",
    "unit": "units", "file": "files", "patterns": "files", "pattern": "files",
    "first": "first", "share": "fraction", "duration": "lasting",
}  # fmt: skip
_ROWS = re.compile(r"\s*(\d+)\s*rows?\s*")
_RANGE = re.compile(r"\s*(\d+)\s*(?:-|\.\.)\s*(\d+)\s*")
_KINDS = {"rul": "remaining_life", "life": "remaining_life", "faults": "fault"}
_OF_READINGS = ("unit", "time", "sampling", "metrics", "columns", "separator", "decimal")


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Bring to the top what may also be said of the readings or the split."""
    found = dict(values)
    readings = found.get("readings")
    if isinstance(readings, Mapping):
        rest = dict(readings)
        found["readings"] = rest.pop("path", rest.pop("files", None))
        found = {**rest, **found}
    if "folds" in found and isinstance(found.get("split"), Mapping | None):
        found["split"] = {**(found.get("split") or {}), "folds": found.pop("folds")}
    return found


def kind(given: object) -> object:
    """Understand remaining-life and rul too."""
    plain = str(given).lower().replace("-", "_").replace(" ", "_")
    return _KINDS.get(plain, plain)


def listed(given: object) -> object:
    """One thing for a list of one; nothing for an empty one."""
    if given is None:
        return ()
    return given if isinstance(given, (list, tuple)) else (given,)


def names(given: object) -> object:
    """Texts, also where YAML reads numbers."""
    if given is None:
        return None
    many = given if isinstance(given, (list, tuple)) else [given]
    return tuple(_text(each) for each in many)


def column(given: object) -> object:
    """A column's name, or a path to a file, alone."""
    if not isinstance(given, (str, int)) or isinstance(given, bool):
        return given
    text = str(given)
    is_file = text.lower().endswith((".csv", ".csv.gz", ".txt", ".txt.gz", ".json", ".tsv"))
    return {"path": text} if is_file else {"column": text}


def unit(given: object) -> object:
    """A column, `file`, or a list of both."""
    if isinstance(given, str):
        return {"file": True} if given == "file" else {"column": given}
    if isinstance(given, (list, tuple)):
        columns = [str(each) for each in given if each != "file"]
        return {"file": "file" in given, "column": columns[0] if columns else None}
    return {"column": str(given)} if isinstance(given, int) else given


def context(given: object) -> object:
    """Columns that explain all others, or for each metric those that explain it."""
    if isinstance(given, Mapping):
        return {str(name): names(explaining) for name, explaining in given.items()}
    return names(given) or ()


def logs(given: object) -> object:
    """One file or several, each a path or a mapping."""
    return [_beside(each) for each in _many(given)]


def traits(given: object) -> object:
    """Understand a path alone, and `columns` as the traits to take."""
    if isinstance(given, Mapping) and "columns" in given and "traits" not in given:
        rest = dict(given)
        return {**rest, "columns": None, "traits": names(rest["columns"])}
    return _beside(given)


def split(given: object) -> object:
    """Understand `train_until: X`, `by: units` and `units: {train: [...]}`."""
    if not isinstance(given, Mapping):
        return given
    found = {name: each for name, each in given.items() if name not in {"by", "kind"}}
    for how in ("units", "files", "time"):
        inner = found.pop(how, None)
        if isinstance(inner, Mapping):
            found |= {
                name: {how: each} if how != "time" and name in PARTS else each
                for name, each in inner.items()
            }
        elif inner is not None:
            found[how] = inner
    for name in list(found):
        part, _, key = str(name).partition("_")
        if part in PARTS and key and not isinstance(found.get(part), (list, str)):
            found[part] = {**(found.get(part) or {}), key: found.pop(name)}
    if isinstance(found.get("folds"), (list, tuple)):
        found["folds"] = [names(each) for each in found["folds"]]
    return found


def share(given: object) -> object:
    """Understand one part: a list of names, a date, `400`, `0.6`, `30d`, `400 rows`."""
    if isinstance(given, Mapping):
        return _share_of(given)
    if isinstance(given, (list, tuple)):
        return {"names": _spread(given)}
    if isinstance(given, bool) or given is None:
        return given
    if isinstance(given, (int, float)):
        return {"rows": given} if isinstance(given, int) and given >= 1 else {"fraction": given}
    return _share_of_text(given)


def _share_of(given: Mapping[Any, Any]) -> object:
    found = {_OTHER_NAMES.get(str(name), str(name)): each for name, each in given.items()}
    first = found.pop("first", None)
    told = share(first) if first is not None else None
    if isinstance(told, Mapping):
        found |= told
    for name in ("units", "files"):
        if name in found:
            found[name] = _spread(listed(found[name]))
    return found


def _share_of_text(given: object) -> object:
    if isinstance(given, date):
        return {"until": given}
    text = str(given)
    if rows := _ROWS.fullmatch(text):
        return {"rows": int(rows[1])}
    if duration.is_one(text):
        return {"lasting": text}
    if pd.notna(pd.to_datetime(text, errors="coerce")) and not _RANGE.fullmatch(text):
        return {"until": text}
    return {"names": _spread([text])}


def _spread(given: object) -> tuple[str, ...]:
    """Texts; 1-80 for the eighty names."""
    found: list[str] = []
    for each in listed(given):  # type: ignore[attr-defined]
        text = _text(each)
        wide = _RANGE.fullmatch(text)
        if wide and int(wide[1]) < int(wide[2]):
            found += map(str, range(int(wide[1]), int(wide[2]) + 1))
        else:
            found.append(text)
    return tuple(found)


def _beside(given: object) -> object:
    if isinstance(given, str):
        return {"path": given}
    if isinstance(given, Mapping) and isinstance(given.get("columns"), Mapping):
        rest = dict(given)
        return {**rest.pop("columns"), **rest}
    return given


def _many(given: object) -> list[object]:
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _text(given: object) -> str:
    whole = isinstance(given, float) and given == int(given)
    return str(int(given)) if whole else str(given)  # type: ignore[call-overload]
