"""The top of a project is found from any folder below it."""

from pathlib import Path

import pytest

from vidrec.project import MARKS, find_root, shortest
from vidrec.workflow.errors import UserError


def make_project(top: Path) -> Path:
    (top / "stages").mkdir(parents=True)
    for name in ("dvc.yaml", "params.yaml"):
        (top / name).touch()
    return top


def test_the_root_is_the_nearest_folder_above_that_has_all_marks(tmp_path: Path) -> None:
    outer = make_project(tmp_path / "outer")
    inner = make_project(outer / "a" / "inner")
    (inner / "b" / "stages").mkdir(parents=True)
    for start, root in ((outer, outer), (outer / "a", outer), (inner / "b" / "stages", inner)):
        assert find_root(start) == root
    (tmp_path / "link").symlink_to(inner / "b")
    assert find_root(tmp_path / "link") == inner


@pytest.mark.parametrize("lost", MARKS)
def test_without_one_of_the_marks_it_is_no_project(lost: str, tmp_path: Path) -> None:
    top = make_project(tmp_path / "top")
    (top / lost).rename(tmp_path / "moved")
    with pytest.raises(UserError, match=r"top is not in a project of vidrec") as refused:
        find_root(top)
    assert "dvc.yaml, params.yaml and stages/: change to one that is (cd)" in str(refused.value)


def test_what_is_not_a_directory_has_no_root(tmp_path: Path) -> None:
    top = make_project(tmp_path)
    for name in ("nowhere", "dvc.yaml"):
        with pytest.raises(UserError, match=rf"{name} is not a directory"):
            find_root(top / name)


def test_a_deleted_directory_is_of_no_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(UserError, match=r"the current directory is not there any more: change"):
        find_root(Path())
    assert shortest(tmp_path) == tmp_path


def test_a_path_is_shown_as_short_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    for place, shown in ((tmp_path, "."), (tmp_path / "a/b", "../.."), (tmp_path.parent, "{}")):
        monkeypatch.chdir(place)
        assert shortest(tmp_path) == Path(shown.format(tmp_path.name))
    monkeypatch.chdir(tmp_path / "a/b")
    assert shortest(Path("/usr")) == Path("/usr")
