from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from vidrec.classifier.evaluate_classified import Params, dominant_labels, measure, read_top_classes
from vidrec.workflow.files import read_json

PARAMS = Params(dominance=2.0, min_area_pct=5.0)


def truth_of(*rows: tuple[str, int, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["video_id", "frame", "label", "area_pct"])


def found_of(*rows: tuple[str, int, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["video_id", "frame", "label", "confidence"])


TRUTH = truth_of(
    ("a", 1, "cat", 20),
    ("a", 1, "dog", 10),
    ("a", 2, "cat", 20),
    ("a", 2, "dog", 10.1),
    ("a", 3, "dog", 4.9),
    ("a", 4, "dog", 3),
    ("a", 4, "dog", 3),
    ("b", 1, "car", 5),
    ("b", 2, "cat", 9),
    ("b", 2, "dog", 5),
    ("b", 2, "dog", 5),
)


def test_a_label_dominates_by_its_area_and_by_that_of_the_next() -> None:
    found = dominant_labels(TRUTH, PARAMS)
    rows = list(found[["video_id", "frame", "truth"]].itertuples(index=False, name=None))
    assert sorted(rows) == [("a", 1, "cat"), ("a", 4, "dog"), ("b", 1, "car")]


def test_accuracy_by_hand() -> None:
    found = found_of(
        ("a", 1, "cat", 0.9), ("a", 2, "dog", 0.5), ("a", 4, "cat", 0.4), ("b", 1, "car", 0.2)
    )
    assert measure(found, TRUTH, PARAMS) == {
        "frames": 4,
        "mean_confidence": 0.5,
        "frame_accuracy": 0.6667,
        "frames_compared": 3,
        "accuracy_by_label": {"car": 1.0, "cat": 1.0, "dog": 0.0},
    }


def test_a_frame_of_which_nothing_was_found_counts_as_wrong() -> None:
    assert measure(found_of(("a", 1, "cat", 0.9)), TRUTH, PARAMS)["frame_accuracy"] == 0.3333


@pytest.mark.parametrize("truth", [truth_of(), truth_of(("a", 1, "cat", 1.0))])
def test_without_a_truth_to_compare_with_there_is_no_accuracy(truth: pd.DataFrame) -> None:
    metrics = measure(found_of(("a", 1, "cat", 0.9)), truth, PARAMS)
    assert metrics["frame_accuracy"] is None
    assert metrics["frames_compared"] == 0
    assert metrics["mean_confidence"] == 0.9


def test_without_detections_there_is_no_confidence(tmp_path: Path) -> None:
    metrics = measure(read_top_classes(tmp_path), truth_of(), PARAMS)
    assert metrics["frames"] == 0
    assert metrics["mean_confidence"] is None


def test_the_stage_compares_ids_that_look_like_numbers(
    tmp_path: Path, run_stage: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text("evaluate_classified: {dominance: 2.0, min_area_pct: 5.0}\n")
    Path("found/pets").mkdir(parents=True)
    Path("found/pets/007.csv").write_text("frame,label,confidence\n1,cat,0.5\n2,dog,0.75\n")
    Path("truth.csv").write_text("video_id,frame,label,area_pct\n007,1,cat,9\n007,2,cat,9\n")
    arguments = ["--detections", "found", "--truth", "truth.csv", "--metrics", "out.json"]
    assert run_stage("evaluate_classified", *arguments) == 0
    metrics = read_json(Path("out.json"))
    assert (metrics["frame_accuracy"], metrics["frames_compared"]) == (0.5, 2)
    Path("truth.csv").write_text("video_id,frame,label,area_pct\n")
    assert run_stage("evaluate_classified", *arguments) == 0
    assert read_json(Path("out.json"))["frame_accuracy"] is None
