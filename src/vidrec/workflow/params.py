"""Reading a stage's parameters from params.yaml into a checked dataclass.

Each stage module declares the dataclass of what it reads. A field is named in params.yaml as
`<section>.<field>`; one that belongs to another stage says so with `param(..., name="other.key")`.
"""

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml

from vidrec.workflow.errors import UserError

T = TypeVar("T")


def param(
    *,
    name: str | None = None,
    choices: tuple[str, ...] | None = None,
    low: float | None = None,
    high: float | None = None,
) -> Any:
    """A field of a params dataclass: its name elsewhere, its allowed values or its range."""
    return dataclasses.field(metadata={"name": name, "choices": choices, "low": low, "high": high})


def names(kind: type) -> dict[str, str]:
    """Field name -> dotted name in params.yaml, for the params dataclass `kind`."""
    section = kind.__module__.rpartition(".")[2]
    return {
        field.name: field.metadata.get("name") or f"{section}.{field.name}"
        for field in dataclasses.fields(kind)
    }


def load(kind: type[T], path: Path) -> T:
    """The values of `kind`'s fields in the YAML file `path`.

    Raises UserError for a missing file, a missing key, a wrong type or a value not allowed.
    """
    document = _read(path)
    return checked(kind, {name: _find(document, key, path) for name, key in names(kind).items()})


def checked(kind: type[T], values: Mapping[str, Any]) -> T:
    """`kind` of `values`, by field. Raises UserError for a wrong type or a value not allowed."""
    hints = typing.get_type_hints(kind)
    dotted = names(kind)
    return kind(
        **{
            field.name: _checked(values[field.name], hints[field.name], field, dotted[field.name])
            for field in dataclasses.fields(typing.cast(Any, kind))
        }
    )


def _read(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
        # JSON is YAML but for numbers such as 1e-05, which YAML takes for text.
        return json.loads(text) if _kind(path) == "JSON" else yaml.safe_load(text)
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run from the top of the project") from None
    except (yaml.YAMLError, json.JSONDecodeError, UnicodeDecodeError, OSError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path} is not valid {_kind(path)} ({reason}): {_mend(path)}") from None


def _kind(path: Path) -> str:
    return "JSON" if path.suffix == ".json" else "YAML"


def _mend(path: Path) -> str:
    """What to do about a file: a user writes YAML, a stage writes JSON."""
    return "make it again (`dvc repro -f build_index`)" if _kind(path) == "JSON" else "mend it"


def _find(document: Any, dotted: str, path: Path) -> Any:
    value = document
    for key in dotted.split("."):
        if not isinstance(value, dict) or key not in value:
            hint = "add it (git show HEAD:params.yaml has all)"
            todo = _mend(path) if _kind(path) == "JSON" else hint
            raise UserError(f"{path} has no {dotted}: {todo}")
        value = value[key]
    return value


def _checked(value: Any, hint: Any, field: dataclasses.Field[Any], dotted: str) -> Any:
    if hint is float and type(value) is int:
        value = float(value)
    if typing.get_origin(hint) is tuple and _is_list_of_text(value):
        return tuple(value)
    expected = getattr(hint, "__origin__", hint)
    if isinstance(expected, types.UnionType) or type(value) is not expected:
        kind = "a list of text" if expected is tuple else f"of type {expected.__name__}"
        raise UserError(f"{dotted} is {value!r}: it must be {kind}")
    choices, low, high = (field.metadata.get(key) for key in ("choices", "low", "high"))
    if choices is not None and value not in choices:
        raise UserError(f"{dotted} is {value!r}: it must be one of {', '.join(choices)}")
    below = low is not None and not value >= low
    above = high is not None and not value <= high
    if below or above:
        bounds = f"at least {low}" if high is None else f"between {low} and {high}"
        raise UserError(f"{dotted} is {value!r}: it must be {bounds}")
    return value


def _is_list_of_text(value: Any) -> bool:
    return type(value) is list and all(type(each) is str for each in value)
