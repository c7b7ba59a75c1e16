"""What of a similarity each group of objects is: shares that sum to 1, and so by group too."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vidrec.recommender.reasons import Reason
from vidrec.vocabulary.groups import Vocabulary
from vidrec.workflow.arrays import FloatArray, IntArray

# Groups told of a match, and labels of a group, where there is not room for all.
REASONS_SHOWN, LABELS_SHOWN = 4, 3


@dataclass(frozen=True)
class Grouping:
    """The groups of some labels, by name; `numbers` (labels,) has the place there of each label's.

    `labels` are their names.
    """

    labels: Sequence[str]
    groups: list[str]
    numbers: IntArray

    @classmethod
    def of(cls, labels: Sequence[str], vocabulary: Vocabulary) -> "Grouping":
        named = [vocabulary.group(label) for label in labels]
        groups = sorted(set(named))
        places = {name: place for place, name in enumerate(groups)}
        return cls(labels, groups, np.array([places[name] for name in named], np.int64))


@dataclass(frozen=True)
class GroupReason:
    """A group of objects that both videos have, its `share` (0..1) of their similarity, and those
    of its labels, which add up to it."""

    group: str
    share: float
    labels: list[Reason]


@dataclass(frozen=True)
class GroupShare:
    """The share (0..1) of a group by its number, the first labels in it with theirs, by number, and
    how many labels more there are."""

    group: int
    share: float
    labels: list[tuple[int, float]]
    more: int


@dataclass(frozen=True)
class Shares:
    """The first groups, the largest share first; how many others there are, and the rest of 1."""

    first: list[GroupShare]
    others: int
    rest: float


def by_group(reasons: Sequence[Reason], vocabulary: Vocabulary) -> list[GroupReason]:
    """The same reasons by group, the largest first, equal ones by name."""
    grouping = Grouping.of([reason.label for reason in reasons], vocabulary)
    every = len(reasons)
    found = shares(np.array([reason.share for reason in reasons]), grouping, every, every)
    return [
        GroupReason(
            grouping.groups[each.group],
            each.share,
            [Reason(grouping.labels[label], share) for label, share in each.labels],
        )
        for each in found.first
    ]


def shares(products: FloatArray, grouping: Grouping, most: int, told: int = LABELS_SHOWN) -> Shares:
    """The `most` largest groups in a sum of `products` (labels,), equal ones by name; of each the
    `told` largest labels.

    Nothing where the sum is 0.
    """
    total = products.sum()
    if total == 0:
        return Shares([], 0, 0.0)
    parts = products / total
    there = np.flatnonzero(parts)
    weighed = np.bincount(grouping.numbers[there], parts[there], len(grouping.groups))
    sums = weighed.astype(np.float64)
    groups = np.unique(grouping.numbers[there])
    order = groups[np.lexsort((groups, -sums[groups]))]
    found = [
        _share(int(group), float(sums[group]), parts, there, grouping, told)
        for group in order[:most].tolist()
    ]
    rest = float(sums[order[most:]].sum())
    return Shares(found, max(0, len(order) - most), rest)


def _share(
    group: int, share: float, parts: FloatArray, there: IntArray, grouping: Grouping, told: int
) -> GroupShare:
    own = there[grouping.numbers[there] == group]
    names = np.array([grouping.labels[label] for label in own.tolist()])
    first = own[np.lexsort((names, -parts[own]))].tolist()
    labels = [(label, float(parts[label])) for label in first[:told]]
    return GroupShare(group, share, labels, max(0, len(first) - told))
