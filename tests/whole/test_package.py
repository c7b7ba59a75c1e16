"""`import vidrec`: what it names is typed, and loaded no sooner than it is used."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from mypy import api
from tests.projects import ROOT

import vidrec
from vidrec.workflow.code import modules_of

PACKAGE = ROOT / "src/vidrec"
SCRIPT = """\
import vidrec
reveal_type(vidrec.recommend("cars_001", k=3)[0].reasons[0].share)
reveal_type((vidrec.classify("frames"), vidrec.Project(".").segment))
vidrec.clasify("frames")
"""


def loaded_by(code: str) -> set[str]:
    """The modules that a new interpreter has loaded after `code`."""
    show = f"{code}\nimport sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("code", ["import vidrec", "import vidrec.workflow.errors"])
def test_to_import_the_package_or_a_module_loads_nothing_else(code: str) -> None:
    loaded = loaded_by(code)
    expected = {"vidrec", "vidrec.workflow", "vidrec.workflow.errors"}
    assert {name for name in loaded if name.startswith("vidrec")} <= expected
    assert not loaded & {"numpy", "pandas", "torch"}


def test_naming_the_functions_does_not_load_torch() -> None:
    loaded = loaded_by("from vidrec import Project, classify, recommend, segment")
    assert "vidrec.api" in loaded
    assert not loaded & {"torch", "sklearn", "yt_dlp"}


def test_all_that_is_named_is_there() -> None:
    assert {"Project", "classify", "recommend", "segment"} <= set(vidrec.__all__)
    assert dir(vidrec) == sorted(vidrec.__all__)
    for name in vidrec.__all__:
        assert getattr(vidrec, name).__name__ == name
        assert getattr(vidrec, name).__doc__
    with pytest.raises(AttributeError, match="'vidrec' has no attribute 'clasify'"):
        vidrec.clasify  # type: ignore[attr-defined]  # noqa: B018


def test_no_stage_depends_on_what_the_package_names() -> None:
    for script in (ROOT / "stages").glob("*.py"):
        assert PACKAGE / "api.py" not in modules_of(script)
    modules = [*(ROOT / "stages").glob("*.py"), *PACKAGE.rglob("*.py")]
    assert [str(path) for path in modules if takes_from_the_package(path)] == []


def takes_from_the_package(path: Path) -> bool:
    """Whether a module imports `vidrec` itself, which the digests of code do not look into."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    whole = [a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names]
    parts = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return "vidrec" in {*whole, *parts}


def test_mypy_sees_the_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (tmp_path / "script.py").write_text(SCRIPT)
    told, errors, status = api.run(["--follow-imports=silent", str(tmp_path / "script.py")])
    assert (errors, status) == ("", 1)
    share, pair, misspelt, _ = told.splitlines()
    table = "pandas.core.frame.DataFrame"
    assert share.endswith('Revealed type is "float"')
    assert f'"tuple[{table}, def (directory: str | pathlib.Path) -> {table}]"' in pair
    assert 'Module has no attribute "clasify"' in misspelt


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()
    data = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    assert data["package-data"]["vidrec"] == ["py.typed"]
