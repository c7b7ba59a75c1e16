"""One `.vidrec` for a repository, whichever workspace a stage runs in."""

from pathlib import Path

import pytest

from vidrec.workflow import state
from vidrec.workflow.errors import UserError


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)


def test_by_hand_it_is_in_the_directory_of_the_project(tmp_path: Path) -> None:
    assert state.home() == Path(".vidrec")
    assert state.originals(tmp_path / "project") == tmp_path / "project/.vidrec/videos"


def test_an_experiment_elsewhere_uses_that_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    (tmp_path / ".dvc/tmp/exps/one").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / ".dvc/tmp/exps/one")
    assert state.checkpoints() == tmp_path / ".vidrec/checkpoints"


def test_clones_share_finished_work_where_dvc_has_a_place_that_they_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DVC_SITE_CACHE_DIR", raising=False)
    config = tmp_path / "project/.dvc/config"
    config.parent.mkdir(parents=True)
    config.write_text("['remote \"a\"']\n    url = /100%\n[core]\n    remote = a\n")
    assert state.checkpoints(tmp_path / "project") == tmp_path / "project/.vidrec/checkpoints"
    config.with_name("config.local").write_text("[core]\n    site_cache_dir = /big/dvc\n")
    assert state.checkpoints(tmp_path / "project") == Path("/big/dvc/vidrec")
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", "/other")
    assert state.checkpoints(tmp_path / "project") == Path("/other/vidrec")
    config.write_text("core]")
    with pytest.raises(UserError, match=r"mend \.dvc/config"):
        state.checkpoints(tmp_path / "project")
