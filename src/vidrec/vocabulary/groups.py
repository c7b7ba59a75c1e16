"""The groups of labels at the level that people think in, in two languages.

Networks split what people call one thing: airliner, airship and warplane are aircraft. Each label
is in one group, and each built-in group is a part of one wider group, its parent.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import as_file, files
from pathlib import Path

import pandas as pd

from vidrec.vocabulary.own_groups import OwnRow, read_own_groups
from vidrec.vocabulary.words import same
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import read_table, shown

ENGLISH, SPANISH = "en", "es"
LANGUAGES = (ENGLISH, SPANISH)

# Between the parts of the name of a group of several things, English or Spanish.
BETWEEN = re.compile(", | and | y ")


@dataclass(frozen=True)
class Vocabulary:
    """Which labels belong together, and what people call them.

    `group_of` has the group of a label, `parent_of` the wider group that a group is part of, and
    `spanish` the Spanish name of a label, group or parent; none needs to have all of them.
    """

    group_of: Mapping[str, str]
    parent_of: Mapping[str, str]
    spanish: Mapping[str, str]

    def group(self, label: str) -> str:
        """The group of a label; one that has none is its own, or in that of its name."""
        return self.group_of.get(label) or self._group_by_case.get(label.casefold(), label)

    def parent(self, group: str) -> str:
        """The wider group that `group` is part of; "" where there is none."""
        return self.parent_of.get(group, "")

    def shown(self, name: str, language: str = ENGLISH) -> str:
        """What to call a label, group or parent: `name` itself where there is no other name."""
        return self.spanish.get(name, name) if language == SPANISH else name

    def labels_named(self, word: str, labels: Sequence[str]) -> list[str]:
        """Those of `labels` that a word stands for, in their order; none where it is unknown.

        They are the labels of a parent of that name, else of a group, else the label itself, else
        the labels of a group that names it among other things, or that a label of that name is in,
        which is not among them. The word may be English or Spanish, with other case, accents,
        hyphens or underscores, or a plural.
        """
        levels = (
            self._in_parents,
            self._in_groups,
            self._by_name,
            self._in_groups_of_several,
            self._in_its_group,
        )
        return next((found for level in levels if (found := level(word, labels))), [])

    def names(self, labels: Sequence[str], language: str) -> list[str]:
        """What can be asked for of `labels`: parents, groups, labels, as people call them."""
        groups = [self.group(label) for label in labels]
        parents = [self.parent(group) for group in groups]
        every = [*sorted(set(parents) - {""}), *sorted(set(groups)), *labels]
        return list(dict.fromkeys(self.shown(name, language) for name in every))

    @cached_property
    def _groups(self) -> list[str]:
        return list(dict.fromkeys([*self.parent_of, *self.group_of.values()]))

    @cached_property
    def _group_by_case(self) -> dict[str, str]:
        return {group.casefold(): group for group in self._groups}

    def _in_parents(self, word: str, labels: Sequence[str]) -> list[str]:
        wanted = self._meant(word, dict.fromkeys(self.parent_of.values()))
        groups = {group for group in self._groups if self.parent(group) in wanted} | wanted
        return [label for label in labels if self.group(label) in groups]

    def _in_groups(self, word: str, labels: Sequence[str]) -> list[str]:
        wanted = self._meant(word, self._groups)
        return [label for label in labels if self.group(label) in wanted]

    def _by_name(self, word: str, labels: Sequence[str]) -> list[str]:
        wanted = self._meant(word, labels)
        return [label for label in labels if label in wanted]

    def _in_groups_of_several(self, word: str, labels: Sequence[str]) -> list[str]:
        wanted = {
            group
            for group in self._groups
            for name in self._both(group)
            if any(same(word, part) for part in BETWEEN.split(name))
        }
        return [label for label in labels if self.group(label) in wanted]

    def _in_its_group(self, word: str, labels: Sequence[str]) -> list[str]:
        wanted = {self.group(label) for label in self._meant(word, self.group_of)}
        return [label for label in labels if self.group(label) in wanted]

    def _meant(self, word: str, names: Iterable[str]) -> set[str]:
        """Those of `names` spelt as `word`, else those that are the same word."""
        every = list(names)
        for alike in (str.__eq__, same):
            found = {name for name in every if self._is_called(name, word, alike)}
            if found:
                return found
        return set()

    def _is_called(self, name: str, word: str, alike: Callable[[str, str], bool]) -> bool:
        return any(alike(word, each) for each in self._both(name))

    def _both(self, name: str) -> set[str]:
        return {name, self.shown(name, SPANISH)}


def read_vocabulary(own: Path | None = None) -> Vocabulary:
    """The built-in vocabulary, and over it a user's table `own` of groups for own classes.

    Such a table may regroup a built-in label too. Raises UserError as `read_own_groups` does, and
    for a group that has the name of a parent, or a Spanish name that is another group's.
    """
    built_in = _built_in()
    return _with_own(built_in, own, read_own_groups(own)) if own else built_in


def _built_in() -> Vocabulary:
    labels = _package_table("labels.csv", ["label", "group", "es"])
    groups = _package_table("groups.csv", ["group", "parent", "es"])
    parts = groups[groups["parent"] != ""]
    spanish = [*_pairs(labels, "label", "es"), *_pairs(groups, "group", "es")]
    return Vocabulary(
        group_of=dict(_pairs(labels, "label", "group")),
        parent_of=dict(_pairs(parts, "group", "parent")),
        spanish={name: other for name, other in spanish if other},
    )


def _package_table(name: str, columns: Sequence[str]) -> pd.DataFrame:
    with as_file(files(__package__) / name) as path:
        return read_table(path, columns, as_text=True)


def _pairs(table: pd.DataFrame, key: str, value: str) -> Iterator[tuple[str, str]]:
    return zip(table[key], table[value], strict=True)


def _with_own(built_in: Vocabulary, path: Path, rows: Sequence[OwnRow]) -> Vocabulary:
    spelt = {group.casefold(): group for group in built_in.parent_of}
    groups = {row.label: spelt.setdefault(row.group.casefold(), row.group) for row in rows}
    spanish = _own_spanish(built_in, path, [(row, groups[row.label]) for row in rows])
    # A label that an own group is named by is in that group.
    namesakes = {group: group for group in groups.values() if group in built_in.group_of}
    return Vocabulary(
        group_of={**built_in.group_of, **namesakes, **groups},
        parent_of=built_in.parent_of,
        spanish={**built_in.spanish, **spanish},
    )


def _own_spanish(
    built_in: Vocabulary, path: Path, rows: Sequence[tuple[OwnRow, str]]
) -> dict[str, str]:
    """The Spanish names in a user's table; each of `rows` with its group as that is spelt."""
    parents = {name.casefold() for name in built_in.parent_of.values()}
    known = [*built_in.parent_of, *built_in.parent_of.values()]
    taken = {name.casefold(): name for name in known}
    taken |= {built_in.shown(name, SPANISH).casefold(): name for name in known}
    spanish: dict[str, str] = {}
    for line, (row, group) in enumerate(rows, start=2):
        where = f"{path}, row {line}: the group {shown(row.group)}"
        if row.group.casefold() in parents:
            raise UserError(f"{where} is a wider group of the built-in ones: name it otherwise")
        if row.group_es and spanish.setdefault(group, row.group_es) != row.group_es:
            raise UserError(
                f"{where} has two Spanish names, {shown(spanish[group])} and"
                f" {shown(row.group_es)}: leave one"
            )
        name = spanish.get(group) or built_in.shown(group, SPANISH)
        other = taken.setdefault(name.casefold(), group)
        if other != group:
            raise UserError(
                f"{where} would be {shown(name)} in Spanish, as {shown(other)} is: write that"
                " group, or another name into group_es"
            )
    return spanish | {row.label: row.label_es for row, _ in rows if row.label_es}
