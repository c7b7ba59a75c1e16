"""Print what this working tree changes against another revision, as Markdown for code review."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from vidrec.experiments import review
from vidrec.experiments.dvc import dvc
from vidrec.experiments.git import find_base, take_out
from vidrec.metrics.by_video import read_confusion, read_scores
from vidrec.metrics.figures import read_figures
from vidrec.metrics.retrieval import read_precision_by_place
from vidrec.project import ProjectPaths
from vidrec.workflow import script
from vidrec.workflow.errors import say


def compared(project: ProjectPaths) -> list[Path]:
    """The files of a project that are compared, all of them in git."""
    tables = [project.scores_by_video, project.confusion, project.precision_at_k]
    return [project.index_metrics, project.classifier_metrics, *tables]


def figures(project: ProjectPaths) -> dict[str, Any]:
    """The figures of those metrics files that are there."""
    paths = (project.index_metrics, project.classifier_metrics)
    found = [read_figures(path) for path in paths if path.is_file()]
    return {name: value for metrics in found for name, value in metrics.items()}


def confusion(project: ProjectPaths) -> pd.DataFrame | None:
    return read_confusion(project.confusion) if project.confusion.is_file() else None


def precision(project: ProjectPaths) -> pd.DataFrame | None:
    path = project.precision_at_k
    return read_precision_by_place(path) if path.is_file() else None


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--base", default="main", help="the revision to compare with")
    base = find_base(parser.parse_args().base)
    with TemporaryDirectory(prefix="vidrec-review-") as folder:
        before, now = ProjectPaths(Path(folder)), ProjectPaths()
        take_out(base, compared(now), before.root)
        scores = [read_scores(each.scores_by_video, each.confusion) for each in (before, now)]
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
    for line in review.report(base, sections).splitlines():
        say(line)


if __name__ == "__main__":
    script.run(main)
