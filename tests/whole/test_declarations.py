"""dvc.yaml declares for each stage the code it imports and the params it reads, and no more."""

import ast
import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from vidrec.project import ProjectPaths
from vidrec.workflow import params
from vidrec.workflow.code import modules_of

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/vidrec"
CONTROL = PACKAGE / "settings"
TRAINS = {"prepare_weights", "prepare_segmenter", "finetune_segmenter"}
PIPELINE = yaml.safe_load((ROOT / "dvc.yaml").read_text())
STAGES: dict[str, dict[str, Any]] = PIPELINE["stages"]
SETTINGS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "params.yaml").read_text())


def entered(script: Path) -> set[str]:
    """What `script` reaches of vidrec, from the top: rooms, and modules that stand in none.

    Of the room that mirrors params.yaml, where each stage has its own file, just these files.
    """
    modules = modules_of(script) - {script}
    rooms = {path for path in modules if path.parent not in (PACKAGE, CONTROL)}
    places = {path.parent for path in rooms} | (modules - rooms)
    return {str(path.relative_to(ROOT)) for path in places}


def files_of(script: Path) -> set[str]:
    """The modules of vidrec that `script` reaches, as paths from the top."""
    return {str(path.relative_to(ROOT)) for path in modules_of(script) - {script}}


def params_of(script: Path) -> set[str]:
    """Dotted names of the params that `script` loads by `params.load(<a name it imports>, …)`."""
    tree = ast.parse(script.read_text())
    read: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "params.load":
            read.update(params.names(imported(tree, ast.unparse(node.args[0]))).values())
    return read


def imported(tree: ast.Module, name: str) -> type:
    """What a script calls `name`, a class it imports, or a class of a module that it imports."""
    first, _, rest = name.partition(".")
    (source,) = (
        node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and first in {alias.name for alias in node.names}
    )
    module = importlib.import_module(f"{source}.{first}" if rest else str(source))
    found: type = getattr(module, rest or first)
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_code_is_declared(stage: str) -> None:
    """A stage declares the rooms that it enters; one that trains, as its rerun is dear, files."""
    script = f"stages/{stage}.py"
    declared = {dep for dep in STAGES[stage]["deps"] if dep.startswith("src/")}
    assert declared == (files_of if stage in TRAINS else entered)(ROOT / script)
    assert script in STAGES[stage]["deps"]


def test_each_module_of_a_room_is_found() -> None:
    rooms = {path for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert {path.parent for path in PACKAGE.glob("*/*.py")} == rooms


@pytest.mark.parametrize("stage", STAGES)
def test_the_keys_of_a_stage_have_one_order(stage: str) -> None:
    order = ["desc", "cmd", "deps", "params", "outs", "metrics", "plots"]
    assert list(STAGES[stage]) == [key for key in order if key in STAGES[stage]]


@pytest.mark.parametrize("stage", STAGES)
def test_params_are_declared(stage: str) -> None:
    assert set(STAGES[stage].get("params", [])) == params_of(ROOT / f"stages/{stage}.py")


def test_every_param_is_read_by_a_stage() -> None:
    read = {name for stage in STAGES.values() for name in stage.get("params", [])}
    templated = {"weigh_objects.detector", "download_videos.directory"}
    written = {f"{section}.{key}" for section, keys in SETTINGS.items() for key in keys}
    assert written == read | templated


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_one_name_everywhere(stage: str) -> None:
    assert (ROOT / f"stages/{stage}.py").is_file()
    assert len([path for path in PACKAGE.glob(f"*/{stage}.py") if path.parent != CONTROL]) == 1
    assert f"python stages/{stage}.py" in STAGES[stage]["cmd"]
    assert STAGES[stage]["desc"]


def test_the_tests_of_a_module_are_where_it_is() -> None:
    """tests/<room>/test_<module>.py; what tests more than one module is in tests/whole."""
    for path in (ROOT / "tests").glob("*/test_*.py"):
        module = PACKAGE / path.parent.name / path.name.removeprefix("test_")
        assert path.parent.name == "whole" or module.is_file(), path


def test_the_project_lies_where_the_stages_put_it() -> None:
    """Each path of `ProjectPaths` is one that dvc.yaml names as what a stage makes, but for the
    frames, of which it names the index."""
    made = {
        next(iter(out)) if isinstance(out, dict) else out
        for stage in STAGES.values()
        for kind in ("outs", "metrics", "plots")
        for out in stage.get(kind, [])
    }
    project = ProjectPaths()
    paths = {
        getattr(project, name)
        for name, kind in vars(ProjectPaths).items()
        if type(kind) is property
    }
    paths |= {project.detections(name) for name in ("classified", "finetuned", "segmented")}
    assert {path.as_posix() for path in paths - {project.frames}} <= made
    (written,) = (stage["cmd"] for name, stage in STAGES.items() if name == "extract_frames")
    assert f"--frames {project.frames} " in written


def test_every_script_is_a_stage() -> None:
    assert {path.stem for path in (ROOT / "stages").glob("*.py")} == set(STAGES)


def test_stage_scripts_are_thin() -> None:
    for path in (ROOT / "stages").glob("*.py"):
        assert len(path.read_text().splitlines()) <= 50, path


def test_a_stage_that_is_stopped_says_that_work_is_kept_where_it_is() -> None:
    # What these keep, a network that is converted and frames made again, is not what they make.
    others = {"embed_images", "quantize_classifier", "finetune_segmenter"}
    for path in (ROOT / "stages").glob("*.py"):
        keeps = PACKAGE / "workflow/checkpoints.py" in modules_of(path) and path.stem not in others
        assert ("script.run(main, resumes=True)" in path.read_text()) is keeps, path


def test_importing_a_room_runs_no_code() -> None:
    """To import any module of a room executes the room's own file, whoever wants what of it."""
    for path in PACKAGE.glob("*/__init__.py"):
        body = ast.parse(path.read_text()).body
        assert len(body) == 1, path
        assert isinstance(body[0], ast.Expr), path


def test_each_knob_says_why() -> None:
    """Each param has a comment right above it, or above the group it stands in."""
    for text in (ROOT / "params.yaml").read_text().split("\n\n")[1:]:
        lines = text.splitlines()
        knobs = [line for line in lines if line.startswith("  ")]
        assert knobs[0].lstrip().startswith("#"), lines[0]
