import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from vidrec.commands.params_check import KINDS, check, knobs_by_name
from vidrec.settings import __path__ as settings_path
from vidrec.workflow import params
from vidrec.workflow.errors import UserError

ROOT = Path(__file__).parents[2]
Run = Callable[..., int]
Told = Callable[..., list[str]]

# Twenty mistakes, as text that is replaced in params.yaml, and of each what its line must name.
MISTAKES = {
    "  finetuned: true": ("  finetuned: maybe", "run.finetuned is 'maybe'"),
    "  classifier_arch: resnet50": (
        "  classifier_arch: resnet51",
        "prepare_weights.classifier_arch",
    ),
    "  closeups: 2400": ("  closeups: 2.4e3", "prepare_weights.closeups"),
    "  input_size: 128": ("  input_size: 100", "prepare_weights.input_size"),
    "  still_epochs: 2\n": ("", "prepare_weights.still_epochs"),
    "  learning_rate: 0.002": ("  learning_rate: .inf", "prepare_weights.learning_rate"),
    "  steps: 700": ("  steps: 0", "prepare_segmenter.steps"),
    "  batch_size: 4\n  # Above 0 and at most 1.\n  learning_rate: 0.001": (
        "  batch_size: 4\n  learning_rate: 1e-3",
        "prepare_segmenter.learning_rate",
    ),
    "  source: sample\n  # directory": (
        "  source: you_tube\n  # directory",
        "download_videos.source",
    ),
    "  sample_seconds: 4.0": ("  sample_second: 4.0", "download_videos.sample_second:"),
    "  youtube_min_videos_per_category: 80": (
        "  youtube_min_videos_per_category: 800",
        "download_videos.youtube_min_videos_per_category",
    ),
    "  fit: stretch": ("  fit: stretched", "extract_frames.fit"),
    "classify_frames:": ("classify_frame:", "classify_frame:"),
    "  precision: auto\n  # Frames": ("  precision: fp16\n  # Frames", "classify_frames.precision"),
    "  dominance: 2.0": ("  dominance: null", "evaluate_classified.dominance"),
    '  images: ""\n  # Share': ("  images: my_images\n  # Share", "finetune_head.images"),
    "  fps: 0.5": ("  fps: 30.0", "segment_objects.fps"),
    "  term: confidence": ("  term: area", "weigh_objects.term"),
    "  ignore_labels: []": ("  ignore_labels: other", "weigh_objects.ignore_labels"),
    "  neighbors: 10": ("  neighbors: 10\n  colour: red\n", "build_index.colour"),
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with nothing but the params."""
    monkeypatch.chdir(tmp_path)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "stages").mkdir()
    return tmp_path


@pytest.fixture
def told(project: Path) -> Told:
    """What is told of the project's params after texts in them have been replaced."""

    def run(*changed: tuple[str, str]) -> list[str]:
        text = (ROOT / "params.yaml").read_text(encoding="utf-8")
        for before, after in changed:
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        Path("params.yaml").write_text(text, encoding="utf-8")
        return check(Path("params.yaml"), Path()).errors

    return run


def test_of_params_that_are_well_one_line_says_so(
    vidrec: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vidrec("check") == 0
    assert capsys.readouterr() == ("params.yaml: all is well\n", "")
    assert vidrec("--params", str(ROOT / "params.yaml"), "check") == 0


def state_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_twenty_mistakes_are_told_at_once(
    told: Told, vidrec: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("data/vectors.csv", "data/videos/manifest.csv", "metrics/build_index.json"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("kept", encoding="utf-8")
    told(*((before, after) for before, (after, _) in MISTAKES.items()))
    before = state_of(Path())
    started = time.perf_counter()
    assert vidrec("check") == 1
    assert time.perf_counter() - started < 1
    printed, errors = capsys.readouterr()
    lines = errors.splitlines()
    assert printed == ""
    assert all(line.startswith("error: ") for line in lines)
    for _, key in MISTAKES.values():
        assert len([line for line in lines if key in line]) == 1, key
    assert len(lines) == len(MISTAKES) == 20
    assert state_of(Path()) == before


@pytest.mark.parametrize("before", MISTAKES)
def test_each_mistake_alone_is_one_line(told: Told, before: str) -> None:
    after, key = MISTAKES[before]
    [line] = told((before, after))
    assert key in line


def test_nothing_heavy_is_loaded() -> None:
    code = (
        "import json, sys\nfrom vidrec import cli\nsys.argv = ['vidrec', 'check']\n"
        "try:\n    cli.main()\nfinally:\n    print(json.dumps(sorted(sys.modules)))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, text=True)
    well, modules = done.stdout.splitlines()
    assert well == "params.yaml: all is well"
    heavy = {"torch", "torchvision", "pandas", "numpy", "sklearn", "scipy", "yt_dlp", "PIL"}
    assert heavy & set(json.loads(modules)) == set()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1,\nb: {2", "params.yaml is not valid YAML (line 2: "),
        ("", "params.yaml has no sections: write it anew"),
        ("- a\n", "params.yaml has no sections: write it anew"),
        (None, "params.yaml is missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(text: str | None, said: str) -> None:
    Path("params.yaml").unlink()
    if text is not None:
        Path("params.yaml").write_text(text, encoding="utf-8")
    [line] = check(Path("params.yaml"), Path()).errors
    assert line.startswith(said)


def test_sections_and_keys_are_told_with_the_nearest(told: Told) -> None:
    [line] = told(("weigh_objects:\n", "Weigh_Object:\n"))
    assert line == "params.yaml has no weigh_objects, but Weigh_Object: rename it"
    [line] = told(("  detector: classified", "  detectr: classified"))
    assert line == "params.yaml has no weigh_objects.detector, but weigh_objects.detectr: rename it"
    [line] = told(("  seed: 101\n", "  seed: 101\n  sample_fp: 6\n"))
    assert line.startswith(
        "params.yaml has download_videos.sample_fp, which nothing reads: did you"
    )
    assert "sample_fps" in line
    [line] = told(("build_index:\n", "1: 2\nbuild_index:\n"))
    assert line == "params.yaml has 1, which nothing reads: take it out"


def test_the_values_under_a_misspelt_name_are_looked_at(told: Told) -> None:
    name, value = told(("weigh_objects:\n", "weigh_objets:\n"), ("  norm: l2", "  norm: l3"))
    assert "weigh_objets" in name
    assert value == "weigh_objects.norm is 'l3': it must be one of l2, l1, none"


def test_a_section_that_is_lost_or_none_is_one_line(told: Told) -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    section = text[text.index("build_index:") : text.index("render_report:")]
    [line] = told((section, ""))
    assert line == "params.yaml has no build_index: add it (git show HEAD:params.yaml has all)"
    [line] = told((section, "build_index: 10\n"))
    assert line.startswith("build_index is 10: it must hold neighbors")
    [line] = told((section, "build_index:\n\n"))
    assert line.startswith("build_index is None: it must hold neighbors")


def test_what_stands_twice_is_one_line(told: Told) -> None:
    [line] = told(("  norm: l2", "  norm: l2\n  norm: l1"))
    assert line.startswith("params.yaml has weigh_objects.norm in line ")
    [line] = told(("build_index:\n", "weigh_objects:\n  norm: l1\nbuild_index:\n"))
    assert line.startswith("params.yaml has weigh_objects in line ")


def test_what_is_looked_up_lies_below_the_root(project: Path, tmp_path: Path) -> None:
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    own = text.replace('images: ""', "images: own", 1)
    Path("params.yaml").write_text(own, encoding="utf-8")
    for name in ("cats", "dogs"):
        (tmp_path / "elsewhere/own" / name).mkdir(parents=True)
    assert len(check(Path("params.yaml"), Path()).errors) == 1
    assert check(Path("params.yaml"), Path("elsewhere")).errors == []


@pytest.mark.parametrize("before", [name for name, (_, key) in MISTAKES.items() if key[-1] != ":"])
def test_a_stage_says_what_the_check_says(told: Told, before: str) -> None:
    """But for a name that is misspelt: a stage does not know what all others read."""
    lines = told((before, MISTAKES[before][0]))
    refused = set()
    for kind in KINDS:
        try:
            params.load(kind, Path("params.yaml"))
        except UserError as error:
            refused.add(str(error))
    assert refused <= set(lines)


def test_every_knob_of_the_params_is_known() -> None:
    content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    written = {f"{section}.{key}" for section, keys in content.items() for key in keys}
    assert set(knobs_by_name()) == written


def test_every_stage_s_settings_are_looked_at() -> None:
    modules = {path.stem for path in Path(settings_path[0]).glob("*.py")}
    assert {kind.__module__.rpartition(".")[2] for kind in KINDS} == modules - {
        *("__init__", "pairs", "places", "torchvision_names")
    }


def test_what_two_stages_read_is_the_same_to_both() -> None:
    known = knobs_by_name()
    for kind in KINDS:
        for knob in params.knobs(kind):
            other = known[knob.name]
            assert (knob.type, knob.choices, knob.low, knob.high, knob.step) == (
                *(other.type, other.choices, other.low, other.high, other.step),
            ), knob.name


NUMBERS = [name for name, knob in knobs_by_name().items() if knob.type in (int, float)]
SENSELESS = [".inf", "-.inf", ".nan", "1e400", "1.0e+400", "-1", "1" + "0" * 30, "''", "[1]"]


@pytest.mark.parametrize("written", SENSELESS)
@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_that_no_stage_can_use_is_one_line(name: str, written: str) -> None:
    problem = knobs_by_name()[name].problem(yaml.safe_load(written))
    assert problem is not None
    assert problem.startswith(f"{name} is ")
    assert "\n" not in problem


def test_of_a_video_a_day_is_looked_at_and_no_more() -> None:
    knob = knobs_by_name()["extract_frames.max_seconds"]
    assert knob.problem(86_400) is None
    for value in (86_401.0, 1e300, math.inf):
        wanted = "it must be between 1 and 86400"
        assert knob.problem(value) == f"extract_frames.max_seconds is {value}: {wanted}"
