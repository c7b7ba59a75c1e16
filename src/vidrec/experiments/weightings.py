"""The importance weightings to compare, and the table that ranks them.

A combination is one value of each of the params that decide what an object counts: detector, term,
scaling, idf and contrast of weigh_objects, and hubness of build_index. All else stays as
params.yaml says.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from itertools import product
from typing import Any

import pandas as pd

from vidrec.metrics.by_video import FIGURES, known
from vidrec.metrics.figures import rounded
from vidrec.metrics.intervals import difference, interval_metrics, with_interval
from vidrec.project import ProjectPaths
from vidrec.settings.build_index import HUBNESS
from vidrec.settings.build_index import Params as IndexParams
from vidrec.settings.weigh_objects import TERMS, WeightingSettings
from vidrec.vectors.weighting import SCALINGS
from vidrec.workflow.absent import absent_reason
from vidrec.workflow.errors import UserError

# Per detector, the stage whose result is weighed.
MADE_BY = {
    "classified": "classify_frames",
    "finetuned": "apply_head",
    "segmented": "segment_objects",
}

# What a weighting reruns, in this order.
STAGES = ("weigh_objects", "train_video_classifier", "build_index")

LEGEND = (
    "≈: the difference to the first may be noise. Bold: as params.yaml says. The first was chosen\n"
    "on these same videos, so that a little of its lead is luck. `dvc exp apply NAME` takes one\n"
    "over: params, vectors and recommendations; then `dvc repro`, for the page is still of before."
)


@dataclass(frozen=True)
class Result:
    """What a weighting came to: each of FIGURES, and the same per video id (index).

    The accuracy is None, and of each video not a number, where no classifier of videos was trained.
    """

    figures: Mapping[str, Any]
    scores: pd.DataFrame


@dataclass(frozen=True)
class Combination:
    """One weighting to try."""

    detector: str
    term: str
    scaling: str
    idf: bool
    contrast: bool = False
    hubness: str = "none"

    @property
    def name(self) -> str:
        """The experiment's name, such as `segmented-area-sqrt-idf` or, with what is not always
        there, `classified-probability-sqrt-noidf-contrast-csls`."""
        parts = [self.detector, self.term, self.scaling, "idf" if self.idf else "noidf"]
        parts += ["contrast"] * self.contrast
        parts += [self.hubness] * (self.hubness != "none")
        return "-".join(parts)

    @property
    def overrides(self) -> list[str]:
        """What `dvc exp run -S` is to be told."""
        values = asdict(self)
        hubness = f"build_index.hubness={values.pop('hubness')}"
        return [f"weigh_objects.{key}={_text(value)}" for key, value in values.items()] + [hubness]


def _text(value: str | bool) -> str:
    """A value as YAML has it."""
    return str(value).lower() if isinstance(value, bool) else value


def chosen(params: WeightingSettings, index: IndexParams) -> Combination:
    """The combination that the params name."""
    said = params.detector, params.term, params.scaling, params.idf, params.contrast
    return Combination(*said, index.hubness)


def combinations(only: str = "*") -> list[Combination]:
    """All combinations whose names match the pattern `only`. Raises UserError for none."""
    every = [
        Combination(detector, *others)
        for detector, terms in TERMS.items()
        for others in product(terms, SCALINGS, (True, False), (False, True), HUBNESS)
    ]
    found = [each for each in every if fnmatchcase(each.name, only)]
    if not found:
        raise UserError(f"no weighting matches {only!r}: they are named like {every[0].name}")
    return found


def skipped(project: ProjectPaths) -> dict[str, str]:
    """The detectors that were not run in `project`, with the reason."""
    reasons = {detector: absent_reason(project.detections(detector)) for detector in TERMS}
    return {detector: reason for detector, reason in reasons.items() if reason is not None}


def without(tried: Sequence[Combination], absent: Collection[str]) -> list[Combination]:
    """Those of `tried` that weigh no detector of `absent`. Raises UserError for none."""
    left = [each for each in tried if each.detector not in absent]
    if not left:
        there = [f"ONLY='{detector}-*'" for detector in TERMS if detector not in absent]
        raise UserError(
            f"all {len(tried)} weightings chosen are of detectors that were not run: let them run"
            f" (params.yaml, section run){', or try ' + ' or '.join(there) if there else ''}"
        )
    return left


def figures(experiment: Any | None) -> dict[str, Any] | None:
    """The FIGURES of one experiment as `dvc exp show --json` has it; None without any of them.

    One that is not known is None: DVC leaves out what is null.
    """
    experiment = experiment or {"revs": [{}]}
    metrics = (experiment["revs"][0].get("data") or {}).get("metrics") or {}
    found = {
        name: value
        for path in (ProjectPaths().index_metrics, ProjectPaths().classifier_metrics)
        for name, value in ((metrics.get(path.as_posix()) or {}).get("data") or {}).items()
    }
    if not set(FIGURES) & set(found):
        return None
    return {name: found.get(name) for name in FIGURES}


def reason(log: str) -> str:
    """Why an experiment failed, from its log: the stage's own error, or else the last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error:")]
    return (errors or lines or ["it printed nothing"])[-1].removeprefix("error: ")


def ranked(measured: Mapping[Combination, Result]) -> pd.DataFrame:
    """One row per combination, highest precision first, then mAP, then by name.

    `behind` with its interval is how much less precision@10 it has than the first, video by video;
    `like_best`: that the difference may be noise.
    """
    if any(each.figures["precision_at_10"] is None for each in measured.values()):
        raise UserError(
            "each video is the only one of its category, so no weighting can be better than another"
        )
    order = sorted(measured, key=lambda each: _rank(each, measured[each]))
    best = measured[order[0]].scores["precision_at_10"]
    rows = [
        {"name": each.name, "detector": each.detector, "term": each.term}
        | {"scaling": each.scaling, "idf": each.idf}
        | {"contrast": each.contrast, "hubness": each.hubness}
        | _with_intervals(measured[each])
        | _behind(measured[each].scores["precision_at_10"], best)
        for each in order
    ]
    return pd.DataFrame(rows)


def _rank(each: Combination, result: Result) -> tuple[float, float, str]:
    return -result.figures["precision_at_10"], -result.figures["map_at_10"], each.name


def _with_intervals(result: Result) -> dict[str, float | None]:
    """Each of FIGURES, followed by the ends of its interval."""
    found: dict[str, float | None] = {}
    for name in FIGURES:
        found |= {name: result.figures[name], f"{name}_low": None, f"{name}_high": None}
        values = known(result.scores, name)
        found |= interval_metrics(name, values) if len(values) else {}
    return found


def _behind(scores: "pd.Series[float]", best: "pd.Series[float]") -> dict[str, Any]:
    found = difference(scores, best)
    assert found is not None  # the weightings are of the same videos
    ends = {"behind_low": rounded(found.low), "behind_high": rounded(found.high)}
    return {"behind": rounded(found.mean), **ends, "like_best": not found.certain}


def as_text(table: pd.DataFrame, default: Combination) -> str:
    """The ranked table as Markdown; `default` is the row marked as what params.yaml says."""
    marks = ["≈" if like else "" for like in table["like_best"]]
    names = [f"**{name}**" if name == default.name else name for name in table["name"]]
    shown = {"": range(1, len(table) + 1), "weighting": names}
    shown |= {"precision@10 (95 %)": _texts(table, "precision_at_10")}
    shown |= {"behind the first (95 %)": _texts(table, "behind"), "≈": marks}
    shown |= {"mAP@10": _plain(table, "map_at_10"), "accuracy": _plain(table, "accuracy")}
    text = pd.DataFrame(shown).to_markdown(index=False, disable_numparse=True)
    return f"{text}\n\n{LEGEND}"


def _texts(table: pd.DataFrame, name: str) -> list[str]:
    values = table[[name, f"{name}_low", f"{name}_high"]].itertuples(index=False)
    return [with_interval(*row) for row in values]


def _plain(table: pd.DataFrame, name: str) -> list[str]:
    return ["none" if pd.isna(value) else f"{value:.3f}" for value in table[name]]
