"""Directories of frames that lie once on the disk."""

import errno
import os
from pathlib import Path

import pytest

from vidrec.media import frame_directories
from vidrec.media.frame_directories import holds, place, whole, write
from vidrec.media.frames import Frames
from vidrec.workflow.errors import UserError

CONTENT = [b"one", b"three", b"two"]
DIGEST = Frames("", CONTENT).digest


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    folder = tmp_path / "kept"
    folder.mkdir()
    write(folder, CONTENT)
    (folder / "bytes").write_text("11")
    return folder


def test_frames_are_written_in_order_and_nobody_may_change_them(kept: Path) -> None:
    assert [(kept / f"{number}.jpg").read_bytes() for number in (1, 2, 3)] == CONTENT
    assert {path.stat().st_mode & 0o777 for path in kept.glob("*.jpg")} == {0o444}


def test_a_look_tells_what_was_deleted_added_or_cut(kept: Path) -> None:
    assert holds(kept, 3, 11)
    assert holds(kept, 3)
    assert not holds(kept, 2, 11)
    assert not holds(kept, 3, 12)
    assert not holds(kept / "elsewhere", 3)
    assert not holds(kept / "1.jpg", 3)
    (kept / "2.jpg").rename(kept / "4.jpg")
    assert not holds(kept, 3, 11)


def test_only_frames_of_the_digest_are_whole(kept: Path) -> None:
    found = whole(kept, DIGEST)
    assert found is not None
    assert found.files == CONTENT
    assert whole(kept, "0" * 64) is None
    assert whole(kept / "elsewhere", DIGEST) is None
    (kept / "2.jpg").unlink()
    assert whole(kept, DIGEST) is None


def test_what_is_placed_is_the_same_files(kept: Path, tmp_path: Path) -> None:
    target = tmp_path / "frames/cars/a"
    place(kept, target, DIGEST)
    assert sorted(path.name for path in target.iterdir()) == ["1.jpg", "2.jpg", "3.jpg"]
    assert all(path.samefile(kept / path.name) for path in target.iterdir())
    assert list(target.parent.iterdir()) == [target]


def test_equal_files_that_lie_twice_become_links(kept: Path, tmp_path: Path) -> None:
    target = tmp_path / "cars/a"
    target.mkdir(parents=True)
    write(target, CONTENT)
    place(kept, target, DIGEST)
    assert all(path.samefile(kept / path.name) for path in target.iterdir())


@pytest.mark.parametrize("why", [errno.EXDEV, errno.EPERM, errno.ENOTSUP])
def test_where_there_are_no_links_there_are_copies(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(why, "no links")

    monkeypatch.setattr(os, "link", refuse)
    target = tmp_path / "cars/a"
    place(kept, target, DIGEST)
    assert whole(target, DIGEST)
    before = target.stat().st_ino
    place(kept, target, DIGEST)
    assert target.stat().st_ino == before
    assert not [path for path in target.iterdir() if path.stat().st_nlink > 1]


def test_a_fault_of_the_disk_is_no_reason_for_copies(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(OSError, match="No space left"):
        place(kept, tmp_path / "cars/a", DIGEST)


def test_a_directory_that_another_process_places_meanwhile_is_as_good(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, rename = tmp_path / "cars/a", Path.replace

    def replace(path: Path, to: Path) -> Path:
        target.mkdir()
        write(target, CONTENT)
        return rename(path, to)

    monkeypatch.setattr(Path, "replace", replace)
    frame_directories.place(kept, target, DIGEST)
    assert whole(target, DIGEST)
    assert list(target.parent.iterdir()) == [target]


def test_a_file_in_the_way_is_one_line(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "cars").mkdir()
    (tmp_path / "cars/a").write_text("notes")
    with pytest.raises(UserError, match="cars/a cannot be written"):
        place(kept, tmp_path / "cars/a", DIGEST)


def test_files_of_other_names_stay(kept: Path, tmp_path: Path) -> None:
    target = tmp_path / "frames/cars/a"
    target.mkdir(parents=True)
    for name in ("1.jpg", "4.jpg", "cover.jpg", "notes.txt"):
        (target / name).write_text("mine")
    place(kept, target, DIGEST)
    found = whole(target, DIGEST)
    assert found is not None
    assert (target / "cover.jpg").read_text() == (target / "notes.txt").read_text() == "mine"
    assert sorted(path.name for path in target.iterdir()) == [
        *("1.jpg", "2.jpg", "3.jpg", "cover.jpg", "notes.txt"),
    ]
    before = target.stat().st_mtime_ns
    place(kept, target, DIGEST)
    assert target.stat().st_mtime_ns == before


def test_what_is_gone_is_not_placed(tmp_path: Path) -> None:
    target = tmp_path / "frames/cars/a"
    place(tmp_path / "kept", target, DIGEST)
    assert not target.exists()
