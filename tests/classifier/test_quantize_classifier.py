from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from tests.clips import all_pictures

from vidrec.classifier.frame_classifier import ClassifierFiles, FrameClassifier
from vidrec.classifier.quantize_classifier import chosen_frames, chosen_videos
from vidrec.classifier.quantized import NETWORK
from vidrec.media.frame_index import Framed
from vidrec.media.frames import read_frames
from vidrec.settings.classify_frames import ClassifierSettings
from vidrec.workflow.files import read_json
from vidrec.workflow.video import Video

Write = Callable[[Path, int, int], None]
MANY = [Framed(Video("cars", f"v{number}"), 12, "") for number in range(300)]


def test_the_same_videos_are_chosen_in_any_order_and_beside_any_others() -> None:
    chosen = chosen_videos(MANY)
    assert len(set(chosen)) == 16
    assert chosen_videos(MANY[::-1]) == chosen
    kept = [video for video in MANY if video not in chosen[8:]]
    assert chosen_videos(kept)[:8] == chosen[:8]
    added = [Framed(Video("pets", f"new{number}"), 12, "") for number in range(100)]
    changed = sum(chosen_videos([*MANY, each]) != chosen for each in added)
    assert changed <= 15


def test_frames_are_chosen_evenly() -> None:
    assert chosen_frames(3, 16) == [1, 2, 3]
    assert chosen_frames(8, 4) == [1, 3, 5, 7]
    assert len(set(chosen_frames(1799))) == 16


@pytest.fixture
def quantize(
    tmp_path: Path,
    classifier_folder: Path,
    write_frames: Write,
    run_stage: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str], Path]:
    """Runs the stage with a precision; gives what it has made."""
    monkeypatch.chdir(tmp_path)
    write_frames(tmp_path / "frames/pets/a", 6, 0)
    write_frames(tmp_path / "frames/cars/b", 2, 3)

    def run(precision: str) -> Path:
        settings = {"classify_frames": {"precision": precision}, "run": {"classified": True}}
        Path("params.yaml").write_text(yaml.safe_dump(settings))
        arguments = ["--frames", "frames", "--weights", str(classifier_folder)]
        assert run_stage("quantize_classifier", *arguments, "--quantized", "int8") == 0
        return tmp_path / "int8"

    return run


def test_the_network_in_int8_is_the_same_each_time_and_is_what_classifies(
    quantize: Callable[[str], Path], classifier_folder: Path, tmp_path: Path
) -> None:
    made = quantize("int8")
    content = (made / NETWORK).read_bytes()
    note = read_json(made / "note.json")
    assert (sorted(note["videos"]), note["frames"]) == (["a", "b"], 8)
    assert quantize("int8") == made
    assert (made / NETWORK).read_bytes() == content
    files = ClassifierFiles(classifier_folder, made, tmp_path)
    exact, fast = (
        FrameClassifier.load(files, ClassifierSettings(precision, 4))
        for precision in ("fp32", "int8")
    )
    frames = all_pictures(read_frames(tmp_path / "frames/pets/a"))
    expected, found = exact.predict(frames), fast.predict(frames)
    assert found.features.shape == expected.features.shape
    np.testing.assert_allclose(found.probability.sum(axis=1, dtype=float), 1, atol=2e-3)
    assert (found.probability != expected.probability).any()


def test_where_int8_is_not_asked_for_there_is_nothing_to_do(
    quantize: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    made = quantize("auto")
    assert [path.name for path in made.iterdir()] == ["absent.txt"]
    told = capsys.readouterr().err
    assert told.startswith("quantize_classifier is skipped: classify_frames.precision is auto")
