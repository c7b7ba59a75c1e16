"""Print what this working tree changes against another revision, as Markdown for code review."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from vidrec.experiments import review
from vidrec.experiments.dvc import dvc
from vidrec.experiments.git import find_base, is_changed, take_out
from vidrec.experiments.markdown import code
from vidrec.experiments.status import params_not_run
from vidrec.experiments.verdict import Side, verdicts
from vidrec.metrics.by_video import read_confusion, read_scores
from vidrec.metrics.figures import read_figures
from vidrec.metrics.retrieval import read_precision_by_place
from vidrec.project import ProjectPaths
from vidrec.recommender.first_ten import read_first_ten
from vidrec.workflow import script
from vidrec.workflow.errors import say

# What the results are made by, and what they are: the table of weightings is of experiments.
CODE = ("src", "stages", "dvc.yaml", "requirements*.txt")
RESULTS = ("metrics", ":(exclude)metrics/plots/weightings.csv")


def compared(project: ProjectPaths) -> list[Path]:
    """The files of a project that are compared, all of them in git."""
    tables = [project.scores_by_video, project.confusion, project.precision_at_k]
    return [project.index_metrics, project.classifier_metrics, project.first_ten, *tables]


def side(project: ProjectPaths) -> Side:
    """The figures of those metrics files that are there, and those by video."""
    paths = (project.index_metrics, project.classifier_metrics)
    found = [read_figures(path) for path in paths if path.is_file()]
    figures = {name: value for metrics in found for name, value in metrics.items()}
    return Side(figures, read_scores(project.scores_by_video, project.confusion))


def indexed(found: Side) -> int | None:
    """How many videos have figures, None where that is not known."""
    return None if found.scores is None else len(found.scores)


def first_ten(project: ProjectPaths) -> dict[str, list[str]] | None:
    return read_first_ten(project.first_ten) if project.first_ten.is_file() else None


def confusion(project: ProjectPaths) -> pd.DataFrame | None:
    return read_confusion(project.confusion) if project.confusion.is_file() else None


def precision(project: ProjectPaths) -> pd.DataFrame | None:
    path = project.precision_at_k
    return read_precision_by_place(path) if path.is_file() else None


def diff(kind: str, base: str) -> dict[str, Any]:
    """What DVC says of the `params` or `metrics` that changed."""
    found: dict[str, Any] = json.loads(dvc(kind, "diff", "--json", base))
    return found


def report(base: str, before: ProjectPaths, now: ProjectPaths) -> str:
    """The report on the files of `now`, the working tree, against those of `base` in `before`."""
    params, metrics = diff("params", base), diff("metrics", base)
    changed = review.Changed(bool(params), is_changed(base, CODE), is_changed(base, RESULTS))
    other, sides, both = code(base), (side(before), side(now)), (before, now)
    sections = {
        "Videos whose ten changed most": review.tens(
            other, first_ten(before), first_ten(now), indexed(sides[1])
        ),
        "Params": review.params(other, params),
        "Metrics": review.metrics(other, metrics),
        "Figures with their intervals": review.figures(other, *sides),
        "Categories": review.confusion(other, *map(confusion, both)),
        "Precision of the first k": review.precision_at_k(other, *map(precision, both)),
    }
    notes = review.notes(changed, params_not_run(now.root))
    return review.report(other, verdicts(other, *sides), notes, sections)


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--base", default="main", help="the revision to compare with")
    base = find_base(parser.parse_args().base)
    with TemporaryDirectory(prefix="vidrec-review-") as folder:
        before, now = ProjectPaths(Path(folder)), ProjectPaths()
        take_out(base, compared(now), before.root)
        text = report(base, before, now)
    for line in text.splitlines():
        say(line)


if __name__ == "__main__":
    script.run(main)
