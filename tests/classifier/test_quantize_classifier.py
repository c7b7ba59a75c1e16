from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from tests.clips import all_pictures

from vidrec.classifier.frame_classifier import ClassifierFiles, FrameClassifier, version
from vidrec.classifier.quantize_classifier import chosen_frames, chosen_videos
from vidrec.media.frame_index import Framed
from vidrec.media.frames import read_frames
from vidrec.networks import precision
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


def test_the_network_in_int8_is_what_classifies(
    quantize: Callable[[str], Path], classifier_folder: Path, tmp_path: Path
) -> None:
    made = quantize("int8")
    note = read_json(made / "note.json")
    assert (sorted(note["videos"]), note["frames"]) == (["a", "b"], 8)
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


def test_another_network_in_int8_is_another_version(
    quantize: Callable[[str], Path], classifier_folder: Path, tmp_path: Path, write_frames: Write
) -> None:
    files = ClassifierFiles(classifier_folder, quantize("int8"), tmp_path)
    settings = ClassifierSettings("int8", 4)
    before = version(files, settings)
    assert FrameClassifier.load(files, settings).version == before
    write_frames(tmp_path / "frames/pets/new", 6, 8)
    quantize("int8")
    assert version(files, settings) != before
    assert version(files, ClassifierSettings("fp32", 4)) == (before[0], "")


def test_without_openvino_int8_is_one_line(
    quantize: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(precision, "has_openvino", lambda: False)
    with pytest.raises(AssertionError):
        quantize("int8")
    (line,) = [x for x in capsys.readouterr().err.splitlines() if x.startswith("error: ")]
    assert "precision int8 needs OpenVINO, which is not installed" in line


def test_where_int8_is_not_asked_for_there_is_nothing_to_do(
    quantize: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    made = quantize("auto")
    assert [path.name for path in made.iterdir()] == ["absent.txt"]
    told = capsys.readouterr().err
    assert told.startswith("quantize_classifier is skipped: classify_frames.precision is auto")
