import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vidrec.detections.distributions import Distribution
from vidrec.detections.tree import VideoDetections
from vidrec.experiments.weightings import (
    MADE_BY,
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
from vidrec.metrics.by_video import FIGURES
from vidrec.metrics.intervals import mean_interval
from vidrec.project import ProjectPaths
from vidrec.settings.build_index import Params as IndexParams
from vidrec.settings.weigh_objects import TERMS, WeightingSettings
from vidrec.vectors.weigh_objects import label_sums
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video

PARAMS = WeightingSettings("classified", "confidence", "sqrt", True, False, "l2", 0.0)
FRAMES = pd.DataFrame({"frame": [1], "label": ["cat"], "confidence": [0.5]})
WHOLE = Distribution(("cat",), np.full((1, 1), 0.5, np.float16))
FOUND = {
    "classified": VideoDetections(Video("c", "v"), FRAMES, WHOLE),
    "finetuned": VideoDetections(Video("c", "v"), FRAMES, WHOLE),
    "segmented": VideoDetections(Video("c", "v"), FRAMES.assign(area_pct=5.0)),
}


def measured(precision: float) -> dict[str, float]:
    return dict.fromkeys(FIGURES, 0.5) | {"precision_at_10": precision}


def experiment(values: Mapping[str, Any]) -> dict[str, Any]:
    split = {
        "metrics/build_index.json": {k: v for k, v in values.items() if "accuracy" not in k},
        "metrics/train_video_classifier.json": {k: v for k, v in values.items() if "acc" in k},
    }
    metrics = {path: {"data": data} for path, data in split.items()}
    return {"revs": [{"name": "x", "data": {"metrics": metrics}}]}


def test_each_weighting_is_one_that_the_detector_can_give() -> None:
    for each in combinations():
        changed = dataclasses.asdict(each)
        index = IndexParams(10, changed.pop("hubness"), 10, 0)
        params = dataclasses.replace(PARAMS, **changed)
        assert chosen(params, index) == each
        assert label_sums(FOUND[each.detector], params).labels == ["cat"]


@pytest.mark.parametrize("detector", TERMS)
def test_no_term_that_works_is_left_out(detector: str) -> None:
    for term in {term for terms in TERMS.values() for term in terms} - set(TERMS[detector]):
        with pytest.raises(UserError):
            label_sums(FOUND[detector], dataclasses.replace(PARAMS, detector=detector, term=term))


def test_there_are_320_with_names_of_their_own() -> None:
    names = [each.name for each in combinations()]
    assert len(set(names)) == len(names) == (3 * 8 + 3 * 8 + 4 * 8) * 4
    assert len([name for name in names if name.endswith("idf")]) == 80
    assert "classified-probability-sqrt-noidf-contrast-csls" in names
    assert set(MADE_BY) == set(TERMS)
    assert "segmented-confidence_area-log-noidf" in names


def test_a_pattern_chooses_among_them() -> None:
    assert [each.name for each in combinations("classified-count-sqrt-*idf")] == [
        "classified-count-sqrt-idf",
        "classified-count-sqrt-noidf",
    ]
    with pytest.raises(UserError, match="no weighting matches 'cars'"):
        combinations("cars")


def test_a_detector_that_was_not_run_left_its_reason(tmp_path: Path) -> None:
    project = ProjectPaths(tmp_path)
    for detector in ("classified", "segmented"):
        project.detections(detector).mkdir(parents=True)
    assert skipped(project) == {}
    (project.detections("segmented") / "absent.txt").write_text("no weights:\nname them\n")
    assert skipped(project) == {"segmented": "no weights: name them"}


def test_weightings_of_what_was_not_run_are_left_out() -> None:
    counts = combinations("*-count-sqrt-idf")
    left = without(counts, {"segmented", "finetuned"})
    assert [each.name for each in left] == ["classified-count-sqrt-idf"]
    assert without(counts, {}) == counts
    with pytest.raises(UserError, match=r"all 32 weightings .* or try ONLY='classified-\*' or"):
        without(combinations("segmented-count-*"), {"segmented"})
    with pytest.raises(UserError, match=r"let them run \(params.yaml, section run\)$"):
        without(counts, TERMS)


def test_the_overrides_are_what_dvc_takes() -> None:
    assert Combination("segmented", "area", "log", False).overrides == [
        "weigh_objects.detector=segmented",
        "weigh_objects.term=area",
        "weigh_objects.scaling=log",
        "weigh_objects.idf=false",
        "weigh_objects.contrast=false",
        "build_index.hubness=none",
    ]


def test_figures_of_an_experiment() -> None:
    values = measured(0.6)
    assert figures(experiment(values)) == values


def test_an_experiment_that_failed_has_no_figures() -> None:
    assert figures(None) is None
    assert figures({"revs": [{"data": None, "error": {"msg": "x"}}]}) is None
    assert figures(experiment({"recall_at_10": 0.5})) is None


def test_a_figure_that_is_not_known_is_none() -> None:
    found = figures(experiment({"precision_at_10": 0.5, "map_at_10": 0.25}))
    assert found == {"precision_at_10": 0.5, "map_at_10": 0.25, "accuracy": None}


def result(precision: list[float], map_at_10: float = 0.5) -> Result:
    values = measured(float(np.mean(precision))) | {"map_at_10": map_at_10}
    scores = pd.DataFrame({"precision_at_10": precision}, index=list("uvwxyz"))
    return Result(
        values, scores.assign(map_at_10=map_at_10, accuracy=[0.0, 1.0] * 2 + [np.nan] * 2)
    )


def test_the_ranking_is_by_precision_then_by_map_then_by_name() -> None:
    first, second, third, fourth = combinations()[:4]
    low, high = [0.5] * 6, [0.7] * 6
    found = {second: result(low), first: result(low), fourth: result(low, 0.6), third: result(high)}
    table = ranked(found)
    assert table["name"].tolist() == [third.name, fourth.name, *sorted((first.name, second.name))]
    assert list(table.columns) == [
        *("name", "detector", "term", "scaling", "idf", "contrast", "hubness"),
        *("precision_at_10", "precision_at_10_low", "precision_at_10_high"),
        *("map_at_10", "map_at_10_low", "map_at_10_high"),
        *("accuracy", "accuracy_low", "accuracy_high"),
        *("behind", "behind_low", "behind_high", "like_best"),
    ]


def test_where_no_video_can_be_found_nothing_is_ranked() -> None:
    nothing = Result(measured(0.5) | {"precision_at_10": None}, result([0.5] * 6).scores)
    with pytest.raises(UserError, match="each video is the only one of its category"):
        ranked({combinations()[0]: nothing})


def test_the_intervals_are_those_of_the_scores_by_video() -> None:
    [row] = ranked({combinations()[0]: result([0.1, 0.5, 0.6, 0.7, 0.2, 0.9])}).to_dict("records")
    low, high = mean_interval(np.array([0.1, 0.5, 0.6, 0.7, 0.2, 0.9]))
    assert (row["precision_at_10_low"], row["precision_at_10_high"]) == (
        round(low, 4),
        round(high, 4),
    )
    assert (row["map_at_10_low"], row["map_at_10_high"]) == (0.5, 0.5)
    # A video that could not be validated does not count.
    assert (row["accuracy_low"], row["accuracy_high"]) == (0.0, 1.0)


def test_without_a_classifier_of_videos_there_is_no_accuracy() -> None:
    best = result([0.1, 0.5, 0.6, 0.7, 0.2, 0.9])
    blank = Result({**best.figures, "accuracy": None}, best.scores.assign(accuracy=np.nan))
    assert figures(experiment(blank.figures)) == blank.figures
    table = ranked({combinations()[0]: blank})
    assert table[["accuracy", "accuracy_low", "accuracy_high"]].isna().all(axis=None)
    row = as_text(table, combinations()[1]).splitlines()[2]
    assert [cell.strip() for cell in row.strip("|").split("|")][-2:] == ["0.500", "none"]


def test_it_says_how_far_each_is_behind_and_what_may_be_noise() -> None:
    first, second, third = combinations()[:3]
    best = [0.2, 0.4, 0.6, 0.8, 1.0, 0.9]
    mixed = [0.3, 0.3, 0.7, 0.7, 1.0, 0.8]
    table = ranked(
        {
            first: result([value - 0.1 for value in best]),
            second: result(mixed),
            third: result(best),
        }
    )
    assert table["name"].tolist() == [third.name, second.name, first.name]
    assert table["like_best"].tolist() == [True, True, False]
    assert table["behind"].tolist() == [0.0, 0.0167, 0.1]
    assert (table["behind_low"] <= table["behind"]).all()
    assert table["behind_low"].tolist()[1] < 0 < table["behind_high"].tolist()[1]
    assert table["behind_low"].tolist()[2] == table["behind_high"].tolist()[2] == 0.1


def test_the_text_marks_the_default_and_gives_intervals() -> None:
    first, second = combinations("classified-count-linear-*idf")
    spread = [0.3, 0.5, 0.7, 0.7, 0.9, 1.1]
    low, high = mean_interval(np.array(spread))
    less = [value - 0.2 for value in spread]
    lines = as_text(ranked({first: result(less), second: result(spread)}), first)
    rows = [[cell.strip() for cell in line.split("|")] for line in lines.splitlines()]
    assert rows[2][1:6] == [
        "1",
        second.name,
        f"0.700 ({low:.3f} to {high:.3f})",
        "0.000 (0.000 to 0.000)",
        "≈",
    ]
    assert rows[3][2] == f"**{first.name}**"
    assert rows[3][4:6] == ["0.200 (0.200 to 0.200)", ""]


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("Running\nerror: no area: set it\nERROR: failed to reproduce\n", "no area: set it"),
        ("Running\nERROR: failed\n\n", "ERROR: failed"),
        ("", "it printed nothing"),
    ],
)
def test_the_reason_of_a_failure_is_what_the_stage_said(log: str, expected: str) -> None:
    assert reason(log) == expected
