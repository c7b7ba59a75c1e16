"""From the sample to own videos of one category, with weights for the classifier alone."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.pages import data_of
from tests.projects import ROOT, commit, copy_tiny, run, stages_run, succeed

from vidrec.media import ffmpeg
from vidrec.networks.precision import resolve

# What neither such params call for nor can have.
SKIPPED = {
    *("prepare_segmenter", "segment_objects", "evaluate_segmented", "quantize_classifier"),
    *("embed_images", "finetune_head", "apply_head", "train_video_classifier"),
    "finetune_segmenter",
}
FROM_THE_VECTORS = {"weigh_objects", "train_video_classifier", "build_index", "render_report"}
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
    commit(made, "The sample")
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
    remedy = re.compile(r"set it to (true|int8)|name a state dict|add videos")
    assert all(remedy.search(why) for *_, why in told)
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
    compute = resolve("fp32")
    assert figures == {
        "build_index": {"precision_at_10": 1.0, "map_at_10": 1.0},
        "classify_frames": {"classified_by": f"{compute.runtime} {compute.precision}"},
        "evaluate_classified": {"frame_accuracy": None},
        "evaluate_segmented": {"mask_precision": None, "mask_recall": None},
        "extract_frames": {"failed_videos": 0},
        "finetune_head": {"head_accuracy": None},
        "finetune_segmenter": {"mask_ap": None},
        "segment_objects": {"segmented_by": None},
        "train_video_classifier": {"accuracy": None, "macro_f1": None},
        "weigh_objects": {"labels": 3, "zero_vectors": 0},
    }


def test_the_page_shows_the_own_videos_and_leaves_out_what_is_not_known(project: Path) -> None:
    data = data_of((project / "reports/index.html").read_text(encoding="utf-8"))
    told = json.dumps(data, ensure_ascii=False)
    assert all(name in told for name in NAMES)
    assert set(data["figures"]) == {"precision_at_10", "map_at_10"}
    assert data["guessed"] is False
    assert {video["guess"] for video in data["videos"]} == {None}


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


# From here on each test goes on from the one before: a whole run for each would take too long.


def finished(project: Path) -> set[str]:
    """The finished work of single videos that is kept."""
    folder = project / ".vidrec/checkpoints"
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_an_experiment_elsewhere_finds_videos_and_finished_work(project: Path) -> None:
    commit(project, "Own videos")
    before = finished(project)
    log = succeed(project, "dvc", "exp", "run", "--temp", "-S", "weigh_objects.scaling=log")
    assert stages_run(log) == FROM_THE_VECTORS
    assert finished(project) == before
    log = succeed(project, "dvc", "exp", "run", "--temp", "-S", "extract_frames.fps=1")
    assert {"extract_frames", "classify_frames"} <= stages_run(log)
    assert "download_videos" not in stages_run(log)
    assert finished(project) > before
    assert succeed(project, "git", "status", "--porcelain") == ""


def test_an_added_video_is_in_the_index_and_on_the_page(
    project: Path, videos: Path, tmp_path: Path
) -> None:
    coarse = np.random.default_rng(9).integers(0, 256, (6, 6, 8, 3), dtype=np.uint8)
    frames = coarse.repeat(8, axis=1).repeat(8, axis=2)
    (tmp_path / "ratón.mp4").write_bytes(
        ffmpeg.encode_clip([frame.tobytes() for frame in frames], 64, 48, 3)
    )
    before = {path.name: path.read_bytes() for path in videos.rglob("*.mp4")}
    succeed(project, "vidrec", "add", str(tmp_path / "ratón.mp4"), "--category", "mascotas")
    succeed(project, "dvc", "repro")
    assert '"raton"' in succeed(project, "vidrec", "recommend", "gato", "--json")
    page = (project / "reports/index.html").read_text(encoding="utf-8")
    assert "ratón" in data_of(page)["titles"]
    succeed(project, "vidrec", "remove", "ratón")
    assert "removed: in the index until the next run" in succeed(project, "vidrec", "list")
    succeed(project, "vidrec", "remove", "--undo", "raton")
    assert json.loads(succeed(project, "dvc", "status", "--json")) == {}
    assert {name: (videos / "mascotas" / name).read_bytes() for name in before} == before


def test_a_colleague_without_the_videos_goes_on(project: Path, videos: Path) -> None:
    remote, clone = project.parent / "remote", project.parent / "clone"
    succeed(project, "dvc", "remote", "add", "--default", "folder", str(remote))
    commit(project, "One more")
    succeed(project, "dvc", "push")
    succeed(project, "git", "clone", "--quiet", str(project), str(clone))
    elsewhere = videos.rename(videos.with_name("elsewhere"))
    try:
        succeed(clone, "dvc", "pull")
        assert stages_run(succeed(clone, "dvc", "repro")) == set()
        answer = succeed(clone, "vidrec", "recommend", "gato", "--json")
        assert len(json.loads(answer)["neighbors"]) == 3
        for change in (["scaling=log"], ["scaling=linear", "--temp"]):
            log = succeed(
                clone, "dvc", "exp", "run", "-S", f"weigh_objects.{change[0]}", *change[1:]
            )
            assert stages_run(log) == FROM_THE_VECTORS
        assert not (clone / "data/frames").exists()
        for stage in ("extract_frames", "classify_frames"):
            wanting = run(clone, "dvc", "repro", "--force", "--single-item", stage)
            assert "`vidrec use DIR`" in wanting.stderr
            assert "Traceback" not in wanting.stderr
        succeed(clone, "git", "checkout", "--quiet", ".")
        told = succeed(clone, "vidrec", "use", str(elsewhere))
        assert told.startswith("4 of the 4 videos of the list are in")
        assert succeed(clone, "git", "status", "--porcelain") == ""
        succeed(clone, "dvc", "repro", "--force", "--single-item", "extract_frames")
    finally:
        elsewhere.rename(videos)


def test_no_original_was_linked_or_made_read_only(project: Path, videos: Path) -> None:
    for file in videos.rglob("*.mp4"):
        assert file.stat().st_nlink == 1
        assert file.stat().st_mode & 0o200
        assert not file.is_symlink()


def test_the_sample_comes_back(project: Path) -> None:
    succeed(project, "vidrec", "use", "sample")
    first = succeed(project, "git", "rev-list", "--max-parents=0", "HEAD").strip()
    changed = succeed(project, "git", "diff", "--stat", first, "--", "params.yaml", "dvc.lock")
    assert changed == ""
    assert succeed(project, "git", "diff", "--stat", first, "--", "metrics", "manifests") == ""
