"""The metrics in git: `dvc metrics show` fits a screen, and each key means one thing."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.projects import ROOT, succeed

# Columns of a terminal over the whole width of a common screen: 1920 pixels, 7.5 to a
# character.
WIDTH = 256
PIPELINE: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text())
METRICS = [
    path
    for stage in PIPELINE["stages"].values()
    for each in stage.get("metrics", [])
    for path in each
]
FILES = sorted((ROOT / "metrics").rglob("*.*"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what DVC needs to show the metrics."""
    made = tmp_path_factory.mktemp("metrics") / "vidrec"
    shutil.copytree(ROOT / "metrics", made / "metrics")
    for name in ("dvc.yaml", "dvc.lock", "params.yaml"):
        shutil.copy(ROOT / name, made / name)
    succeed(made, "dvc", "init", "--quiet", "--no-scm")
    succeed(made, "dvc", "config", "core.analytics", "false")
    return made


def test_what_dvc_shows_of_them_fits_a_screen(project: Path) -> None:
    lines = succeed(project, "dvc", "metrics", "show").splitlines()
    assert len(lines) == 1 + len(METRICS)
    assert max(map(len, lines)) <= WIDTH


def test_each_metrics_file_is_declared_and_flat() -> None:
    assert {f"metrics/{path.name}" for path in (ROOT / "metrics").glob("*.json")} == set(METRICS)
    for path in METRICS:
        for value in json.loads((ROOT / path).read_text()).values():
            assert isinstance(value, int | float | str), path


def test_no_key_is_in_two_files() -> None:
    keys = Counter(key for path in METRICS for key in json.loads((ROOT / path).read_text()))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_figures_have_at_most_four_decimals(path: Path) -> None:
    assert re.findall(r"\d\.\d{5,}", path.read_text()) == []
