"""Print how much of the similarities of recommendations their first groups of labels explain."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vidrec.recommender.recommendations import read_recommendations
from vidrec.vectors.vectors import Vectors, read_vectors
from vidrec.vocabulary.groups import read_vocabulary
from vidrec.workflow import script
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError, say

# A reason names as many at most.
FIRST = 4
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
# The groups printed of those that lead.
LEADING = 12


def shares(vectors: Vectors, pairs: Sequence[tuple[int, int]]) -> FloatArray:
    """Each label's share (pairs, labels) of the cosine of a pair of rows; pairs that have one."""
    ours, theirs = np.array(pairs).T
    products = vectors.values[ours] * vectors.values[theirs]
    totals = products.sum(axis=1, keepdims=True)
    positive = totals[:, 0] > 0
    return np.asarray(products[positive] / totals[positive])


def by_group(of_labels: FloatArray, groups: Sequence[str]) -> tuple[list[str], FloatArray]:
    """The groups in order, and their shares (pairs, groups); `groups` has that of each label."""
    names, column = np.unique(groups, return_inverse=True)
    summed = np.zeros((len(of_labels), len(names)))
    for label, group in enumerate(column.tolist()):
        summed[:, group] += of_labels[:, label]
    return names.tolist(), summed


def told(what: str, of_each: FloatArray) -> str:
    """The mean and the quantiles over pairs of the sum of the FIRST largest shares of each."""
    explained = np.sort(of_each, axis=1)[:, -FIRST:].sum(axis=1)
    quantiles = " ".join(f"{value:.3f}" for value in np.quantile(explained, QUANTILES))
    return f"first {FIRST} {what}: mean {explained.mean():.3f}, quantiles {quantiles}"


def leading(names: Sequence[str], of_each: FloatArray) -> list[str]:
    """The groups with the largest share in most pairs, and in how many; of equals the first."""
    counted = Counter(names[column] for column in of_each.argmax(axis=1).tolist())
    first = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:LEADING]
    return [f"{name} {count}" for name, count in first]


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("vectors", type=Path, help="CSV file: the vectors of the videos")
    parser.add_argument("recommendations", type=Path, help="CSV file: their neighbours")
    parser.add_argument("--own", type=Path, help="a table of groups for own classes")
    args = parser.parse_args()
    vectors = read_vectors(args.vectors)
    vocabulary = read_vocabulary(args.own)
    found = read_recommendations(args.recommendations, vectors)
    pairs = [(row, other.row) for row, others in enumerate(found) for other in others]
    if not pairs:
        raise UserError(f"{args.recommendations} has no recommendation: run `dvc repro`")
    of_labels = shares(vectors, pairs)
    if not len(of_labels):
        raise UserError("no two recommended videos have a label in common: nothing is explained")
    names, of_groups = by_group(of_labels, [vocabulary.group(label) for label in vectors.labels])
    say(f"{len(of_labels)} recommendations; quantiles {' '.join(map(str, QUANTILES))}")
    say(told("labels", of_labels))
    say(told("groups", of_groups))
    say(f"most often first: {', '.join(leading(names, of_groups))}")


if __name__ == "__main__":
    script.run(main)
