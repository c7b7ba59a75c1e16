"""Print what this working tree changes against another revision, as Markdown for code review."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from vidrec.experiments import review
from vidrec.experiments.dvc import dvc
from vidrec.experiments.git import is_revision, take_out
from vidrec.metrics.by_video import CONFUSION, METRICS, SCORES, read_scores
from vidrec.workflow import script
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json
from vidrec.workflow.tables import check_numbers, read_table

PRECISION_AT_K = Path("metrics/plots/precision_at_k.csv")


def figures(root: Path) -> dict[str, Any]:
    """The figures of all metrics files that are under `root`."""
    found = [read_json(root / path) for path in METRICS if (root / path).is_file()]
    return {name: value for metrics in found for name, value in metrics.items()}


def confusion(root: Path) -> pd.DataFrame | None:
    path = root / CONFUSION
    return read_table(path, ["actual", "predicted"]) if path.is_file() else None


def precision(root: Path) -> pd.DataFrame | None:
    path = root / PRECISION_AT_K
    if not path.is_file():
        return None
    table = read_table(path, ["k", "precision"])
    check_numbers(path, table, "precision", 0, 1)
    return table


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--base", default="main", help="the revision to compare with")
    base = parser.parse_args().base
    if not is_revision(base):
        raise UserError(f"no revision {base!r} here: name one with BASE=, such as BASE=HEAD~1")
    with TemporaryDirectory(prefix="vidrec-review-") as folder:
        before, now = Path(folder), Path()
        take_out(base, (*METRICS, SCORES, CONFUSION, PRECISION_AT_K), before)
        scores = read_scores(before), read_scores(now)
        sections = {
            "Params": dvc("params", "diff", "--md", base),
            "Metrics": dvc("metrics", "diff", "--md", base),
            "Is it more than noise?": review.intervals(
                base, figures(before), figures(now), *scores
            ),
            "Categories": review.confusion(base, confusion(before), confusion(now)),
            "Precision of the first k": review.precision_at_k(
                base, precision(before), precision(now)
            ),
        }
    print(review.report(base, sections), end="")


if __name__ == "__main__":
    script.run(main)
