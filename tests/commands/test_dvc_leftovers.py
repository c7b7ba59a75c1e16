"""What a killed DVC has left, and that DVC stumbles over just that."""

from pathlib import Path

import pytest
from tests.projects import run, succeed

from vidrec.commands.dvc_leftovers import LOCK, RUNS, RWLOCK, leftovers


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of DVC with one stage that ran."""
    succeed(tmp_path, "git", "init", "--quiet")
    succeed(tmp_path, "dvc", "init", "--quiet")
    stage = "stages: {one: {cmd: echo > out, deps: [in], outs: [out]}}\n"
    (tmp_path / "dvc.yaml").write_text(stage)
    (tmp_path / "in").touch()
    succeed(tmp_path, "dvc", "repro", "--quiet")
    return tmp_path


def test_nothing_is_left_by_a_run_that_ended(project: Path) -> None:
    assert list(leftovers(project)) == []


def test_a_lock_that_was_cut_short(project: Path) -> None:
    (project / RWLOCK).write_bytes(b"")
    assert run(project, "dvc", "repro").returncode != 0
    (line,) = leftovers(project)
    assert line.endswith("rwlock is damaged, as a DVC that was killed leaves it: remove it")
    (project / RWLOCK).unlink()
    succeed(project, "dvc", "repro")


def test_an_empty_dvc_lock(project: Path) -> None:
    (project / LOCK).write_bytes(b"")
    assert run(project, "dvc", "repro").returncode != 0
    (line,) = leftovers(project)
    assert "dvc.lock is empty" in line
    (project / LOCK).unlink()
    succeed(project, "dvc", "repro")


def test_an_empty_folder_of_a_run(project: Path) -> None:
    (known,) = (project / RUNS).glob("*/*/*")
    known.unlink()
    (project / "dvc.lock").unlink()
    assert run(project, "dvc", "repro").returncode != 0
    (line,) = leftovers(project)
    assert f"{known.parent} is empty" in line
    known.parent.rmdir()
    succeed(project, "dvc", "repro")
