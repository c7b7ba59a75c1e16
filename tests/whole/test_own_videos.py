"""From the sample to own videos of one category, with weights for the classifier alone."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.projects import ROOT, copy_tiny, run, stages_run, succeed

from vidrec.media import ffmpeg

# What neither such params call for nor can have.
SKIPPED = {
    *("prepare_segmenter", "segment_objects", "evaluate_segmented"),
    *("embed_images", "finetune_head", "apply_head", "train_video_classifier"),
}
NAMES = ["perro", "gato", "pájaro"]


@pytest.fixture(scope="module")
def weights(classifier_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state dict of a network with three classes, and their names."""
    file = tmp_path_factory.mktemp("own weights") / "own.safetensors"
    shutil.copy(classifier_folder / "weights.safetensors", file)
    file.with_name(f"{file.name}.labels.txt").write_text("cat\ndog\ntree\n")
    return file


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clips in one category."""
    folder = tmp_path_factory.mktemp("own videos")
    (folder / "mascotas").mkdir()
    for seed, name in enumerate(NAMES):
        coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 8, 3), dtype=np.uint8)
        frames = coarse.repeat(8, axis=1).repeat(8, axis=2)
        clip = ffmpeg.encode_clip([frame.tobytes() for frame in frames], 64, 48, 3)
        (folder / "mascotas" / f"{name}.mp4").write_bytes(clip)
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, weights: Path, videos: Path) -> Path:
    """A clone with the sample's figures that was pointed at the clips and run; `log` is beside."""
    made = tmp_path_factory.mktemp("own") / "vidrec"
    copy_tiny(made)
    shutil.copytree(ROOT / "metrics", made / "metrics")
    shutil.copytree(ROOT / ".dvc/plots", made / ".dvc/plots")
    for name in ("dvc.lock", ".gitignore", ".gitattributes"):
        shutil.copy(ROOT / name, made / name)
    succeed(made, "git", "config", "user.name", "Test")
    succeed(made, "git", "config", "user.email", "test@example.org")
    succeed(made, "git", "add", "--all")
    succeed(made, "git", "commit", "--quiet", "--message", "The sample")
    succeed(made, "vidrec", "use", str(videos), "--weights", str(weights))
    done = run(made, "dvc", "repro")
    (made.parent / "log").write_text(done.stdout + done.stderr)
    assert done.returncode == 0, done.stderr + done.stdout
    return made


def test_every_stage_runs_and_says_in_a_line_what_it_skips(project: Path) -> None:
    log = (project.parent / "log").read_text()
    lines = log.splitlines()
    told = [line.partition(" is skipped: ") for line in lines if " is skipped: " in line]
    assert sorted(stage for stage, _, _ in told) == sorted(SKIPPED)
    assert all(re.search(r"set it to true|name a state dict|add videos", why) for *_, why in told)
    assert "render_report" in stages_run(log)
    assert "Traceback" not in log
    assert json.loads(succeed(project, "dvc", "status", "--json")) == {}


def test_no_figure_of_the_sample_is_left(project: Path) -> None:
    sample = set(pd.read_csv(ROOT / "metrics/plots/scores_by_video.csv")["video_id"])
    written = [path for path in (project / "metrics").rglob("*") if path.is_file()]
    for path in [*written, project / "reports/index.html"]:
        words = set(re.findall(r"[\w-]+", path.read_text(encoding="utf-8")))
        assert not words & sample, path
    assert pd.read_csv(project / "metrics/plots/weightings.csv").empty
    figures = {path.stem: json.loads(path.read_text()) for path in written if "json" in path.suffix}
    assert figures == {
        "build_index": {"precision_at_10": 1.0, "map_at_10": 1.0},
        "evaluate_classified": {"frame_accuracy": None},
        "evaluate_segmented": {"mask_precision": None, "mask_recall": None},
        "extract_frames": {"failed_videos": 0},
        "finetune_head": {"head_accuracy": None},
        "train_video_classifier": {"accuracy": None, "macro_f1": None},
        "weigh_objects": {"labels": 3, "zero_vectors": 0},
    }


def test_the_page_shows_the_own_videos_and_leaves_out_what_is_not_known(project: Path) -> None:
    page = (project / "reports/index.html").read_text(encoding="utf-8")
    assert all(name in page for name in NAMES)
    assert "Precision at 10" in page
    assert "Category accuracy" not in page
    assert "Classifier:" not in page


@pytest.mark.parametrize(
    "command",
    ["metrics show", "metrics diff HEAD", "plots show", "plots diff HEAD", "params diff HEAD"],
)
def test_dvc_shows_figures_without_values_and_tables_without_rows(
    project: Path, command: str
) -> None:
    done = run(project, "dvc", *command.split())
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_the_review_goes_from_the_sample_to_own_videos(project: Path) -> None:
    report = succeed(project, "python", str(ROOT / "tools/review.py"), "--base", "HEAD")
    assert "| precision_at_10 |" in report
    assert "nan" not in report.lower()


def test_a_new_video_is_answered_without_a_category(project: Path, videos: Path) -> None:
    clip = next(videos.rglob("gato.mp4"))
    done = run(project, "vidrec", "recommend", str(clip))
    assert done.returncode == 0, done.stderr
    assert "takes two of them" in done.stdout + done.stderr
