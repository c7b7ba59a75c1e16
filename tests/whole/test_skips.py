"""Stages that are not called for, or cannot run: one line, exit 0, valid empty outputs."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from vidrec.head import embed_images
from vidrec.workflow.absent import absent_reason, write_absent

ROOT = Path(__file__).parents[2]
Run = Callable[..., int]


@pytest.fixture(autouse=True)
def in_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", tmp_path)


def change(section: str, **values: Any) -> None:
    document = yaml.safe_load(Path("params.yaml").read_text())
    document[section] |= values
    Path("params.yaml").write_text(yaml.safe_dump(document))


def header(path: str) -> list[str]:
    table = pd.read_csv(path)
    assert table.empty
    return list(table.columns)


def told(capsys: pytest.CaptureFixture[str]) -> str:
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_weights_that_no_file_is_named_for(
    run_stage: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    change("prepare_weights", source="file")
    assert run_stage("prepare_weights", "--weights", "c") == 0
    assert told(capsys).startswith("prepare_weights is skipped: there are no classifier weights")
    assert run_stage("prepare_segmenter", "--trunk", "c", "--weights", "s") == 0
    assert "prepare_weights.segmenter_file is empty" in told(capsys)
    assert [path.name for path in Path("s").iterdir()] == ["absent.txt"]


@pytest.mark.parametrize("source", ["sample", "torchvision"])
def test_a_segmenter_that_is_not_wanted_is_neither_trained_nor_fetched(
    source: str, run_stage: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    change("prepare_weights", source=source)
    change("run", segmented=False)
    assert run_stage("prepare_segmenter", "--trunk", "c", "--weights", "s") == 0
    assert "run.segmented is false" in told(capsys)


def test_the_samples_segmenter_needs_the_samples_classifier(
    run_stage: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    write_absent(Path("c"), "no classifier: make one")
    assert run_stage("prepare_segmenter", "--trunk", "c", "--weights", "s") == 0
    assert told(capsys) == "prepare_segmenter is skipped: no classifier: make one"


@pytest.mark.parametrize("wanted", [True, False])
def test_a_detector_without_weights_or_not_wanted(
    wanted: bool, run_stage: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    change("run", classified=wanted, segmented=wanted)
    write_absent(Path("w"), "no weights: name some")
    Path("frames/a/v").mkdir(parents=True)
    arguments = "--frames", "frames", "--weights", "w", "--detections", "d"
    assert run_stage("classify_frames", *arguments, "--features", "f") == 0
    reason = "no weights: name some" if wanted else "run.classified is false"
    assert told(capsys).startswith(f"classify_frames is skipped: {reason}")
    assert absent_reason(Path("f")) == absent_reason(Path("d"))
    assert run_stage("segment_objects", *arguments) == 0
    reason = "no weights: name some" if wanted else "run.segmented is false"
    assert told(capsys).startswith(f"segment_objects is skipped: {reason}")
    assert str(absent_reason(Path("d"))).startswith(reason)


def test_own_classes_that_are_not_wanted(
    run_stage: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    change("run", finetuned=False)
    assert run_stage("embed_images", "--weights", "w", "--embedded", "e") == 0
    assert told(capsys).startswith("embed_images is skipped: run.finetuned is false")
    arguments = "--embedded", "e", "--weights", "w", "--head", "h", "--metrics", "m.json"
    assert run_stage("finetune_head", *arguments, "--by-class", "c.csv") == 0
    assert told(capsys).startswith("finetune_head is skipped: run.finetuned is false")
    assert set(json.loads(Path("m.json").read_text()).values()) == {None}
    assert header("c.csv")[0] == "class"
    assert run_stage("apply_head", "--features", "f", "--head", "h", "--detections", "d") == 0
    assert told(capsys).startswith("apply_head is skipped: run.finetuned is false")
    assert str(absent_reason(Path("d"))).startswith("run.finetuned is false")


def test_own_classes_without_a_classifier(
    run_stage: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embed_images, "load_images", None)
    write_absent(Path("w"), "no weights: name some")
    assert run_stage("embed_images", "--weights", "w", "--embedded", "e") == 0
    assert told(capsys) == "embed_images is skipped: no weights: name some"
    assert absent_reason(Path("e")) == "no weights: name some"


def test_nothing_to_judge(run_stage: Run, capsys: pytest.CaptureFixture[str]) -> None:
    write_absent(Path("d"), "not run: run it")
    Path("t.csv").write_text("video_id,frame,label,area_pct\n")
    Path("m.csv").write_text("video_id,frame,label,size,counts\n")
    outs = "--metrics", "m.json", "--by-label", "l.csv"
    assert run_stage("evaluate_classified", "--detections", "d", "--truth", "t.csv", *outs) == 0
    assert told(capsys) == "evaluate_classified is skipped: not run: run it"
    assert json.loads(Path("m.json").read_text()) == {"frame_accuracy": None}
    assert header("l.csv")[0] == "label"
    arguments = "--detections", "d", "--truth-masks", "m.csv", *outs
    assert run_stage("evaluate_segmented", *arguments) == 0
    assert told(capsys) == "evaluate_segmented is skipped: not run: run it"
    assert set(json.loads(Path("m.json").read_text()).values()) == {None}


@pytest.mark.parametrize("truth", ["", "other,1,cat,50\n"])
def test_videos_that_were_not_drawn_have_no_accuracy(
    truth: str, run_stage: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("d/a").mkdir(parents=True)
    Path("d/a/v.csv").write_text("frame,label,confidence\n1,cat,0.5\n")
    Path("t.csv").write_text("video_id,frame,label,area_pct\n" + truth)
    arguments = "--detections", "d", "--truth", "t.csv", "--metrics", "m.json"
    assert run_stage("evaluate_classified", *arguments, "--by-label", "l.csv") == 0
    assert told(capsys) == "evaluate_classified: no truth is known of these videos"
    assert json.loads(Path("m.json").read_text()) == {"frame_accuracy": None}
    table = pd.read_csv("l.csv")
    assert table["mean_confidence"].tolist() == [0.5, 0.5]
    assert table["accuracy"].isna().all()


def test_vectors_of_a_detector_that_was_skipped_are_an_error(
    run_stage: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    write_absent(Path("d"), "run.classified is false: set it to true")
    assert run_stage("weigh_objects", "--detections", "d", "--vectors", "v.csv") == 1
    assert told(capsys) == (
        "error: weigh_objects.detector is classified, which was skipped: run.classified is false:"
        " set it to true"
    )


ONE = "video_id,category,cat,dog\na,pets,1.0,0.0\nb,pets,0.8,0.6\nc,pets,0.0,1.0\n"
SINGLES = "video_id,category,cat,dog\na,pets,1.0,0.0\nb,cars,0.8,0.6\n"


@pytest.mark.parametrize("vectors", [ONE, SINGLES])
def test_one_category_has_no_classifier(
    vectors: str, run_stage: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("v.csv").write_text(vectors)
    outs = {"--metrics": "m.json", "--by-category": "a.csv", "--confusion": "c.csv"}
    outs |= {"--categories": "g.csv", "--model": "k.json"}
    arguments = [part for pair in outs.items() for part in pair]
    assert run_stage("train_video_classifier", "--vectors", "v.csv", *arguments) == 0
    assert "is skipped: a classifier needs two categories" in told(capsys)
    assert json.loads(Path("m.json").read_text()) == {"accuracy": None, "macro_f1": None}
    assert header("a.csv")[:3] == ["category", "videos", "accuracy"]
    assert header("c.csv") == ["video_id", "actual", "predicted"]
    assert header("g.csv") == ["video_id", "category", "probability"]
    assert json.loads(Path("k.json").read_text()) is None
