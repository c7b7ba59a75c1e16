"""What is stale, in a project of DVC with two stages after one another and one beside them."""

import shutil
from pathlib import Path

import pytest
import yaml
from tests.projects import succeed

from vidrec.experiments.status import params_not_run, stale_outputs
from vidrec.workflow.errors import UserError

STAGES = {
    "first": {"cmd": "cp in.txt a.txt", "deps": ["in.txt"], "params": ["n"], "outs": ["a.txt"]},
    "second": {"cmd": "cp a.txt b.txt", "deps": ["a.txt"], "outs": ["b.txt"]},
    "beside": {"cmd": "cp in.txt c.txt", "deps": ["in.txt"], "outs": ["c.txt"]},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that was run, and so is of what is there."""
    project = tmp_path_factory.mktemp("status")
    (project / "dvc.yaml").write_text(yaml.safe_dump({"stages": STAGES}, sort_keys=False))
    (project / "params.yaml").write_text("n: 1\n")
    (project / "in.txt").write_text("in")
    succeed(project, "git", "init", "--quiet")
    succeed(project, "dvc", "init", "--quiet")
    succeed(project, "dvc", "config", "core.analytics", "false")
    succeed(project, "dvc", "repro")
    return project


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy of it, which is not the working directory."""
    return shutil.copytree(made, tmp_path / "project", symlinks=True)


def test_after_a_run_nothing_is_stale(project: Path) -> None:
    assert stale_outputs(project) == []


def test_what_follows_a_change_is_stale_and_what_is_beside_it_is_not(project: Path) -> None:
    (project / "params.yaml").write_text("n: 2\n")
    assert stale_outputs(project) == ["first", "second"]


def test_a_changed_input_makes_all_that_read_it_stale(project: Path) -> None:
    (project / "in.txt").write_text("other")
    assert stale_outputs(project) == ["first", "second", "beside"]


def test_a_stage_run_alone_leaves_what_follows_stale(project: Path) -> None:
    (project / "in.txt").write_text("other")
    succeed(project, "dvc", "repro", "--single-item", "first")
    assert stale_outputs(project) == ["second", "beside"]


def test_a_result_that_is_gone_is_named(project: Path) -> None:
    (project / "b.txt").unlink()
    assert stale_outputs(project) == ["second"]


def test_what_dvc_says_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"dvc .*status.* failed") as raised:
        stale_outputs(tmp_path)
    assert len(str(raised.value).splitlines()) == 1


def test_a_dvc_yaml_that_is_none_is_one_line(project: Path) -> None:
    (project / "dvc.yaml").write_text("stages: [1]\n")
    with pytest.raises(UserError, match=r"dvc .*status.* failed") as raised:
        stale_outputs(project)
    assert len(str(raised.value).splitlines()) == 1


def test_params_of_which_the_results_are_not_are_named(project: Path) -> None:
    assert params_not_run(project) == []
    (project / "params.yaml").write_text("n: 2\nm: 3\n")
    assert params_not_run(project) == ["n"]
    (project / "params.yaml").write_text("m: 3\n")
    assert params_not_run(project) == ["n"]
    (project / "dvc.lock").unlink()
    assert params_not_run(project) == []


def test_params_of_a_section_are_found_and_named_whole(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("a: {b: [1], c: 1.0, d: 2}\ne: 1\n")
    ran = {"first": {"params": {"params.yaml": {"a.b": [1], "a.c": 2.0, "e.f": 1}}}, "second": {}}
    (tmp_path / "dvc.lock").write_text(yaml.safe_dump({"stages": ran}))
    assert params_not_run(tmp_path) == ["a.c", "e.f"]
