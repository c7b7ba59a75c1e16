"""Folders for temporary files that are gone with the processes that use them."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vidrec.workflow.errors import UserError
from vidrec.workflow.processes import is_running, machine


@contextmanager
def own_folder() -> Iterator[Path]:
    """Within it, temporary files of this process lie in a folder of their own, removed at the end.

    What processes that were killed have left of theirs is removed at the beginning.
    """
    before = _temporary()
    sweep(Path(before))
    with tempfile.TemporaryDirectory(prefix=f"{_prefix()}{os.getpid()}-", dir=before) as name:
        tempfile.tempdir = name
        try:
            yield Path(name)
        finally:
            tempfile.tempdir = before


def _temporary() -> str:
    try:
        return tempfile.gettempdir()
    except FileNotFoundError as error:
        raise UserError(
            f"{error.strerror}: make room in one of them, or name another one in TMPDIR"
        ) from None


def sweep(parent: Path) -> None:
    """Clear the folders in `parent` of processes of this machine and user that are gone."""
    ours = re.compile(re.escape(_prefix()) + r"(\d+)-\w+")
    for left in parent.iterdir():
        found = ours.fullmatch(left.name)
        if found and _is_own_folder(left) and not is_running(int(found.group(1))):
            clear(left)


def clear(folder: Path) -> None:
    """Kill the programs that work in `folder` or below, and remove it.

    A program whose starter was killed would run on, with nobody to wait for what it makes.
    """
    # Loads slowly, and is needed only here: a command line is to be quick.
    import psutil

    inside = str(folder.resolve())
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            at = process.cwd()
            if at == inside or at.startswith(inside + os.sep):
                process.kill()
    shutil.rmtree(folder, ignore_errors=True)


def _prefix() -> str:
    return f"vidrec-{machine()}-"


def _is_own_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and path.stat().st_uid == os.getuid()
