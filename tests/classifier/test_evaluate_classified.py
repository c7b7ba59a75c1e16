from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from vidrec.classifier.evaluate_classified import (
    COLUMNS,
    dominant_labels,
    measure,
    read_top_classes,
)
from vidrec.settings.evaluate_classified import Params
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json

PARAMS = Params(dominance=2.0, min_area_pct=5.0, fps=3.0, frame_fps=3)


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


def rows_of(table: pd.DataFrame) -> dict[str, tuple[object, ...]]:
    """Per label the figures in the other columns."""
    assert tuple(table.columns) == COLUMNS
    return {label: tuple(rest) for label, *rest in table.itertuples(index=False, name=None)}


def test_accuracy_by_hand() -> None:
    found = found_of(
        ("a", 1, "cat", 0.9), ("a", 2, "dog", 0.5), ("a", 4, "cat", 0.4), ("b", 1, "car", 0.2)
    )
    metrics, table = measure(found, TRUTH, PARAMS)
    assert metrics == {"frame_accuracy": 0.6667}
    assert list(table["label"]) == ["all", "car", "cat", "dog"]
    assert rows_of(table) == {
        "all": (4, 0.5, 3, 0.6667),
        "car": (1, 0.2, 1, 1.0),
        "cat": (2, 0.65, 1, 1.0),
        "dog": (1, 0.5, 1, 0.0),
    }


def test_a_frame_of_which_nothing_was_found_counts_as_wrong() -> None:
    metrics, table = measure(found_of(("a", 1, "cat", 0.9)), TRUTH, PARAMS)
    assert metrics["frame_accuracy"] == 0.3333
    # Nothing is labelled a dog, so that there is no confidence to speak of.
    dog = table[table["label"] == "dog"].iloc[0]
    assert (dog["frames"], dog["frames_compared"], dog["accuracy"]) == (0, 1, 0.0)
    assert pd.isna(dog["mean_confidence"])


def test_a_frame_that_was_not_to_be_looked_at_does_not_count() -> None:
    fewer = Params(dominance=2.0, min_area_pct=5.0, fps=1.0, frame_fps=3)
    found = found_of(("a", 1, "cat", 0.9), ("a", 4, "cat", 0.9), ("b", 1, "car", 0.9))
    assert measure(found, TRUTH, fewer)[0]["frame_accuracy"] == 0.6667
    every_other = Params(dominance=2.0, min_area_pct=5.0, fps=1.5, frame_fps=3)
    assert measure(found, TRUTH, every_other)[0]["frame_accuracy"] == 1.0


@pytest.mark.parametrize("truth", [truth_of(), truth_of(("a", 1, "cat", 1.0))])
def test_without_a_truth_to_compare_with_there_is_no_accuracy(truth: pd.DataFrame) -> None:
    metrics, table = measure(found_of(("a", 1, "cat", 0.9)), truth, PARAMS)
    assert metrics["frame_accuracy"] is None
    assert list(table["frames_compared"]) == [0, 0]
    assert list(table["mean_confidence"]) == [0.9, 0.9]
    assert table["accuracy"].isna().all()


def test_without_detections_there_is_no_confidence(tmp_path: Path) -> None:
    metrics, table = measure(found_of(), truth_of(), PARAMS)
    assert metrics["frame_accuracy"] is None
    assert list(table["frames"]) == [0]
    assert table["mean_confidence"].isna().all()
    with pytest.raises(UserError, match="has no detections"):
        read_top_classes(tmp_path)


ARGUMENTS = ["--detections", "found", "--truth", "truth.csv", "--metrics", "out.json"]


@pytest.fixture
def evaluate(
    tmp_path: Path, run_stage: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., int]:
    """Runs the stage on a video in a folder of its own; gives its exit status."""
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(
        "evaluate_classified: {dominance: 2.0, min_area_pct: 5.0}\n"
        "classify_frames: {fps: 3}\nextract_frames: {fps: 3}\n"
    )
    Path("found/pets").mkdir(parents=True)
    Path("found/pets/007.csv").write_text("frame,label,confidence\n1,cat,0.5\n2,dog,0.75\n")
    Path("truth.csv").write_text("video_id,frame,label,area_pct\n007,1,cat,9\n007,2,cat,9\n")
    return lambda *more: run_stage("evaluate_classified", *ARGUMENTS, *more)


def test_the_stage_compares_ids_that_look_like_numbers(evaluate: Callable[..., int]) -> None:
    assert evaluate("--by-label", "by_label.csv") == 0
    assert read_json(Path("out.json")) == {"frame_accuracy": 0.5}
    assert Path("by_label.csv").read_text() == (
        "label,frames,mean_confidence,frames_compared,accuracy\n"
        "all,2,0.625,2,0.5\n"
        "cat,1,0.5,2,0.5\n"
        "dog,1,0.75,0,\n"
    )
    Path("truth.csv").write_text("video_id,frame,label,area_pct\n")
    assert evaluate() == 0
    assert read_json(Path("out.json"))["frame_accuracy"] is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "found/pets/007.csv",
            "frame,label,confidence\n1,cat,much\n",
            "007.csv, row 2: confidence",
        ),
        ("found/pets/007.csv", "frame,label,confidence\n1,cat,7\n", "007.csv, row 2: confidence"),
        ("found/pets/007.csv", "frame,label\n1,cat\n", "lacks the column 'confidence'"),
        ("found/pets/007.csv", None, "found has no detections"),
        ("truth.csv", "video_id,frame,label,area_pct\n007,1,cat,all\n", "row 2: area_pct"),
        ("truth.csv", "video_id,frame,label\n007,1,cat\n", "lacks the column 'area_pct'"),
        ("truth.csv", None, "truth.csv is missing"),
    ],
)
def test_a_bad_file_ends_the_stage_in_one_line(
    evaluate: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: str | None,
    said: str,
) -> None:
    Path(name).unlink()
    if content is not None:
        Path(name).write_text(content)
    assert evaluate() == 1
    line = capsys.readouterr().err
    assert line.startswith("error: ")
    assert said in line
    assert line.count("\n") == 1
    assert not Path("out.json").exists()
