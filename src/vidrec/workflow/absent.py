"""What is not there on purpose: a stage that is not called for, or cannot run, and what it leaves.

Its outputs are valid and empty: a directory then holds one file that says why. Whoever reads such
an output learns the reason in the same words.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from vidrec.workflow.diary import SKIPPED, diary
from vidrec.workflow.errors import UserError, tell
from vidrec.workflow.files import atomic_directory

NAME = "absent.txt"


class AbsentError(UserError):
    """Says why something is not there, and what to change to have it."""


def write_absent(folder: Path, reason: str) -> None:
    """Make `folder` a directory that only says why it is empty."""
    with atomic_directory(folder) as temporary:
        (temporary / NAME).write_text(reason + "\n", encoding="utf-8")


def absent_reason(folder: Path) -> str | None:
    """Why `folder` is empty, in one line; None where it does not say that it is."""
    path = folder / NAME
    if not path.is_file():
        return None
    return " ".join(path.read_text(encoding="utf-8", errors="replace").split())


def check_there(folder: Path) -> None:
    """Raise AbsentError, with the reason, where `folder` says that it is empty."""
    reason = absent_reason(folder)
    if reason is not None:
        raise AbsentError(reason)


@contextmanager
def skipping(
    stage: str, *outs: Path, instead: Callable[[str], object] | None = None
) -> Iterator[None]:
    """Within it, an AbsentError means that `stage` is skipped: one line says so and why.

    Each directory of `outs` is left empty with that reason; `instead` writes the other outputs.
    """
    try:
        yield
    except AbsentError as absent:
        reason = str(absent)
        tell(f"{stage} is skipped: {reason}")
        diary(stage).note(SKIPPED, status=reason)
        for out in outs:
            write_absent(out, reason)
        if instead:
            instead(reason)
