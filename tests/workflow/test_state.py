"""One `.vidrec` for a repository, whichever workspace a stage runs in."""

from pathlib import Path

import pytest

from vidrec.workflow import state


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.delenv("DVC_STAGE", raising=False)
    monkeypatch.chdir(tmp_path)


def test_by_hand_it_is_in_the_directory_of_the_project(tmp_path: Path) -> None:
    assert state.home() == Path(".vidrec")
    assert state.originals(tmp_path / "project") == tmp_path / "project/.vidrec/videos"
    assert not state.is_run_of_the_repository()


def test_an_experiment_elsewhere_uses_that_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("DVC_STAGE", "extract_frames")
    assert state.is_run_of_the_repository()
    (tmp_path / ".dvc/tmp/exps/one").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / ".dvc/tmp/exps/one")
    assert state.checkpoints() == tmp_path / ".vidrec/checkpoints"
    assert not state.is_run_of_the_repository()
