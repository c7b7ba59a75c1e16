"""dvc.yaml declares for each stage the code it imports and the params it reads, and no more."""

import ast
import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from vidrec.project import Project
from vidrec.workflow import params
from vidrec.workflow.code import modules_of

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/vidrec"
TRAINS = {"prepare_weights", "prepare_segmenter"}
PIPELINE = yaml.safe_load((ROOT / "dvc.yaml").read_text())
STAGES: dict[str, dict[str, Any]] = PIPELINE["stages"]
SETTINGS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "params.yaml").read_text())


def entered(script: Path) -> set[str]:
    """What `script` reaches of vidrec: rooms, and modules that stand in none, from the top."""
    modules = modules_of(script) - {script}
    places = {path.parent if path.parent != PACKAGE else path for path in modules}
    return {str(path.relative_to(ROOT)) for path in places}


def files_of(script: Path) -> set[str]:
    """The modules of vidrec that `script` reaches, as paths from the top."""
    return {str(path.relative_to(ROOT)) for path in modules_of(script) - {script}}


def params_of(script: Path) -> set[str]:
    """Dotted names of the params that `script` loads by `params.load(<module>.<Class>, …)`."""
    read: set[str] = set()
    for node in ast.walk(ast.parse(script.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "params.load":
            module, _, kind = ast.unparse(node.args[0]).rpartition(".")
            (path,) = (path for path in modules_of(script) - {script} if path.stem == module)
            dotted = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
            found = getattr(importlib.import_module(dotted), kind)
            read.update(params.names(found).values())
    return read


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
    assert len(list(PACKAGE.glob(f"*/{stage}.py"))) == 1
    assert f"python stages/{stage}.py" in STAGES[stage]["cmd"]
    assert STAGES[stage]["desc"]


def test_the_tests_of_a_module_are_where_it_is() -> None:
    """tests/<room>/test_<module>.py; what tests more than one module is in tests/whole."""
    for path in (ROOT / "tests").glob("*/test_*.py"):
        module = PACKAGE / path.parent.name / path.name.removeprefix("test_")
        assert path.parent.name == "whole" or module.is_file(), path


def test_the_project_lies_where_the_stages_put_it() -> None:
    """Each path of `Project` is one that dvc.yaml names as what a stage makes."""
    made = {
        next(iter(out)) if isinstance(out, dict) else out
        for stage in STAGES.values()
        for kind in ("outs", "metrics", "plots")
        for out in stage.get(kind, [])
    }
    project = Project()
    paths = {
        getattr(project, name) for name, kind in vars(Project).items() if type(kind) is property
    }
    paths |= {project.detections(name) for name in ("classified", "finetuned", "segmented")}
    assert {path.as_posix() for path in paths} <= made


def test_every_script_is_a_stage() -> None:
    assert {path.stem for path in (ROOT / "stages").glob("*.py")} == set(STAGES)


def test_stage_scripts_are_thin() -> None:
    for path in (ROOT / "stages").glob("*.py"):
        assert len(path.read_text().splitlines()) <= 50, path


def test_importing_a_room_runs_no_code() -> None:
    """To import any module of a room executes the room's own file, whoever wants what of it."""
    for path in (PACKAGE / "__init__.py", *PACKAGE.glob("*/__init__.py")):
        body = ast.parse(path.read_text()).body
        assert len(body) == 1, path
        assert isinstance(body[0], ast.Expr), path


def test_each_knob_says_why() -> None:
    """Each param has a comment right above it, or above the group it stands in."""
    for text in (ROOT / "params.yaml").read_text().split("\n\n")[1:]:
        lines = text.splitlines()
        knobs = [line for line in lines if line.startswith("  ")]
        assert knobs[0].lstrip().startswith("#"), lines[0]
