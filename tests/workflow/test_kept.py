"""Finished work within its bounds."""

import errno
import os
import time
from pathlib import Path

import pytest

from vidrec.workflow import kept
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import TEMPORARY

ALL = float("inf")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Pieces of 100 bytes each, `a` used longest ago, in two stages; and what is no piece."""
    now = time.time()
    for number, name in enumerate(("one/a", "two/b", "one/c", "two/d")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(100))
        os.utime(path, (now - 400 + 100 * number, now - 400 + 100 * number))
    (tmp_path / f"one/{TEMPORARY}x").write_bytes(bytes(999))
    (tmp_path / "one/folder").mkdir()
    return tmp_path


def names(store: Path) -> str:
    return "".join(sorted(piece.path.name for piece in kept.pieces(store)))


@pytest.mark.parametrize(
    ("size", "age", "left"),
    [(400, ALL, "abcd"), (399, ALL, "bcd"), (100, ALL, "d"), (0, ALL, ""), (ALL, 250, "cd")],
)
def test_what_was_used_longest_ago_goes_first(
    store: Path, size: float, age: float, left: str
) -> None:
    removed = kept.trim(store, kept.Bounds(size, age))
    assert names(store) == left
    assert len(removed) == 4 - len(left)
    assert (store / f"one/{TEMPORARY}x").is_file()


@pytest.fixture
def with_directory(store: Path) -> Path:
    """A directory that is one piece, of 300 bytes, in a store of nothing else."""
    for path in store.glob("*/*"):
        path.rmdir() if path.is_dir() else path.unlink()
    (store / "one/e").mkdir()
    for name in ("1.jpg", "2.jpg"):
        (store / "one/e" / name).write_bytes(bytes(150))
    (store / "one/e" / kept.SIZE).write_text("300")
    return store


def test_a_directory_is_one_piece(with_directory: Path) -> None:
    (piece,) = kept.pieces(with_directory)
    assert (piece.path.name, piece.size) == ("e", 300)
    assert kept.trim(with_directory, kept.Bounds(300, ALL)) == []
    assert kept.trim(with_directory, kept.Bounds(299, ALL)) == [piece]
    assert not list((with_directory / "one").iterdir())


def test_a_directory_whose_files_are_elsewhere_too_takes_no_room(with_directory: Path) -> None:
    for name in ("1.jpg", "2.jpg"):
        os.link(with_directory / "one/e" / name, with_directory / name)
    (piece,) = kept.pieces(with_directory)
    assert piece.size == 0
    assert kept.trim(with_directory, kept.Bounds(0, ALL)) == []
    os.utime(piece.path, (0, 0))
    assert len(kept.trim(with_directory, kept.Bounds(0, 100))) == 1
    assert not piece.path.exists()
    assert (with_directory / "1.jpg").read_bytes() == bytes(150)


@pytest.mark.parametrize("text", ["", "many", "-1"])
def test_a_directory_whose_size_is_not_known_is_removed_by_its_age(
    with_directory: Path, text: str
) -> None:
    (with_directory / "one/e" / kept.SIZE).write_text(text)
    (piece,) = kept.pieces(with_directory)
    assert piece.size == 0
    os.utime(piece.path, (0, 0))
    assert len(kept.trim(with_directory, kept.Bounds(0, 100))) == 1
    assert not piece.path.exists()


def test_what_this_run_uses_stays(store: Path) -> None:
    kept.use(store / "one/a")
    kept.trim(store, kept.Bounds(0, 0), used_since=time.time() - 10)
    assert names(store) == "a"


def test_what_another_process_has_removed_is_no_error(store: Path) -> None:
    kept.use(store / "one/gone")
    assert kept.trim(store / "nowhere", kept.Bounds(0, 0)) == []


def test_bounds_are_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDREC_KEEP_GB", "0.5")
    monkeypatch.setenv("VIDREC_KEEP_DAYS", "")
    assert kept.bounds() == kept.Bounds(5e8, 30 * 86400)
    for wrong in ("-1", "much", "nan", "inf"):
        monkeypatch.setenv("VIDREC_KEEP_GB", wrong)
        with pytest.raises(
            UserError, match=r"VIDREC_KEEP_GB is .*: it must be a number, 0 or more"
        ):
            kept.bounds()


def test_told(store: Path) -> None:
    assert kept.told(kept.pieces(store)) == "4 finished pieces (0.0 MB)"


def test_what_was_on_its_way_a_day_ago_is_removed_whoever_began_it(store: Path) -> None:
    left = store / f"one/{TEMPORARY}x"
    os.utime(left, (0, 0))
    kept.trim(store, kept.Bounds(ALL, ALL))
    assert not left.exists()
    assert names(store) == "abcd"


@pytest.mark.parametrize("error", [PermissionError(errno.EACCES, "no"), OSError(errno.EROFS, "no")])
def test_what_belongs_to_others_is_used_and_stays(
    store: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(os, "utime", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    kept.use(store / "one/a")
    assert kept.trim(store, kept.Bounds(0, 0)) == []
