"""How much finished work is kept, and for how long: see `workflow.checkpoints`."""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vidrec.workflow.errors import NO_ACCESS, UserError
from vidrec.workflow.files import TEMPORARY, temporary_prefix
from vidrec.workflow.room import gigabytes

# Of 300 videos of three minutes the frames are 1.3 GB, and all else less.
GIGABYTES = 20.0
# Long enough to go on after a holiday.
DAYS = 30.0
# Seconds for which nothing is on its way.
LEFT_S = 86400.0
# In a directory that is one piece: how many bytes its other files have.
SIZE = "bytes"


@dataclass(frozen=True)
class Bounds:
    """Most bytes of finished work, and the age in seconds of what may still be used again."""

    size: float
    age: float


@dataclass(frozen=True)
class Piece:
    """One file of finished work, or a directory with a file SIZE.

    `size` is what the disk would have free without it: nothing where the files of a directory have
    links elsewhere. `used`: seconds since the epoch, when it was last read.
    """

    path: Path
    size: int
    used: float


def bounds() -> Bounds:
    """Those that `VIDREC_KEEP_GB` and `VIDREC_KEEP_DAYS` name, or the usual ones."""
    size = _number("VIDREC_KEEP_GB", GIGABYTES) * 1e9
    return Bounds(size, _number("VIDREC_KEEP_DAYS", DAYS) * 86400)


def _number(name: str, usual: float) -> float:
    text = os.environ.get(name) or str(usual)
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < float("inf"):
        raise UserError(f"{name} is {text!r}: it must be a number, 0 or more")
    return found


def use(path: Path) -> None:
    """Note that a piece is used now, where that is allowed: it is as good without."""
    with contextlib.suppress(OSError):
        os.utime(path)


def pieces(store: Path) -> Iterator[Piece]:
    """All finished work below `store`, of all stages."""
    for folder in sorted(store.glob("*/")):
        for entry in os.scandir(folder):
            with contextlib.suppress(FileNotFoundError):
                size = None if entry.name.startswith(TEMPORARY) else _size_of(entry)
                if size is not None:
                    yield Piece(Path(entry.path), size, entry.stat(follow_symlinks=False).st_mtime)


def _size_of(entry: "os.DirEntry[str]") -> int | None:
    """The size of a piece, None of what is no piece."""
    if entry.is_file(follow_symlinks=False):
        return entry.stat(follow_symlinks=False).st_size
    noted = Path(entry.path, SIZE)
    if not entry.is_dir(follow_symlinks=False) or not noted.is_file():
        return None
    # One file stands for all: a look at each would take as long as reading them.
    with os.scandir(entry) as files:
        like = next((file for file in files if file.name != SIZE), None)
    if like is None or like.stat(follow_symlinks=False).st_nlink > 1:
        return 0
    text = noted.read_text(errors="replace")
    return int(text) if text.isdecimal() else 0


def told(some: Iterable[Piece]) -> str:
    """How many pieces these are, and how large."""
    sizes = [piece.size for piece in some]
    return f"{len(sizes)} finished pieces ({gigabytes(sum(sizes))})"


def trim(store: Path, to: Bounds, used_since: float = float("inf")) -> list[Piece]:
    """Remove what is older than the bounds, then what was used longest ago until the rest fits.

    What was used since `used_since` stays. Gives what was removed.
    """
    _remove_leftovers(store)
    found = sorted(pieces(store), key=lambda piece: (piece.used, piece.path))
    size, now = sum(piece.size for piece in found), time.time()
    removed = []
    for piece in found:
        if piece.used >= used_since or (size <= to.size and now - piece.used <= to.age):
            continue
        if _is_removed(piece.path):
            size -= piece.size
            removed.append(piece)
    return removed


def remove(path: Path) -> None:
    """Remove a piece, if it is there: no part of a directory is left under its name."""
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    aside = Path(tempfile.mkdtemp(dir=path.parent, prefix=temporary_prefix()))
    try:
        with contextlib.suppress(FileNotFoundError):
            path.rename(aside)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _is_removed(path: Path) -> bool:
    """Remove a piece, unless it is another user's of a store that is shared."""
    try:
        remove(path)
    except OSError as error:
        if error.errno not in NO_ACCESS:
            raise
        return False
    return True


def _remove_leftovers(store: Path) -> None:
    """Remove what was on its way a day ago: of processes here, and of machines that share this."""
    for path in store.glob(f"*/{TEMPORARY}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > LEFT_S:
                _is_removed(path)
