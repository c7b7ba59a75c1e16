"""Directories of frames: written once, and linked to from wherever else they are to lie."""

import errno
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from vidrec.media.frames import Frames, read_frames
from vidrec.workflow import kept
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import new_directory, placing, sweep, temporary_prefix

# Why a file gets no link: another file system, one without links or at its limit of them, and
# files of other users, which the kernel guards.
NO_LINK = {errno.EXDEV, errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS}
# A change in one place would be one in all that have links of the file.
READ_ONLY = 0o444


def write(directory: Path, frames: Sequence[bytes]) -> None:
    """Write 1.jpg, 2.jpg, … into a directory that has none."""
    for number, content in enumerate(frames, start=1):
        path = directory / f"{number}.jpg"
        path.write_bytes(content)
        path.chmod(READ_ONLY)


def holds(directory: Path, count: int, size: int | None = None) -> bool:
    """Whether `directory` has frames 1 … `count`, of `size` bytes in all where that is known.

    Their content is not read: this tells what was deleted, or cut short when the power failed.
    """
    names = {f"{number}.jpg" for number in range(1, count + 1)}
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(directory) as files:
        found = [each for each in files if _is_frame(each.name)]
        if {each.name for each in found} == names:
            return size is None or sum(each.stat().st_size for each in found) == size
    return False


def whole(directory: Path, sha256: str) -> Frames | None:
    """The frames in `directory`, each file read once; None unless that is their digest."""
    try:
        frames = read_frames(directory)
    except UserError:
        return None
    return frames if frames.digest == sha256 else None


def remove_damaged(piece: Path, sha256: str) -> None:
    """Remove a directory of finished work whose frames are not those of the digest, if it is
    there."""
    if piece.is_dir() and whole(piece, sha256) is None:
        kept.remove(piece)


def place(piece: Path, target: Path, sha256: str) -> None:
    """Have the frames of the directory `piece`, and no others, in the directory `target`.

    They are links of the same files; copies where the file system has none. Those that are so
    already stay untouched: known by the files' numbers in the file system, or, of copies, by their
    digest `sha256`. Files of other names stay, too. Nothing is done where `piece` is gone.
    """
    numbers, there = _numbers(piece), _numbers(target)
    if not numbers or there == numbers:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    linked = _takes_links(piece / "1.jpg", target.parent)
    if not linked and whole(target, sha256):
        return
    put = os.link if linked else shutil.copy
    if not target.exists():
        with new_directory(target) as folder:
            for name in numbers:
                put(piece / name, folder / name)
        return
    with placing(target):
        target.mkdir(exist_ok=True)
    sweep(target)
    for name in numbers:
        if there.get(name) != numbers[name]:
            on_its_way = target / f"{temporary_prefix()}{name}"
            put(piece / name, on_its_way)
            on_its_way.replace(target / name)
    for name in there.keys() - numbers:
        (target / name).unlink(missing_ok=True)


def _is_frame(name: str) -> bool:
    number, ending, rest = name.partition(".jpg")
    return number.isdecimal() and bool(ending) and not rest


def _numbers(directory: Path) -> dict[str, int]:
    """The number that the file system has for each frame of a directory."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(directory) as files:
        return {each.name: each.inode() for each in files if _is_frame(each.name)}
    return {}


def _takes_links(file: Path, folder: Path) -> bool:
    """Whether a link of `file` can lie in `folder`."""
    trial = folder / f"{temporary_prefix()}link"
    trial.unlink(missing_ok=True)
    try:
        os.link(file, trial)
    except OSError as error:
        if error.errno not in NO_LINK:
            raise
        return False
    trial.unlink()
    return True
