"""What is under way in this process, so that whoever ends it can put all in order."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from vidrec.workflow.progress import Progress

_OPEN: list[ExitStack] = []
_KEPT: list[Progress] = []


@contextmanager
def opened() -> Iterator[ExitStack]:
    """A stack of what is to be closed at the end of the block, or by `end_all` before.

    A generator that nobody asks any more may live as long as the process; so would its block.
    """
    with ExitStack() as stack:
        _OPEN.append(stack)
        try:
            yield stack
        finally:
            _OPEN.remove(stack)


def end_all() -> None:
    """Close what is still open, the youngest first."""
    for stack in reversed(_OPEN):
        stack.close()


def keep_count(progress: Progress) -> None:
    """Note that what `progress` counts is kept, each item once it is finished."""
    _KEPT[:] = [progress]


def kept() -> Progress | None:
    """The count of the last run over items that keeps each of them, None where there was none."""
    return _KEPT[-1] if _KEPT else None
