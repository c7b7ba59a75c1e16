"""Compare the importance weightings: run each as an experiment of DVC, then rank them."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tqdm import tqdm

from vidrec.experiments import trials
from vidrec.experiments.git import take_out
from vidrec.experiments.weightings import (
    MADE_BY,
    STAGES,
    Combination,
    Result,
    as_text,
    chosen,
    combinations,
    figures,
    ranked,
    reason,
    skipped,
    without,
)
from vidrec.metrics.by_video import read_scores
from vidrec.project import ProjectPaths
from vidrec.settings.build_index import Params as IndexParams
from vidrec.settings.weigh_objects import WeightingSettings
from vidrec.workflow import params, script
from vidrec.workflow.errors import UserError, say
from vidrec.workflow.script import positive
from vidrec.workflow.tables import write_table


def check_detections(tried: Sequence[Combination]) -> None:
    """Raise UserError unless the detections that are to be weighed are here and up to date."""
    needed = sorted({MADE_BY[each.detector] for each in tried})
    stale = trials.stale(needed)
    if stale:
        raise UserError(
            f"{', '.join(sorted(stale))}: not up to date, and experiments would weigh what is"
            f" older: run `dvc repro {' '.join(needed)}`, or try others only, with ONLY="
        )


def that_ran(wanted: Sequence[Combination]) -> list[Combination]:
    """Those whose detector was run; says of each other detector why it was not."""
    check_detections(wanted)
    absent = skipped(ProjectPaths())
    for detector in sorted({each.detector for each in wanted} & set(absent)):
        say(f"{detector} is left out: {absent[detector]}")
    return without(wanted, absent)


def run_all(tried: Sequence[Combination], jobs: int) -> dict[str, str]:
    """Run each of `tried` anew; per name of one that fails what it printed."""
    changes = {each.name: each.overrides for each in tried}
    with trials.linked_data():
        trials.forget(changes)
        ran = trials.run_each(changes, STAGES, jobs)
        shown = tqdm(ran, total=len(changes), desc="weightings", unit="", miniters=1)
        return {name: printed for name, printed in shown if printed is not None}


def result(experiment: Any | None) -> Result | None:
    """What `experiment` came to; None where there is none, or without all figures."""
    measured = figures(experiment)
    if experiment is None or measured is None:
        return None
    tables = ProjectPaths().scores_by_video, ProjectPaths().confusion
    with TemporaryDirectory(prefix="vidrec-weighting-") as folder:
        take_out(experiment["revs"][0]["rev"], tables, Path(folder))
        scores = read_scores(*(Path(folder) / table for table in tables))
    return None if scores is None else Result(measured, scores)


def main() -> None:
    parser = script.parser(__doc__)
    parser.add_argument("--only", default="*", help="a pattern of names, such as 'classified-*'")
    parser.add_argument("--jobs", type=positive, default=2, help="at a time (default 2)")
    parser.add_argument("--table", type=Path, help="CSV file to write: the ranking")
    args = parser.parse_args()
    weighting = params.load(WeightingSettings, args.params)
    default = chosen(weighting, params.load(IndexParams, args.params))
    tried = that_ran(combinations(args.only))
    with script.lock("weightings"):
        printed = run_all(tried, args.jobs)
        found = trials.experiments()
        measured = {each: result(found.get(each.name)) for each in tried}
    failed = [each.name for each, value in measured.items() if value is None]
    if len(failed) < len(tried):
        table = ranked({each: value for each, value in measured.items() if value})
        if args.table:
            write_table(args.table, table)
        for line in as_text(table, default).splitlines():
            say(line)
    for name in failed:
        say(f"{name} failed: {reason(printed.get(name, ''))}")
    if failed:
        raise UserError(f"{len(failed)} of {len(tried)} failed: a line above says why of each")


if __name__ == "__main__":
    script.run(main)
