"""The stages from detections to recommendations, run as their users run them."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from safetensors.numpy import save_file

from vidrec.vectors.categories import read_categories
from vidrec.workflow.absent import absent_reason

ROOT = Path(__file__).parents[2]
OBJECTS = {"cars": ["car", "wheel"], "pets": ["cat", "dog"], "music": ["guitar", "category"]}
PARAMS: dict[str, dict[str, Any]] = {
    "weigh_objects": {
        "detector": "classified",
        "term": "confidence",
        "scaling": "sqrt",
        "idf": True,
        "contrast": False,
        "norm": "l2",
        "min_confidence": 0.001,
        "ignore_labels": [],
    },
    "train_video_classifier": {"folds": 5, "c": 10.0, "seed": 0, "max_iter": 1000},
    "build_index": {
        "neighbors": 10,
        "hubness": "none",
        "hubness_neighbors": 10,
        "exact_up_to": 1000,
    },
}


def run(stage: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "stages" / f"{stage}.py"), *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=120,
    )


def write_params(folder: Path, **changed: Any) -> None:
    content = {**PARAMS, "weigh_objects": {**PARAMS["weigh_objects"], **changed}}
    (folder / "params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


def write_detections(root: Path, videos: int = 4, frames: int = 6) -> None:
    random = np.random.default_rng(0)
    labels = sorted({label for found in OBJECTS.values() for label in found})
    for category, own in OBJECTS.items():
        (root / category).mkdir(parents=True)
        for number in range(videos):
            probability = random.random((frames, len(labels)))
            probability[:, [labels.index(label) for label in own]] += 2
            probability /= probability.sum(axis=1, keepdims=True)
            stem = root / category / f"{category}_{number}"
            table = pd.DataFrame(
                {
                    "frame": range(1, frames + 1),
                    "label": [labels[top] for top in probability.argmax(axis=1)],
                    "confidence": probability.max(axis=1).round(6),
                }
            )
            table.to_csv(stem.with_suffix(".csv"), index=False)
            stored = {"probability": probability.astype(np.float16)}
            save_file(
                stored, stem.with_suffix(".safetensors"), metadata={"labels": json.dumps(labels)}
            )


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_from_detections_to_recommendations(tmp_path: Path) -> None:
    write_params(tmp_path, term="probability")
    write_detections(tmp_path / "found")
    truth = "video_id,frame,label,area_pct\ncars_0,1,car,5\npets_0,1,cat,5\ncars_1,1,car,9\n"
    (tmp_path / "truth.csv").write_text(truth, encoding="utf-8")

    weighed = run(
        "weigh_objects",
        tmp_path,
        "--detections",
        "found",
        "--vectors",
        "out/vectors.csv",
        "--weighting",
        "out/weighting.json",
        "--metrics",
        "out/weigh.json",
        "--empty",
        "out/empty.csv",
    )
    assert (weighed.returncode, weighed.stderr) == (0, "")
    vectors = pd.read_csv(tmp_path / "out" / "vectors.csv")
    assert list(vectors.columns[:2]) == ["video_id", "category"]
    assert "category (label)" in vectors.columns
    assert vectors["video_id"].tolist()[:5] == ["cars_0", "cars_1", "cars_2", "cars_3", "music_0"]
    lengths = np.linalg.norm(vectors.drop(columns=["video_id", "category"]), axis=1)
    np.testing.assert_allclose(lengths, 1.0, atol=1e-7)
    assert len(vectors) == 12
    assert read_json(tmp_path / "out" / "weigh.json") == {"labels": 6, "zero_vectors": 0}
    assert (tmp_path / "out" / "empty.csv").read_text() == "video_id,category\n"
    assert read_json(tmp_path / "out" / "weighting.json")["params"]["term"] == "probability"

    trained = run(
        "train_video_classifier",
        tmp_path,
        "--vectors",
        "out/vectors.csv",
        "--metrics",
        "out/train.json",
        "--by-category",
        "out/accuracy.csv",
        "--confusion",
        "out/confusion.csv",
        "--categories",
        "out/categories.csv",
        "--model",
        "out/model.json",
    )
    assert (trained.returncode, trained.stderr) == (0, "")
    assert read_json(tmp_path / "out" / "train.json") == {"accuracy": 1.0, "macro_f1": 1.0}
    assert pd.read_csv(tmp_path / "out" / "accuracy.csv")["videos"].tolist() == [12, 4, 4, 4]
    confusion = pd.read_csv(tmp_path / "out" / "confusion.csv")
    assert len(confusion) == 12
    guesses = read_categories(tmp_path / "out" / "categories.csv")
    assert [guess.name for guess in guesses.values()] == confusion["predicted"].tolist()
    assert all(1 / 3 < guess.probability < 1 for guess in guesses.values())
    model = read_json(tmp_path / "out" / "model.json")
    assert model["classes"] == ["cars", "music", "pets"]
    assert np.shape(model["coef"]) == (3, len(model["labels"]))

    indexed = run(
        "build_index",
        tmp_path,
        "--vectors",
        "out/vectors.csv",
        "--recommendations",
        "out/recommendations.csv",
        "--metrics",
        "out/index.json",
        "--truth",
        "truth.csv",
        "--by-category",
        "out/retrieval.csv",
        "--precision-at-k",
        "out/precision.csv",
        "--scores-by-video",
        "out/scores.csv",
    )
    assert (indexed.returncode, indexed.stderr) == (0, "")
    metrics = read_json(tmp_path / "out" / "index.json")
    # Each finds the three others of its category, which are all that there are.
    assert metrics == {"precision_at_10": 1.0, "map_at_10": 1.0}
    table = pd.read_csv(tmp_path / "out" / "retrieval.csv").set_index("category")
    assert ",".join(table.reset_index().columns) == (
        "category,videos,alone,without_objects,precision_at_10,precision_at_10_low,precision_at_10_high,map_at_10,"
        "map_at_10_low,map_at_10_high,ndcg_at_10,truth_ndcg_at_10,truth_spearman"
    )
    assert table["videos"].to_dict() == {"all": 12, "cars": 4, "music": 4, "pets": 4}
    agreement = table["truth_ndcg_at_10"].to_dict()
    assert 0 < agreement["all"] <= 1
    # Of no video of this category the truth is known.
    assert np.isnan(agreement["music"])
    assert len(pd.read_csv(tmp_path / "out" / "scores.csv")) == 12
    assert len(pd.read_csv(tmp_path / "out" / "recommendations.csv")) == 120
    assert len(pd.read_csv(tmp_path / "out" / "precision.csv")) == 10


def test_more_videos_than_are_compared_with_each_other(tmp_path: Path) -> None:
    write_detections(tmp_path / "found")
    write_params(tmp_path)
    weighed = ("--detections", "found", "--vectors", "vectors.csv", "--sparse", "vectors.npz")
    assert run("weigh_objects", tmp_path, *weighed).returncode == 0
    exact = ("--vectors", "vectors.csv", "--recommendations", "exact.csv", "--metrics", "m.json")
    assert run("build_index", tmp_path, *exact, "--clusters", "none").returncode == 0
    assert absent_reason(tmp_path / "none") is not None
    assert "recall_at_10" not in read_json(tmp_path / "m.json")

    settings = yaml.safe_load((tmp_path / "params.yaml").read_text(encoding="utf-8"))
    settings["build_index"]["exact_up_to"] = 5
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    many = ("--vectors", "vectors.npz", "--recommendations", "many.csv", "--metrics", "m.json")
    done = run("build_index", tmp_path, *many, "--clusters", "index")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "many.csv").read_bytes() == (tmp_path / "exact.csv").read_bytes()
    assert read_json(tmp_path / "m.json")["recall_at_10"] == 1
    assert (tmp_path / "index" / "centers.npy").is_file()
    trained = ("--vectors", "vectors.npz", "--metrics", "trained.json")
    assert run("train_video_classifier", tmp_path, *trained).returncode == 0


def test_csv_files_alone_are_enough_and_further_outputs_optional(tmp_path: Path) -> None:
    write_params(tmp_path)
    write_detections(tmp_path / "found")
    for path in tmp_path.glob("found/*/*.safetensors"):
        path.unlink()
    (tmp_path / "truth.csv").write_text("video_id,frame,label,area_pct\n", encoding="utf-8")
    run("weigh_objects", tmp_path, "--detections", "found", "--vectors", "v.csv")
    run("train_video_classifier", tmp_path, "--vectors", "v.csv", "--metrics", "t.json")
    run(
        "build_index",
        tmp_path,
        "--vectors",
        "v.csv",
        "--recommendations",
        "r.csv",
        "--metrics",
        "i.json",
        "--truth",
        "truth.csv",
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "found",
        "i.json",
        "params.yaml",
        "r.csv",
        "t.json",
        "truth.csv",
        "v.csv",
    ]
    assert "truth_ndcg_at_10" not in read_json(tmp_path / "i.json")


def test_the_index_keeps_how_videos_were_looked_at(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(ONE, encoding="utf-8")
    whole = ROOT / "params.yaml"
    done = run(INDEX[0], tmp_path, *INDEX[1:], "--index", "index.json", "--params", str(whole))
    assert (done.returncode, done.stderr) == (0, ALONE)
    settings = yaml.safe_load(whole.read_text(encoding="utf-8"))
    sections = ("extract_frames", "classify_frames", "segment_objects")
    assert read_json(tmp_path / "index.json") == {name: settings[name] for name in sections}


def test_without_those_params_there_is_no_such_index(tmp_path: Path) -> None:
    write_params(tmp_path)
    (tmp_path / "in.csv").write_text(ONE, encoding="utf-8")
    done = run(INDEX[0], tmp_path, *INDEX[1:], "--index", "index.json")
    assert done.returncode == 1
    assert done.stderr.startswith("error: params.yaml has no extract_frames.fps")
    assert not (tmp_path / "index.json").exists()


ALONE = "in no figure, as no other video is of their category: a\n"
WEIGH = ["weigh_objects", "--detections", "found", "--vectors", "out.csv"]
TRAIN = ["train_video_classifier", "--vectors", "in.csv", "--metrics", "out.json"]
INDEX = [
    "build_index",
    "--vectors",
    "in.csv",
    "--recommendations",
    "out.csv",
    "--metrics",
    "out.json",
]
BAD_TRUTH = "video_id,frame,label,area_pct\na,1,cat,101\n"
ONE = "video_id,category,cat\na,pets,1\n"


@pytest.mark.parametrize(
    ("command", "files", "changed", "said"),
    [
        (WEIGH, {}, {}, "found is not a directory"),
        (WEIGH, {"found/pets/a.csv": "frame,label\n"}, {}, "lacks the column 'confidence'"),
        (
            WEIGH,
            {"found/pets/a.csv": "frame,label,confidence\n1,cat,1\n"},
            {"term": "probability"},
            "pets/a.safetensors is missing",
        ),
        (WEIGH, {}, {"term": "probability", "detector": "segmented"}, "have no numbers"),
        (WEIGH, {}, {"scaling": "cube"}, "weigh_objects.scaling is 'cube'"),
        (TRAIN, {}, {}, "in.csv is missing"),
        (INDEX, {"in.csv": "video_id,category\na,pets\n"}, {}, "no label column"),
        ([*INDEX, "--truth", "t.csv"], {"in.csv": ONE, "t.csv": BAD_TRUTH}, {}, "row 2: area_pct"),
    ],
)
def test_what_a_user_can_cause_ends_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    files: dict[str, str],
    changed: dict[str, str],
    said: str,
) -> None:
    write_params(tmp_path, **changed)
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", command)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    # In this process: a new one for each error would spend its time on imports.
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(ROOT / "stages" / f"{command[0]}.py"), run_name="__main__")
    errors = capsys.readouterr().err
    assert stopped.value.code == 1
    assert errors.startswith("error: ")
    assert errors.count("\n") == 1
    assert said in errors
    assert not list(tmp_path.glob("out.*"))


@pytest.mark.parametrize("command", [WEIGH, TRAIN, INDEX])
def test_an_error_is_one_line_without_a_traceback(tmp_path: Path, command: list[str]) -> None:
    write_params(tmp_path)
    done = run(command[0], tmp_path, *command[1:])
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_a_single_video_has_an_index_without_neighbours(tmp_path: Path) -> None:
    write_params(tmp_path)
    (tmp_path / "in.csv").write_text(ONE, encoding="utf-8")
    done = run(INDEX[0], tmp_path, *INDEX[1:])
    assert (done.returncode, done.stderr) == (0, ALONE)
    listed = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert listed == "video_id,rank,neighbor_id,similarity,score\n"
