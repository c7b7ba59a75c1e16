"""Values in a params file that people wrote."""

import difflib
from pathlib import Path

import pytest
import yaml

from vidrec.commands.params_file import change

ROOT = Path(__file__).parents[2]
ODD = [
    "/home/ana/mis vídeos", '/a "b" \'c\'', "~/clips", "C: #1", "- dash", "猫", "true", "12",
    "a\\b", "x" * 300, "",
]  # fmt: skip


@pytest.mark.parametrize("value", [*ODD, True, 0.5, ["other"]])
def test_one_line_changes_and_the_value_comes_back(tmp_path: Path, value: object) -> None:
    path = tmp_path / "params.yaml"
    before = (ROOT / "params.yaml").read_text()
    path.write_text(before)
    change(path, {"finetune_head.images": value})
    assert yaml.safe_load(path.read_text())["finetune_head"]["images"] == value
    lines = list(difflib.ndiff(before.splitlines(), path.read_text().splitlines()))
    assert len([line for line in lines if line.startswith("- ")]) <= 1
    assert all("#" not in line for line in lines if line.startswith("- "))
    change(path, {"finetune_head.images": ""})
    assert yaml.safe_load(path.read_text()) == yaml.safe_load(before)
