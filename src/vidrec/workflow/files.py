"""Files as the stages need them: written whole or not at all, and known by their content."""

import errno
import functools
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vidrec.workflow.errors import UserError
from vidrec.workflow.processes import is_running, machine

# In bytes: file systems end at 255, and a name may be made longer yet, as by a number.
LONGEST_FILE_NAME = 200

# What is on its way to its place is named so, then by machine and process; git ignores such names.
TEMPORARY = ".vidrec-tmp-"

# Errors of the system over what lies at a path, or above it. Others are of the disk, or ours.
MISPLACED = {errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR}
# Where a directory is to come to lie, and one with something in it does.
OCCUPIED = {errno.EEXIST, errno.ENOTEMPTY}


def expanded(path: str | Path) -> Path:
    """`path` with ~ as the home of a user; as it is where there is no such user."""
    # pathlib would raise for a user that there is not.
    return Path(os.path.expanduser(path))  # noqa: PTH111


@contextmanager
def placing(path: Path) -> Iterator[None]:
    """Within it, that something cannot come to lie at `path` is a UserError."""
    try:
        yield
    except OSError as error:
        if error.errno not in MISPLACED:
            raise
        raise UserError(
            f"{path} cannot be written ({error.strerror}): name another path, or move what is there"
        ) from None


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its name once the block ends without error.

    What is written is on the disk, not only on its way there, when this returns. Raises UserError,
    before the block begins, where `path` is a directory or lies below a file.
    """
    with placing(path):
        if _is_directory(path):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=temporary_prefix(), suffix=path.suffix
        )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        _reach_disk(temporary)
        with placing(path):
            temporary.replace(path)
        _reach_disk(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_directory(path: Path) -> Iterator[Path]:
    """A temporary directory that replaces the directory `path` once the block ends well.

    Raises UserError, before the block begins, where `path` is no directory or lies below a file.
    """
    with placing(path):
        if os.path.lexists(path) and (path.is_symlink() or not path.is_dir()):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=temporary_prefix()))
    try:
        yield temporary
        temporary.chmod(0o755)
        if path.exists():
            shutil.rmtree(path)
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def new_directory(path: Path) -> Iterator[Path]:
    """A temporary directory that becomes `path` once the block ends well: unless another process
    has made that meanwhile, which then stays."""
    with placing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=temporary_prefix()))
    try:
        yield temporary
        temporary.chmod(0o755)
        try:
            temporary.replace(path)
        except OSError as error:
            if error.errno not in OCCUPIED:
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _is_directory(path: Path) -> bool:
    """Unlike pathlib's, raises where the name is too long for any file."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        return False


def _reach_disk(path: Path) -> None:
    """Wait until the content of a file, or the names in a directory, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some file systems of a network cannot be asked this of a directory.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)


def temporary_prefix() -> str:
    """How the names begin of what this process has on its way; whoever comes later sweeps it."""
    return f"{TEMPORARY}{machine()}-{os.getpid()}-"


def sweep(folder: Path) -> None:
    """Remove what processes of this machine that are gone have left on its way in `folder`.

    Of each folder this looks once in a process: more would cost with each file of a large one.
    """
    _sweep_once(folder.absolute(), os.getpid())


@functools.cache
def _sweep_once(folder: Path, _: int) -> None:
    ours = re.compile(re.escape(f"{TEMPORARY}{machine()}-") + r"(\d+)-.*")
    names = [entry.name for entry in os.scandir(folder)] if folder.is_dir() else []
    for left in filter(None, map(ours.fullmatch, names)):
        if not is_running(int(left.group(1))):
            _remove(folder / left.group())


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def write_json(path: Path, content: Any) -> None:
    """`content` as indented JSON with a final newline; NaN is refused."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    write_bytes(path, (text + "\n").encode())


def read_json(path: Path) -> Any:
    """The content of a JSON file. Raises UserError where it is missing or not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro` to make it") from None
    except (ValueError, RecursionError, OSError) as error:
        raise UserError(f"{path} is not valid JSON ({error}): run `dvc repro -f`") from None


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
