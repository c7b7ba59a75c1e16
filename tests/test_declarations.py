"""dvc.yaml declares for each stage exactly the code it imports and the params it reads."""

import ast
import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from vidrec import params

ROOT = Path(__file__).parents[1]
PIPELINE = yaml.safe_load((ROOT / "dvc.yaml").read_text())
STAGES: dict[str, dict[str, Any]] = PIPELINE["stages"]
SETTINGS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "params.yaml").read_text())


def imported_modules(script: Path) -> set[str]:
    """Names of the modules of vidrec that `script` imports itself, anywhere in its code."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(script.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "vidrec":
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vidrec."):
            found.add(str(node.module).split(".")[1])
        elif isinstance(node, ast.Import):
            found.update(a.name.split(".")[1] for a in node.names if a.name.startswith("vidrec."))
    return found


def code_of(script: Path) -> set[str]:
    """`script` and all modules of vidrec it imports, directly or not, as paths from the top."""
    todo, seen = [script], set()
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            todo += [ROOT / f"src/vidrec/{name}.py" for name in imported_modules(path)]
    return {str(path.relative_to(ROOT)) for path in seen}


def params_of(script: Path) -> set[str]:
    """Dotted names of the params that `script` loads by `params.load(<module>.<Class>, …)`."""
    read: set[str] = set()
    for node in ast.walk(ast.parse(script.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "params.load":
            module, _, kind = ast.unparse(node.args[0]).rpartition(".")
            found = getattr(importlib.import_module(f"vidrec.{module}"), kind)
            read.update(params.names(found).values())
    return read


@pytest.mark.parametrize("stage", STAGES)
def test_code_is_declared(stage: str) -> None:
    declared = {dep for dep in STAGES[stage]["deps"] if dep.endswith(".py")}
    assert declared == code_of(ROOT / f"stages/{stage}.py")


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
    assert (ROOT / f"src/vidrec/{stage}.py").is_file()
    assert f"python stages/{stage}.py" in STAGES[stage]["cmd"]
    assert STAGES[stage]["desc"]


def test_every_script_is_a_stage() -> None:
    assert {path.stem for path in (ROOT / "stages").glob("*.py")} == set(STAGES)


def test_stage_scripts_are_thin() -> None:
    for path in (ROOT / "stages").glob("*.py"):
        assert len(path.read_text().splitlines()) <= 50, path


def test_the_package_itself_runs_no_code() -> None:
    body = ast.parse((ROOT / "src/vidrec/__init__.py").read_text()).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


def test_each_knob_says_why() -> None:
    """Each param has a comment right above it, or above the group it stands in."""
    for text in (ROOT / "params.yaml").read_text().split("\n\n")[1:]:
        lines = text.splitlines()
        knobs = [line for line in lines if line.startswith("  ")]
        assert knobs[0].lstrip().startswith("#"), lines[0]
