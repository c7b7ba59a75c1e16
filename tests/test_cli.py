import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml

from vidrec import classify_frames, cli, segment_objects

Write = Callable[[Path, int, int], None]
Run = Callable[..., int]
SETTINGS = {
    "classify_frames": {"precision": "fp32", "batch_size": 4},
    "segment_objects": {
        "fps": 1.0,
        "resolution": 64,
        "proposals": 1,
        "threshold": 0.05,
        "detections": 4,
        "max_overlap": 1.0,
        "precision": "fp32",
    },
    "extract_frames": {"fps": 3},
}


@pytest.fixture
def vidrec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs the command in a folder that has params and, in data/weights, nothing yet."""
    handler = signal.getsignal(signal.SIGTERM)
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(yaml.safe_dump(SETTINGS), encoding="utf-8")
    Path("data/weights").mkdir(parents=True)

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["vidrec", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert isinstance(ended.value.code, int)
        return ended.value.code

    yield run
    signal.signal(signal.SIGTERM, handler)
    classify_frames.load_classifier.cache_clear()
    segment_objects.load_segmenter.cache_clear()


def test_classify_prints_what_the_stage_writes(
    vidrec: Run,
    run_stage: Run,
    classifier_folder: Path,
    write_frames: Write,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("data/weights/classifier").symlink_to(classifier_folder)
    write_frames(Path("frames/pets/a"), 11, 0)
    assert vidrec("classify", "frames/pets/a") == 0
    printed, errors = capsys.readouterr()
    assert errors == ""
    assert printed.startswith("frame,label,confidence\n1,")
    outputs = ["--detections", "found", "--features", "features"]
    inputs = ["--frames", "frames", "--weights", "data/weights/classifier"]
    assert run_stage("classify_frames", *inputs, *outputs) == 0
    assert Path("found/pets/a.csv").read_text(encoding="utf-8") == printed
    assert pd.read_csv("found/pets/a.csv")["frame"].tolist() == list(range(1, 12))


def test_segment_prints_the_objects_of_every_frame(
    vidrec: Run,
    segmenter_folder: Path,
    write_frames: Write,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("data/weights/segmenter").symlink_to(segmenter_folder)
    write_frames(Path("frames"), 2, 0)
    assert vidrec("segment", "frames") == 0
    printed, errors = capsys.readouterr()
    assert errors == ""
    rows = [line.split(",") for line in printed.splitlines()]
    assert rows[0] == ["frame", "label", "confidence", "area_pct"]
    assert [(row[0], row[1]) for row in rows[1:]] == [
        *(("1", "handbag"), ("1", "person")),
        *(("2", "handbag"), ("2", "person")),
    ]
    assert all(0 < float(row[3]) <= 100 for row in rows[1:])


@pytest.mark.parametrize("command", ["classify", "segment"])
def test_a_directory_that_will_not_do_is_one_line(
    command: str,
    vidrec: Run,
    classifier_folder: Path,
    segmenter_folder: Path,
    write_frames: Write,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("data/weights/classifier").symlink_to(classifier_folder)
    Path("data/weights/segmenter").symlink_to(segmenter_folder)
    Path("empty").mkdir()
    for name, lost in (("gap", "2.jpg"), ("broken", "1.jpg")):
        write_frames(Path(name), 3, 0)
        Path(name, lost).unlink()
    Path("broken/1.jpg").write_bytes(b"no picture")
    for name, said in (
        ("nowhere", "nowhere is no directory"),
        ("empty", "empty holds no frames"),
        ("gap", "gap lacks frame 2.jpg"),
        ("broken", "broken/1.jpg cannot be read as a picture"),
        ("params.yaml", "params.yaml is no directory"),
    ):
        assert vidrec(command, name) == 1
        printed, errors = capsys.readouterr()
        assert printed == ""
        assert errors.startswith(f"error: {said}")
        assert errors.count("\n") == 1


@pytest.mark.parametrize("command", ["classify", "segment"])
def test_missing_weights_or_params_are_one_line(
    command: str, vidrec: Run, write_frames: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write_frames(Path("frames"), 1, 0)
    assert vidrec(command, "frames") == 1
    assert "card.json is missing: run `dvc repro`" in capsys.readouterr().err
    assert vidrec("--params", "nowhere.yaml", command, "frames") == 1
    assert capsys.readouterr().err.startswith("error: nowhere.yaml is missing")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["dance"], "'dance'"),
        (["classify"], "DIR"),
        (["segment", "a", "b"], "b"),
        (["recommend", "a", "-k", "0"], "'0' is not a whole number of 1 or more"),
        (["recommend", "a", "-k", "two"], "'two' is not a whole number of 1 or more"),
        (["discover"], "CATEGORY=QUERY"),
    ],
)
def test_bad_arguments_are_one_line_and_status_2(
    arguments: list[str], said: str, vidrec: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vidrec(*arguments) == 2
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert errors.startswith("error: ")
    assert said in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("command", ["", "classify", "segment", "recommend", "discover"])
def test_help_ends_well(command: str, vidrec: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert vidrec(*command.split(), "--help") == 0
    assert capsys.readouterr().out.startswith("usage: vidrec")
