"""The room on a disk, looked at before a long stage begins."""

import shutil
from pathlib import Path

from vidrec.workflow.errors import UserError, tell

# What is made lies there more than once: as finished work, as the out, and in DVC's cache, where
# the file system has no links.
COPIES = 3
# An estimate is refused room only where it is this far off: black pictures take less than others.
DOUBT = 8


def check_room(folder: Path, usual: int, stage: str, *, copies: int = COPIES) -> None:
    """Raise UserError where `stage`, which makes about `usual` bytes, has no room by far.

    Tells, and goes on, where there may not be enough for `copies` of that on the disk of `folder`.
    """
    free = shutil.disk_usage(folder).free
    if free >= copies * usual:
        return
    often = f", which may come to lie there {copies} times," if copies > 1 else ""
    told = (
        f"{stage} makes about {gigabytes(usual)}{often} and {gigabytes(free)} are free on the disk"
        f" of {folder.absolute()}"
    )
    if free < usual / DOUBT:
        raise UserError(f"{told}: make room (`vidrec prune`, `dvc gc --workspace`), then run again")
    tell(told)


def gigabytes(count: float) -> str:
    """A number of bytes as people read it."""
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"
