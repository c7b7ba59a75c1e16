"""The same function over many items, on all cores, with a word of how far it is."""

import functools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

from vidrec.workflow import underway
from vidrec.workflow.errors import UserError, tell
from vidrec.workflow.progress import Progress, show

Item = TypeVar("Item")
Result = TypeVar("Result")

GIB = 1 << 30

# What does the work: processes of this machine, or those of a cluster.
LOCAL, RAY = "local", "ray"


@dataclass(frozen=True)
class Needs:
    """What a worker takes beside a core: bytes of memory, and whether a GPU, then its own."""

    memory: int = 0
    gpu: bool = False


ONLY_A_CORE = Needs()


def engine() -> str:
    """`VIDREC_ENGINE`: LOCAL, or RAY."""
    wanted = os.environ.get("VIDREC_ENGINE") or LOCAL
    if wanted not in (LOCAL, RAY):
        raise UserError(f"VIDREC_ENGINE is {wanted!r}: it must be {LOCAL} or {RAY}")
    return wanted


def worker_count(worker_bytes: int = 0, most: int | None = None) -> int:
    """`VIDREC_WORKERS`, or the number of cores this process may use, but `most` at most.

    Where each worker takes `worker_bytes` of memory, there are no more than fit, and at least one.
    """
    return _wanted() or _fitting(worker_bytes, most)


def _wanted() -> int | None:
    wanted = os.environ.get("VIDREC_WORKERS", "")
    if not wanted:
        return None
    if not wanted.isdecimal() or int(wanted) < 1:
        raise UserError(f"VIDREC_WORKERS is {wanted!r}: it must be a whole number, 1 or more")
    return int(wanted)


def _fitting(worker_bytes: int, most: int | None) -> int:
    # They load slowly; a command that starts no workers is to be quick.
    from joblib import cpu_count

    from vidrec.workflow.memory import available

    # It knows what a container may use.
    cores = min(int(cpu_count()), most or sys.maxsize)
    # A cluster sees to the memory of its machines itself.
    if cores == 1 or not worker_bytes or engine() == RAY:
        return cores
    free = available()
    fitting = max(1, min(cores, free // worker_bytes))
    if fitting < cores:
        _tell_once(
            f"workers: {fitting} at a time, not {cores}: each takes about"
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
    spread: Needs | None = None,
    leave: Callable[[Result], Result] | None = None,
) -> Iterator[Result]:
    """`function` of each item, in the order of `items`, however many workers there are.

    `function` must give the same result in every process: workers may not change an outcome.
    `keeps` is whether it keeps what it has finished, so that another run goes on from there.
    `spread` is what a worker needs, where a cluster may do it (see `engine`): where all that it
    reads and writes is seen by all machines. `leave` makes of a result what a worker that is not
    this process hands over in its place.
    A single worker is this process itself: it would only wait for another one of the same size.
    """
    progress = Progress(title, unit, len(items))
    if keeps:
        underway.keep_count(progress)
    given = function if leave is None else functools.partial(_left, function, leave)
    with underway.opened() as stack:
        if items and spread and engine() == RAY:
            results = _on_cluster(given, items, spread, progress, stack)
        elif (count := min(workers or worker_count(), len(items))) > 1:
            results = _in_workers(given, items, count, progress, stack)
        else:
            results = _here(function, items, progress)
        step = show(progress, stack)
        for result in results:
            step()
            yield result
    told = progress.end()
    if told:
        tell(told)


def _left(
    function: Callable[[Item], Result], leave: Callable[[Result], Result], item: Item
) -> Result:
    return leave(function(item))


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


def _on_cluster(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    needs: Needs,
    progress: Progress,
    stack: ExitStack,
) -> Iterator[Result]:
    from vidrec.workflow.cluster import ClusterRun

    run = ClusterRun(function, items, needs, _wanted(), progress)
    stack.callback(run.close)
    return run.results()
