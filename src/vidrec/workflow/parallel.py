"""The same function over many items, on all cores, with a word of how far it is."""

import functools
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import TypeVar

from vidrec.workflow import underway
from vidrec.workflow.errors import UserError, tell
from vidrec.workflow.progress import Progress, show

Item = TypeVar("Item")
Result = TypeVar("Result")

GIB = 1 << 30


def worker_count(worker_bytes: int = 0) -> int:
    """`VIDREC_WORKERS`, or the number of cores this process may use.

    Where each worker takes `worker_bytes` of memory, there are no more than fit, and at least one.
    """
    wanted = os.environ.get("VIDREC_WORKERS", "")
    if not wanted:
        return _fitting(worker_bytes)
    if not wanted.isdecimal() or int(wanted) < 1:
        raise UserError(f"VIDREC_WORKERS is {wanted!r}: it must be a whole number, 1 or more")
    return int(wanted)


def _fitting(worker_bytes: int) -> int:
    # They load slowly; a command that starts no workers is to be quick.
    from joblib import cpu_count

    from vidrec.workflow.memory import available

    # It knows what a container may use.
    cores = int(cpu_count())
    if cores == 1 or not worker_bytes:
        return cores
    free = available()
    fitting = max(1, min(cores, free // worker_bytes))
    if fitting < cores:
        _tell_once(
            f"workers: {fitting} at a time, not {cores} as there are cores: each takes about"
            f" {worker_bytes / GIB:.1f} GiB of memory, of which {free / GIB:.1f} GiB are free;"
            " VIDREC_WORKERS=N sets another number"
        )
    return fitting


@functools.cache
def _tell_once(line: str) -> None:
    tell(line)


def map_items(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    title: str,
    unit: str = "video",
    workers: int | None = None,
    keeps: bool = False,
) -> Iterator[Result]:
    """`function` of each item, in the order of `items`, however many workers there are.

    `function` must give the same result in every process: workers may not change an outcome.
    `keeps` is whether it keeps what it has finished, so that another run goes on from there.
    A single worker is this process itself: it would only wait for another one of the same size.
    """
    progress = Progress(title, unit, len(items))
    if keeps:
        underway.keep_count(progress)
    count = min(workers or worker_count(), len(items))
    with underway.opened() as stack:
        results = (
            _in_workers(function, items, count, progress, stack)
            if count > 1
            else _here(function, items, progress)
        )
        step = show(progress, stack)
        for result in results:
            step()
            yield result
    told = progress.end()
    if told:
        tell(told)


def _here(
    function: Callable[[Item], Result], items: Sequence[Item], progress: Progress
) -> Iterator[Result]:
    for item in items:
        result = function(item)
        progress.done += 1
        yield result


def _in_workers(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    workers: int,
    progress: Progress,
    stack: ExitStack,
) -> Iterator[Result]:
    from vidrec.workflow.pool import PoolRun

    run = PoolRun(function, items, workers, progress)
    stack.callback(run.close)
    return run.results()
