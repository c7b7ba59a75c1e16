"""The same function over many items, on all cores, with a progress bar."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from joblib import Parallel, delayed
from tqdm import tqdm

from vidrec.workflow.errors import UserError

Item = TypeVar("Item")
Result = TypeVar("Result")


def worker_count() -> int:
    """`VIDREC_WORKERS`, or the number of cores this process may use."""
    wanted = os.environ.get("VIDREC_WORKERS", "")
    if not wanted:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    if not wanted.isdecimal() or int(wanted) < 1:
        raise UserError(f"VIDREC_WORKERS is {wanted!r}: it must be a whole number, 1 or more")
    return int(wanted)


def map_items(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    title: str,
    unit: str = "video",
    workers: int | None = None,
) -> Iterator[Result]:
    """`function` of each item, in the order of `items`, however many workers there are.

    `function` must give the same result in every process: workers may not change an outcome.
    """
    count = min(workers or worker_count(), max(1, len(items)))
    results = Parallel(n_jobs=count, return_as="generator")(delayed(function)(x) for x in items)
    # Where no terminal shows it, the bar would only stand between the lines of a log.
    yield from tqdm(results, title, len(items), unit=unit, mininterval=1.0, disable=None)
