import hashlib
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vidrec.workflow.errors import UserError
from vidrec.workflow.files import (
    TEMPORARY,
    atomic_directory,
    atomic_path,
    expanded,
    new_directory,
    read_json,
    sha256_of,
    write_bytes,
    write_json,
)


class Interrupted(BaseException):
    """Stands for KeyboardInterrupt and the SystemExit of a SIGTERM."""


def content_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_a_file_appears_only_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.csv"
    with atomic_path(path) as temporary:
        temporary.write_text("half")
        assert not path.exists()
        assert temporary.suffix == ".csv"
        assert temporary.name.startswith(".")
    assert content_of(tmp_path) == {"deep/a.csv": b"half"}
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("error", [ValueError, Interrupted])
def test_a_block_that_raises_leaves_the_old_file_and_no_other(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "a.csv"
    write_bytes(path, b"old")
    with pytest.raises(error), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise error
    assert content_of(tmp_path) == {"a.csv": b"old"}


def test_a_directory_is_replaced_as_a_whole(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_bytes(folder / "stale" / "a", b"old")
    with atomic_directory(folder) as temporary:
        write_bytes(temporary / "cars" / "b", b"new")
        assert content_of(folder) == {"stale/a": b"old"}
    assert content_of(tmp_path) == {"out/cars/b": b"new"}
    assert folder.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("error", [ValueError, Interrupted])
def test_a_block_that_raises_leaves_the_old_directory_and_no_other(
    tmp_path: Path, error: type[BaseException]
) -> None:
    folder = tmp_path / "out"
    write_bytes(folder / "a", b"old")
    with pytest.raises(error), atomic_directory(folder) as temporary:
        write_bytes(temporary / "b", b"half")
        raise error
    assert content_of(tmp_path) == {"out/a": b"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def misplaced(folder: Path, name: str) -> Path:
    (folder / "file").write_text("old")
    (folder / "directory/inner").mkdir(parents=True)
    (folder / "link").symlink_to("nowhere")
    (folder / "link to directory").symlink_to("directory")
    return folder / name


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("directory", "Is a directory"),
        ("file/a.csv", "Not a directory|File exists"),
        ("file/b/a.csv", "Not a directory|File exists"),
        ("link/a.csv", "File exists|No such file"),
        ("a" * 256, "File name too long"),
    ],
)
def test_a_file_that_cannot_lie_there_is_one_line(tmp_path: Path, name: str, why: str) -> None:
    path = misplaced(tmp_path, name)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match=rf"cannot be written \(({why})\): name another path"):
        write_bytes(path, b"new")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("name", ["file", "file/a", "link", "link/a", "link to directory"])
def test_a_directory_that_cannot_lie_there_is_one_line(tmp_path: Path, name: str) -> None:
    path = misplaced(tmp_path, name)
    before = sorted(tmp_path.rglob("*"))
    with (
        pytest.raises(UserError, match=r"cannot be written \(.*\): name another path"),
        atomic_directory(path),
    ):
        pass
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text() == "old"


def test_what_the_block_itself_runs_into_is_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "a"):
        (tmp_path / "nowhere").read_bytes()


def test_json_is_text_that_people_and_git_can_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"é": [1, None]})
    assert path.read_text(encoding="utf-8") == '{\n  "é": [\n    1,\n    null\n  ]\n}\n'
    assert read_json(path) == {"é": [1, None]}


def test_json_without_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"accuracy": math.nan})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is missing"),
        (b"{", "is not valid"),
        (b"\xff", "is not valid"),
        (b"[" * 100_000 + b"]" * 100_000, "is not valid"),
        (b"9" * 5_000, "is not valid"),
    ],
    ids=["missing", "half", "no text", "too deep", "too long a number"],
)
def test_a_bad_json_file_is_refused_in_one_line(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "a.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=said) as refused:
        read_json(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_directory_is_no_json_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is not valid JSON .*[Dd]irectory"):
        read_json(tmp_path)


def test_sha256_is_of_the_content(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100_000)
    assert sha256_of(path) == hashlib.sha256(b"x" * 100_000).hexdigest()


def test_the_home_of_a_user_that_there_is_not_stays_as_it_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert expanded("~/videos") == Path("/home/me/videos")
    assert expanded(Path("~nosuchuser/videos")) == Path("~nosuchuser/videos")
    assert expanded("") == Path()


def test_what_is_on_its_way_has_a_name_that_git_leaves_alone(tmp_path: Path) -> None:
    ignored = (Path(__file__).parents[2] / ".gitignore").read_text().splitlines()
    with atomic_path(tmp_path / "a.csv") as file, atomic_directory(tmp_path / "out") as folder:
        assert file.name.startswith(TEMPORARY)
        assert folder.name.startswith(TEMPORARY)
    assert f"{TEMPORARY}*" in ignored


LEAVING = """
import os, signal, sys
from pathlib import Path
from vidrec.workflow.files import atomic_directory, atomic_path

with atomic_directory(Path("out")) as folder, atomic_path(Path("a.csv")) as file:
    (folder / "frame").touch()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_has_left_is_swept_by_the_next(tmp_path: Path) -> None:
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", LEAVING], cwd=tmp_path, env=path, check=False)
    (tmp_path / f"{TEMPORARY}mine").touch()
    assert len(list(tmp_path.iterdir())) == 3
    write_bytes(tmp_path / "b.csv", b"")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{TEMPORARY}mine", "b.csv"]


def test_a_new_directory_leaves_one_that_another_process_has_made(tmp_path: Path) -> None:
    with new_directory(tmp_path / "a/b") as folder:
        (folder / "x").write_text("ours")
        assert not (tmp_path / "a/b").exists()
    assert (tmp_path / "a/b/x").read_text() == "ours"
    with new_directory(tmp_path / "a/b") as folder:
        (folder / "x").write_text("later")
    assert (tmp_path / "a/b/x").read_text() == "ours"
    with pytest.raises(ZeroDivisionError), new_directory(tmp_path / "a/c"):
        1 / 0  # noqa: B018
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]
