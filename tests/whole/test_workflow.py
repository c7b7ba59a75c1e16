"""The whole workflow in miniature: `dvc repro` on a copy of the project, with tiny params."""

import csv
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.projects import copy_tiny, run, stages_run, succeed, write_params

HEADERS = {
    "data/videos/manifest.csv": (
        "video_id,category,status,path,duration_s,sha256,source,title,error"
    ),
    "data/detections/classified/cars/cars_001.csv": "frame,label,confidence",
    "data/detections/finetuned/cars/cars_001.csv": "frame,label,confidence",
    "data/detections/segmented/cars/cars_001.csv": "frame,label,confidence,area_pct",
    "data/recommendations.csv": "video_id,rank,neighbor_id,similarity,score",
    "data/truth.csv": "video_id,frame,label,area_pct",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which the whole workflow has run once."""
    made = tmp_path_factory.mktemp("workflow") / "vidrec"
    copy_and_run(made)
    shutil.copy(made / "dvc.lock", made / "first.lock")
    return made


def copy_and_run(made: Path) -> None:
    """Copy the project to `made` and run the whole workflow there."""
    copy_tiny(made)
    succeed(made, "dvc", "repro")


@pytest.mark.parametrize("path", HEADERS)
def test_files_have_the_columns_others_rely_on(project: Path, path: str) -> None:
    assert (project / path).read_text().splitlines()[0] == HEADERS[path]


def test_vectors_begin_with_id_and_category(project: Path) -> None:
    assert (project / "data/vectors.csv").read_text().startswith("video_id,category,")


def test_each_video_has_numbered_frames(project: Path) -> None:
    frames = sorted(path.name for path in (project / "data/frames/pets/pets_002").iterdir())
    assert frames == ["1.jpg", "2.jpg", "3.jpg"]


def test_a_frame_is_damaged_and_mended_once_it_is_read(project: Path) -> None:
    """As links, what is kept and what lies in data/frames are damaged at once."""
    frame = project / "data/frames/pets/pets_002/2.jpg"
    before = frame.read_bytes()
    frame.chmod(0o644)
    frame.write_bytes(before[:-9] + b"\0" * 9)
    succeed(project, "vidrec", "inspect", "pets_002", "--output", str(project.parent / "x.png"))
    assert frame.read_bytes() == before
    assert succeed(project, "dvc", "status").strip() == "Data and pipelines are up to date."


def test_each_video_has_its_neighbours(project: Path) -> None:
    with (project / "data/recommendations.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 12 * 10
    assert all(row["video_id"] != row["neighbor_id"] for row in rows)
    assert [int(row["rank"]) for row in rows[:10]] == list(range(1, 11))


def test_a_second_run_has_nothing_to_do(project: Path) -> None:
    done = run(project, "dvc", "repro")
    assert done.returncode == 0, done.stderr
    assert stages_run(done.stdout) == set()


def test_another_weighting_reruns_only_what_depends_on_it(project: Path) -> None:
    write_params(project, {"weigh_objects": {"term": "probability"}})
    done = run(project, "dvc", "repro")
    write_params(project, {"weigh_objects": {"term": "confidence"}})
    assert run(project, "dvc", "repro").returncode == 0
    assert done.returncode == 0, done.stderr
    assert stages_run(done.stdout) == {
        "weigh_objects",
        "train_video_classifier",
        "build_index",
        "render_report",
    }


def test_another_head_does_not_run_the_trunk_again(project: Path) -> None:
    write_params(project, {"finetune_head": {"c": 0.5}})
    done = run(project, "dvc", "repro")
    assert done.returncode == 0, done.stderr
    assert stages_run(done.stdout) <= {"finetune_head", "apply_head"}
    assert "finetune_head" in stages_run(done.stdout)


def test_a_detector_that_is_not_chosen_is_not_needed(project: Path) -> None:
    plan = run(project, "dvc", "repro", "--dry", "--force", "build_index")
    assert plan.returncode == 0, plan.stderr
    assert not {"segment_objects", "prepare_segmenter", "apply_head"} & stages_run(plan.stdout)
    assert "render_report" not in stages_run(plan.stdout)
    assert "classify_frames" in stages_run(plan.stdout)


def recommended(project: Path, video: str, *options: str) -> list[dict[str, Any]]:
    """The neighbours that the command line names."""
    done = run(project, "vidrec", "recommend", video, "--json", *options)
    assert done.returncode == 0, done.stderr
    neighbors: list[dict[str, Any]] = json.loads(done.stdout)["neighbors"]
    return neighbors


def test_unseen_frames_of_an_indexed_video_find_that_video(project: Path) -> None:
    """Networks trained for seconds see the same in many videos: equals are all at similarity 1."""
    shutil.copytree(project / "data/frames/music/music_001", project / "unseen")
    neighbors = recommended(project, "unseen", "-k", "12")
    found = {item["video_id"]: item["similarity"] for item in neighbors}
    assert found["music_001"] == 1.0


@pytest.mark.parametrize("detector", ["finetuned", "segmented"])
def test_by_file_a_video_has_the_neighbours_that_it_has_by_id(
    project: Path, tmp_path: Path, detector: str
) -> None:
    """What the same files give with another detector, in a folder that shares them."""
    (tmp_path / "data").mkdir()
    for name in ("src", "stages", "data/videos", "data/weights", "data/detections"):
        (tmp_path / name).symlink_to(project / name)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(project / name, tmp_path)
    write_params(tmp_path, {"weigh_objects": {"detector": detector}})
    inputs = ["--detections", f"data/detections/{detector}"]
    outputs = ["--vectors", "data/vectors.csv", "--weighting", "data/weighting.json"]
    weighed = run(tmp_path, "python", "stages/weigh_objects.py", *inputs, *outputs)
    assert weighed.returncode == 0, weighed.stderr
    by_id = recommended(tmp_path, "music_001")
    # Those with nothing in common are left out.
    assert 0 < len(by_id) <= 10
    assert all(item["similarity"] > 0 for item in by_id)
    assert recommended(tmp_path, "data/videos/music/music_001.mp4") == by_id


def test_another_copy_with_one_worker_gives_the_same_bytes(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDREC_WORKERS", "1")
    copy_and_run(tmp_path / "vidrec")
    first = (project / "first.lock").read_bytes()
    assert (tmp_path / "vidrec" / "dvc.lock").read_bytes() == first


def test_a_bad_param_is_one_line(project: Path) -> None:
    write_params(project, {"weigh_objects": {"scaling": "cubic"}})
    done = run(project, "dvc", "repro", "weigh_objects")
    write_params(project, {"weigh_objects": {"scaling": "sqrt"}})
    assert done.returncode != 0
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert errors == [
        "error: weigh_objects.scaling is 'cubic': it must be one of linear, sqrt, log, binary"
    ]
    assert "Traceback" not in done.stderr


LOOKED_AT = ("extract_frames", "classify_frames", "segment_objects")


def finished(project: Path, stage: str) -> dict[str, int]:
    """Which file each video that a stage has finished lies in, by the name it is kept under."""
    folder = project / ".vidrec/checkpoints" / stage
    return {path.name: path.stat().st_ino for path in folder.iterdir()}


@contextmanager
def edited(path: Path, old: str, new: str) -> Iterator[None]:
    """The file with `old` replaced by `new`, until the block ends."""
    before = path.read_text()
    assert before.count(old) == 1
    path.write_text(before.replace(old, new))
    yield
    path.write_text(before)


def rerun(project: Path) -> dict[str, dict[str, int]]:
    """Run the stages that look at each video; what each has finished then."""
    done = run(project, "dvc", "repro", *LOOKED_AT)
    assert done.returncode == 0, done.stderr
    assert set(LOOKED_AT) <= stages_run(done.stdout)
    return {stage: finished(project, stage) for stage in LOOKED_AT}


def test_another_word_in_a_docstring_keeps_every_finished_video(project: Path) -> None:
    before = {stage: finished(project, stage) for stage in LOOKED_AT}
    assert [len(kept) for kept in before.values()] == [12, 12, 12]
    errors = project / "src/vidrec/workflow/errors.py"
    with edited(errors, "Says in one line", "Tells in one line"):
        assert rerun(project) == before


def test_other_arithmetic_keeps_what_does_not_depend_on_it(project: Path) -> None:
    before = {stage: finished(project, stage) for stage in LOOKED_AT}
    network = project / "src/vidrec/classifier/torch_classifier.py"
    with edited(network, "scores.float().softmax(1)", "scores.double().softmax(1).float()"):
        done = run(project, "dvc", "repro", "classify_frames")
    assert done.returncode == 0, done.stderr
    # What the other arithmetic gave is kept too: it may come back.
    assert len(finished(project, "classify_frames")) == 24
    for stage in ("extract_frames", "segment_objects"):
        assert finished(project, stage) == before[stage]
