"""Files as the stages need them: written whole or not at all, and known by their content."""

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vidrec.workflow.errors import UserError

# In bytes: file systems end at 255, and `atomic_path` has a longer name for a file on its way.
LONGEST_FILE_NAME = 200

# Errors of the system over what lies at a path, or above it. Others are of the disk, or ours.
MISPLACED = {errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR}


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

    Raises UserError, before the block begins, where `path` is a directory or lies below a file.
    """
    with placing(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix
        )
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        with placing(path):
            temporary.replace(path)
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
        _remove_leftovers(path)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    try:
        yield temporary
        temporary.chmod(0o755)
        if path.exists():
            shutil.rmtree(path)
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _remove_leftovers(path: Path) -> None:
    """Remove what runs that were killed have left of the directory `path`, under names of ours."""
    name = re.compile(re.escape(f".{path.name}-") + r"[a-z0-9_]{8}")
    for left in path.parent.iterdir():
        if name.fullmatch(left.name) and left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)


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
