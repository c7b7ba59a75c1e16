"""Reading a stage's parameters from params.yaml into a checked dataclass.

Each stage has a dataclass of what it reads. A field is named in params.yaml as `<section>.<field>`;
one that belongs to another stage says so with `param(..., name="other.key")`.

What is wrong is said in one line each. `load` raises the first that it meets; `vidrec check`, which
puts the same questions to the knobs of all stages, tells them all.
"""

import dataclasses
import json
import math
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from vidrec.workflow.errors import UserError

T = TypeVar("T")

# What reading YAML raises: PyYAML lets through what Python says of dates and tags without sense.
UNREADABLE = (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError, OSError)

# Whole numbers up to this one are exact as floats. No knob takes a larger one: it would overflow.
EXACT = 2**53


def param(
    *,
    name: str | None = None,
    choices: tuple[str, ...] | None = None,
    low: float | None = None,
    high: float | None = None,
    step: int | None = None,
) -> Any:
    """A field of a params dataclass: its name elsewhere, and its allowed values: choices, a range,
    the multiples of `step`."""
    said = {"name": name, "choices": choices, "low": low, "high": high, "step": step}
    return dataclasses.field(metadata=said)


@dataclass(frozen=True)
class Knob:
    """A field of a params dataclass, its dotted `name` in params.yaml, and what it may be."""

    field: str
    name: str
    type: Any
    choices: tuple[str, ...] | None
    low: float | None
    high: float | None
    step: int | None

    def converted(self, value: Any) -> Any:
        """`value` of YAML as the field takes it: a list as a tuple, a whole number as a float."""
        if self.type is float and type(value) is int and abs(value) <= EXACT:
            return float(value)
        if _is_list(self.type) and _is_list_of_text(value):
            return tuple(value)
        return value

    def problem(self, value: Any) -> str | None:
        """What is wrong with `value`, in one line; None where it will do."""
        wanted = self._type_wanted(value) or self._value_wanted(value)
        return f"{self.name} is {value!r}: it must be {wanted}" if wanted else None

    def _type_wanted(self, value: Any) -> str | None:
        if _is_list(self.type):
            return None if _is_list_of_text(value) else "a list of text"
        if type(self.converted(value)) is self.type:
            return None
        return f"of type {self.type.__name__}{_hint(value, self.type)}"

    def _value_wanted(self, value: Any) -> str | None:
        if self.choices is not None and value not in self.choices:
            return f"one of {', '.join(self.choices)}"
        below = self.low is not None and not value >= self.low
        above = self.high is not None and not value <= self.high
        if below or above:
            between = f"between {self.low} and {self.high}"
            return f"at least {self.low}" if self.high is None else between
        if self.step is not None and value % self.step:
            return f"a multiple of {self.step}"
        if self.type is int and value > EXACT:
            return f"at most {EXACT}"
        if self.type is float and not math.isfinite(value):
            return "a finite number"
        return None


def knobs(kind: type) -> list[Knob]:
    """What the params dataclass `kind` reads, in the order of its fields."""
    section = kind.__module__.rpartition(".")[2]
    hints = typing.get_type_hints(kind)
    return [
        Knob(
            field.name,
            field.metadata.get("name") or f"{section}.{field.name}",
            hints[field.name],
            *(field.metadata.get(key) for key in ("choices", "low", "high", "step")),
        )
        for field in dataclasses.fields(kind)
    ]


def names(kind: type) -> dict[str, str]:
    """Field name -> dotted name in params.yaml, for the params dataclass `kind`."""
    return {knob.field: knob.name for knob in knobs(kind)}


def load(kind: type[T], path: Path) -> T:
    """The values of `kind`'s fields in the YAML file `path`.

    Raises UserError for a missing file, a missing key, a wrong type or a value not allowed.
    """
    document, doubles = read(path)
    if doubles:
        raise UserError(doubles[0])
    return checked(kind, {knob.field: find(document, knob.name, path) for knob in knobs(kind)})


def checked(kind: type[T], values: Mapping[str, Any]) -> T:
    """`kind` of `values`, by field. Raises UserError for a wrong type or a value not allowed."""
    every = knobs(kind)
    for knob in every:
        problem = knob.problem(values[knob.field])
        if problem:
            raise UserError(problem)
    return kind(**{knob.field: knob.converted(values[knob.field]) for knob in every})


def read(path: Path) -> tuple[Any, list[str]]:
    """What the file `path` holds, and a line for each name that stands in it twice.

    YAML would let the later of two silently win; of two sections of one name, both count here.
    Raises UserError for a missing file, and for what is not YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
        # JSON is YAML but for numbers such as 1e-05, which YAML takes for text.
        return (json.loads(text), []) if _kind(path) == "JSON" else _parsed(text, path)
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run from the top of the project") from None
    except UNREADABLE as error:
        reason = f"is not valid {_kind(path)} ({_where(error)})"
        raise UserError(f"{path} {reason}: {_mend(path)}") from None


def _parsed(text: str, path: Path) -> tuple[Any, list[str]]:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None, []
        doubles = _take_out_doubles(node)
        return loader.construct_document(node), [f"{path} has {each}" for each in doubles]
    finally:
        loader.dispose()


def _take_out_doubles(node: yaml.Node, section: str = "") -> list[str]:
    """Leave each name once in a document, or in a `section` of it; say which stood there twice."""
    if not isinstance(node, yaml.MappingNode):
        return []
    kept: dict[str, tuple[yaml.Node, yaml.Node]] = {}
    told = []
    for key, value in node.value:
        name = str(key.value)
        if name in kept:
            told.append(f"{section}{name} in {_line(kept[name][0])} and {_line(key)}: delete one")
            _take_over(value, kept[name][1])
        kept[name] = key, value
    node.value = list(kept.values())
    inner = [] if section else [_take_out_doubles(kept[name][1], f"{name}.") for name in kept]
    return told + [each for part in inner for each in part]


def _line(node: yaml.Node) -> str:
    return f"line {node.start_mark.line + 1}"


def _take_over(section: yaml.Node, earlier: yaml.Node) -> None:
    """Give a section what one of the same name has before it, and it has not itself."""
    if isinstance(section, yaml.MappingNode) and isinstance(earlier, yaml.MappingNode):
        own = {str(key.value) for key, _ in section.value}
        section.value += [pair for pair in earlier.value if str(pair[0].value) not in own]


def _where(error: Exception) -> str:
    """What a parser complains of, and in which line."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return " ".join(str(error).split())


def _kind(path: Path) -> str:
    return "JSON" if path.suffix == ".json" else "YAML"


def _mend(path: Path) -> str:
    """What to do about a file: a user writes YAML, a stage writes JSON."""
    return "make it again (`dvc repro -s -f build_index`)" if _kind(path) == "JSON" else "mend it"


def find(document: Any, dotted: str, path: Path) -> Any:
    """What `document`, read from `path`, has under a dotted name. Raises UserError for nothing."""
    value = document
    for key in dotted.split("."):
        if not isinstance(value, dict) or key not in value:
            raise UserError(absent(path, dotted))
        value = value[key]
    return value


def absent(path: Path, dotted: str) -> str:
    """The line for a key, or a section, that the file `path` lacks."""
    hint = "add it (git show HEAD:params.yaml has all)"
    return f"{path} has no {dotted}: {_mend(path) if _kind(path) == 'JSON' else hint}"


def _is_list(kind: Any) -> bool:
    return typing.get_origin(kind) is tuple


def _is_list_of_text(value: Any) -> bool:
    return type(value) is list and all(type(each) is str for each in value)


def _hint(value: Any, kind: type) -> str:
    """How to write in YAML what was meant by `value`, which came out as another type."""
    if kind is str and not isinstance(value, list | dict):
        return ': for none write ""' if value is None else ": write it in quotes"
    if kind in (int, float) and type(value) is str:
        number = _number(value, kind)
        return f", and YAML takes this for text: write {number}" if number else ""
    return ""


def _number(text: str, kind: type) -> str | None:
    """`text` as YAML reads it for a number of type `kind`; None where it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    if not math.isfinite(number) or (kind is int and not number.is_integer()):
        return None
    if kind is int:
        return str(int(number))
    # Without a point YAML would take 1e-07 for text again.
    digits, e, exponent = repr(number).partition("e")
    return digits + ("" if "." in digits else ".0") + e + exponent
