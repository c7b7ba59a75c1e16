from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml

from vidrec.classifier import frame_classifier
from vidrec.classifier.classify_frames import classify_all, inference_workers, worker_bytes
from vidrec.classifier.frame_classifier import ClassifierFiles, Predictions
from vidrec.detections.tree import read_videos
from vidrec.media.frame_index import frames_below
from vidrec.media.frames import Frames
from vidrec.networks.precision import Compute, resolve
from vidrec.settings.classify_frames import LookingSettings, Params
from vidrec.workflow import memory
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json

Write = Callable[[Path, int, int], None]
FP32 = Params("fp32", 4, 3.0, 3, True)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test has its own checkpoints, and loads its own classifier."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIDREC_WORKERS", "1")
    frame_classifier.load_classifier.cache_clear()
    yield
    frame_classifier.load_classifier.cache_clear()


@pytest.fixture
def frames(tmp_path: Path, write_frames: Write) -> Path:
    write_frames(tmp_path / "frames" / "pets" / "b", 3, 0)
    write_frames(tmp_path / "frames" / "pets" / "a", 11, 1)
    write_frames(tmp_path / "frames" / "cars" / "c", 1, 2)
    return tmp_path / "frames"


def results(frames: Path, files: ClassifierFiles, params: Params = FP32) -> dict[str, Predictions]:
    found = classify_all(frames_below(frames), files, params)
    return {f"{video.category}/{video.video_id}": each for video, each in found}


def test_every_video_has_one_row_per_frame(frames: Path, classifier_files: ClassifierFiles) -> None:
    found = results(frames, classifier_files)
    assert list(found) == ["cars/c", "pets/a", "pets/b"]
    assert [len(item.probability) for item in found.values()] == [1, 11, 3]
    assert [len(item.features) for item in found.values()] == [1, 11, 3]


def test_a_video_has_the_same_result_alone(
    frames: Path, classifier_files: ClassifierFiles, tmp_path: Path, write_frames: Write
) -> None:
    together = results(frames, classifier_files)["pets/b"]
    write_frames(tmp_path / "other" / "x" / "y", 3, 0)
    (alone,) = results(tmp_path / "other", classifier_files).values()
    assert alone.probability.tobytes() == together.probability.tobytes()
    assert alone.features.tobytes() == together.features.tobytes()


def test_what_was_finished_is_not_made_again(
    frames: Path, classifier_files: ClassifierFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = frames / "pets" / "b" / "2.jpg"
    whole = broken.read_bytes()
    broken.write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"b/2.jpg cannot be read"):
        results(frames, classifier_files)
    broken.write_bytes(whole)
    made: list[str] = []
    really = frame_classifier.classify_video

    def counted(files: ClassifierFiles, settings: LookingSettings, frames: Frames) -> Predictions:
        made.append(Path(frames.name).name)
        return really(files, settings, frames)

    monkeypatch.setattr(frame_classifier, "classify_video", counted)
    first = results(frames, classifier_files)
    assert made == ["b"]
    second = results(frames, classifier_files)
    assert made == ["b"]
    for name in first:
        assert (first[name].probability == second[name].probability).all()
    results(frames, classifier_files, Params("fp32", 5, 3.0, 3, True))
    assert sorted(made) == ["a", "b", "b", "c"]


def test_fewer_frames_have_their_numbers_and_the_same_bytes(
    frames: Path, classifier_files: ClassifierFiles
) -> None:
    every = results(frames, classifier_files)["pets/a"]
    some = results(frames, classifier_files, Params("fp32", 4, 1.0, 3, True))["pets/a"]
    assert every.frames.tolist() == list(range(1, 12))
    assert some.frames.tolist() == [1, 4, 7, 10]
    assert some.probability.tobytes() == every.probability[::3].tobytes()
    assert some.features.tobytes() == every.features[::3].tobytes()


def test_auto_is_the_precision_that_it_stands_for(
    frames: Path, classifier_files: ClassifierFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is finished in the one need not be made again in the other."""
    results(frames, classifier_files, Params(resolve("auto").precision, 4, 3.0, 3, True))
    monkeypatch.setattr(frame_classifier, "classify_video", pytest.fail)
    assert len(results(frames, classifier_files, Params("auto", 4, 3.0, 3, True))) == 3


def test_other_frames_under_the_same_name_are_classified_anew(
    frames: Path, classifier_files: ClassifierFiles
) -> None:
    before = results(frames, classifier_files)
    (frames / "pets" / "a" / "11.jpg").rename(frames / "pets" / "b" / "2.jpg")
    after = results(frames, classifier_files)
    assert (before["pets/b"].features[1] != after["pets/b"].features[1]).any()
    assert len(after["pets/a"].probability) == 10
    assert (before["cars/c"].features == after["cars/c"].features).all()


@pytest.fixture
def arguments(classifier_folder: Path) -> list[str]:
    text = yaml.safe_dump(
        {
            "classify_frames": {"precision": "fp32", "batch_size": 4, "fps": 3},
            "extract_frames": {"fps": 3},
            "run": {"classified": True},
        }
    )
    Path("params.yaml").write_text(text, encoding="utf-8")
    return [
        *("--frames", "frames", "--weights", str(classifier_folder), "--quantized", "int8"),
        *("--detections", "out/detections", "--features", "out/features"),
        *("--metrics", "how.json"),
    ]


@pytest.mark.usefixtures("frames")
def test_the_stage_writes_a_table_a_distribution_and_features_per_video(
    arguments: list[str], run_stage: Callable[..., int], classifier_folder: Path
) -> None:
    assert run_stage("classify_frames", *arguments) == 0
    videos = read_videos(Path("out/detections"), with_distribution=True)
    found = {video.video.video_id: video for video in videos}
    assert sorted(found) == ["a", "b", "c"]
    for video in found.values():
        assert video.distribution is not None
        assert video.distribution.labels == ("cat", "dog", "tree")
        best = video.distribution.probability.argmax(axis=1)
        assert video.table["label"].tolist() == [video.distribution.labels[x] for x in best]
    assert found["a"].table["frame"].tolist() == list(range(1, 12))
    text = Path("out/detections/cars/c.csv").read_text(encoding="utf-8")
    assert text.startswith("frame,label,confidence\n1,")
    assert len(list(Path("out/features").glob("*/*.safetensors"))) == 3
    assert read_json(Path("how.json")) == {"classified_by": "openvino fp32"}
    before = Path("out/detections/pets/a.safetensors").read_bytes()
    assert run_stage("classify_frames", *arguments) == 0
    assert Path("out/detections/pets/a.safetensors").read_bytes() == before


def test_a_bad_frame_ends_the_stage_in_one_line_and_leaves_no_half_output(
    frames: Path,
    arguments: list[str],
    run_stage: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (frames / "pets" / "b" / "2.jpg").unlink()
    assert run_stage("classify_frames", *arguments) == 1
    errors = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert errors == ["error: frames/pets/b lacks frame 2.jpg: extract it again"]
    assert not list(Path("out").iterdir())


def test_confidence_is_stored_as_written(frames: Path, classifier_files: ClassifierFiles) -> None:
    found = results(frames, classifier_files)["pets/a"]
    assert found.probability.dtype == np.float16
    assert len(np.unique(found.probability.argmax(axis=1))) > 1


def test_a_larger_batch_takes_more_memory_and_so_fewer_workers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """8 GiB hold 13 processes with ResNet50 and usual batches, four with large ones."""
    monkeypatch.delenv("VIDREC_WORKERS", raising=False)
    monkeypatch.setattr("joblib.cpu_count", lambda: 16)
    monkeypatch.setattr(memory, "available", lambda: 8 << 30)
    by_openvino, by_torch = (Compute(each, "cpu", "fp32") for each in ("openvino", "torch"))
    needs = [worker_bytes(by_openvino, 100 << 20, batch_size) for batch_size in (16, 256)]
    assert [inference_workers(by_openvino, each) for each in needs] == [13, 4]
    assert inference_workers(by_torch, worker_bytes(by_torch, 100 << 20, 16)) == 6
