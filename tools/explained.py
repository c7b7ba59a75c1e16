"""Print how much of the similarities of recommendations their first groups of labels explain."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vidrec.recommender.group_shares import REASONS_SHOWN, Grouping, Shares, shares
from vidrec.recommender.recommendations import read_recommendations
from vidrec.vectors.vectors import Vectors, read_vectors
from vidrec.vocabulary.groups import Vocabulary, read_vocabulary
from vidrec.workflow import script
from vidrec.workflow.errors import UserError, say

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
# The groups printed of those that lead.
LEADING = 12


def reasons(vectors: Vectors, pairs: Sequence[tuple[int, int]], grouping: Grouping) -> list[Shares]:
    """The first reasons of each pair of rows that has anything in common."""
    values = vectors.values
    found = (shares(values[one] * values[other], grouping, REASONS_SHOWN) for one, other in pairs)
    return [each for each in found if each.first]


def told(what: str, found: Sequence[Shares]) -> str:
    """The mean and the quantiles over pairs of what the first reasons explain."""
    explained = [1 - each.rest for each in found]
    quantiles = " ".join(f"{value:.3f}" for value in np.quantile(explained, QUANTILES))
    return f"first {REASONS_SHOWN} {what}: mean {np.mean(explained):.4f}, quantiles {quantiles}"


def leading(found: Sequence[Shares], grouping: Grouping) -> list[str]:
    """The groups with the largest share in most pairs, and in how many; of equals the first."""
    counted = Counter(grouping.groups[each.first[0].group] for each in found)
    first = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:LEADING]
    return [f"{name} {count}" for name, count in first]


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("vectors", type=Path, help="CSV file: the vectors of the videos")
    parser.add_argument("recommendations", type=Path, help="CSV file: their neighbours")
    parser.add_argument("--own", type=Path, help="a table of groups for own classes")
    args = parser.parse_args()
    vectors = read_vectors(args.vectors)
    found = read_recommendations(args.recommendations, vectors)
    pairs = [(row, other.row) for row, others in enumerate(found) for other in others]
    if not pairs:
        raise UserError(f"{args.recommendations} has no recommendation: run `dvc repro`")
    grouping = Grouping.of(vectors.labels, read_vocabulary(args.own))
    of_groups = reasons(vectors, pairs, grouping)
    if not of_groups:
        raise UserError("no two recommended videos have a label in common: nothing is explained")
    of_labels = reasons(vectors, pairs, Grouping.of(vectors.labels, Vocabulary({}, {}, {})))
    say(f"{len(of_groups)} recommendations; quantiles {' '.join(map(str, QUANTILES))}")
    say(told("labels", of_labels))
    say(told("groups", of_groups))
    say(f"most often first: {', '.join(leading(of_groups, grouping))}")


if __name__ == "__main__":
    script.run(main)
