"""The base of a comparison, as each clone names it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from vidrec.experiments.git import branches, find_base, is_changed
from vidrec.workflow.errors import UserError

Git = Callable[..., None]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Runs git in a repository with one commit on `work`, which is the working directory."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> None:
        author = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
        subprocess.run(["git", *author, *arguments], check=True, capture_output=True)

    run("init", "--initial-branch", "work")
    run("commit", "--allow-empty", "--message", "First")
    return run


@pytest.fixture
def remote(git: Git) -> Callable[[str, str], None]:
    """Makes a branch that a remote had when it was last asked."""

    def make(name: str, branch: str) -> None:
        git("remote", "add", name, f"https://{name}.example.org")
        git("update-ref", f"refs/remotes/{name}/{branch}", "HEAD")
        git("symbolic-ref", f"refs/remotes/{name}/HEAD", f"refs/remotes/{name}/{branch}")

    return make


@pytest.mark.usefixtures("git")
@pytest.mark.parametrize("name", ["work", "HEAD"])
def test_what_is_here_is_taken_in_silence(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert find_base(name) == name
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["main", "feature/x"])
def test_a_branch_of_a_remote_stands_in_and_is_named(
    remote: Callable[[str, str], None], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    remote("upstream", name)
    assert find_base(name) == f"upstream/{name}"
    assert capsys.readouterr().err == f"there is no {name} here: compared with upstream/{name}\n"
    remote("origin", name)
    assert find_base(name) == f"origin/{name}"


def test_a_base_that_is_nowhere_is_answered_with_the_branches(
    remote: Callable[[str, str], None],
) -> None:
    remote("origin", "main")
    assert branches() == ["work", "origin/main"]
    with pytest.raises(UserError, match=r"no revision 'mian' here; .* are work, origin/main: "):
        find_base("mian")


def test_a_clone_without_branches_says_none(git: Git) -> None:
    git("checkout", "--detach")
    git("branch", "--delete", "--force", "work")
    with pytest.raises(UserError, match="the branches are none: "):
        find_base("main")


def test_a_file_is_changed_where_the_work_tree_has_another(git: Git, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/old.csv").write_text("1")
    git("add", "--all")
    git("commit", "--message", "Second")
    assert not is_changed("HEAD", ["a", "none*"])
    assert is_changed("HEAD~1", ["a"])
    (tmp_path / "a/old.csv").write_text("2")
    assert is_changed("HEAD", ["a"])
    assert not is_changed("HEAD", ["a", ":(exclude)a/old.csv"])
    (tmp_path / "a/new.csv").write_text("1")
    assert is_changed("HEAD", ["a", ":(exclude)a/old.csv"])
    assert not is_changed("HEAD", ["b"])
