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
