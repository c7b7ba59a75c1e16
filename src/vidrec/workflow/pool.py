"""Worker processes: they end with this process, and one that is killed does not end the run."""

import os
import re
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Generic, TypeVar

from joblib.externals.loky.process_executor import ProcessPoolExecutor, TerminatedWorkerError

from vidrec.workflow import scratch
from vidrec.workflow.errors import UserError, tell
from vidrec.workflow.progress import Progress

Item = TypeVar("Item")
Result = TypeVar("Result")

# Seconds between two looks at whether the parent of a worker is there.
LOOK_S = 0.5
# A terminal sends them to all processes of a stage. The stage alone is to say what becomes of it.
STOPS = (signal.SIGINT, signal.SIGTERM)
# Libraries that compute in threads of their own read these: workers share the cores.
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
    ),
    "1",
)


# What mostly is behind the end of a worker, and what to do once a single one is ended, too.
MEMORY = (
    "as a system does that runs out of memory",
    "free memory, lower what takes it in params.yaml (batch_size, resolution), or set"
    " VIDREC_WORKERS=1, which needs no second process",
)
FAULT = (
    "mostly by a fault in a library",
    "set VIDREC_WORKERS=1 to see the fault itself",
)


class Pool(Generic[Item, Result]):
    """Worker processes that run `function`, and a folder for their temporary files.

    Both are gone once the pool is closed, with the programs that the workers have started. Where
    this process is killed, the workers see to that.
    """

    def __init__(self, function: Callable[[Item], Result], workers: int) -> None:
        self.workers = workers
        self._function = function
        self._folder = Path(tempfile.mkdtemp())
        self._executor = ProcessPoolExecutor(
            workers, initializer=_begin, initargs=(os.getpid(), self._folder), env=ONE_THREAD
        )

    def submit(self, item: Item) -> "Future[Result]":
        """The result for `item`, to come. Raises TerminatedWorkerError once a worker has died."""
        # Loky starts it with the first worker; Python 3.11 then lets all signals through again.
        resource_tracker.ensure_running()
        # The first call starts the workers, and the thread that starts others later.
        with _stops_held():
            future: Future[Result] = self._executor.submit(self._function, item)
        return future

    def close(self) -> None:
        """Kill the workers and what they have started, and remove their folder."""
        # Loky's own `kill_workers` fails in its thread where calls are still waiting for a worker.
        for pid in list(self._executor._processes):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._executor.shutdown()
        scratch.clear(self._folder)


def _begin(parent: int, folder: Path) -> None:
    """What a worker does first. `parent` is the process that has started it."""
    tempfile.tempdir = str(folder)
    # A handler that does nothing, unlike SIG_IGN, is not handed on to programs that are started.
    for each in STOPS:
        signal.signal(each, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    threading.Thread(target=_end_with, args=(parent, folder), daemon=True).start()


def _end_with(parent: int, folder: Path) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    scratch.clear(folder)
    os._exit(1)


@contextmanager
def _stops_held() -> Iterator[None]:
    """Processes and threads that are started within it get no signals that stop a stage.

    A worker would else die of one, with a traceback, before it is told to leave that to its parent.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class PoolRun(Generic[Item, Result]):
    """A function over many items in a pool, with a smaller one where a worker of it dies."""

    def __init__(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        workers: int,
        progress: Progress,
    ) -> None:
        self._function, self._items, self._progress = function, items, progress
        self._pool = Pool(function, workers)
        self._futures: dict[int, Future[Result]] = {}

    def close(self) -> None:
        """End the workers."""
        self._pool.close()

    def results(self) -> Iterator[Result]:
        """The results in the order of the items. Raises UserError where one worker is too many."""
        self._submit(0)
        for index in range(len(self._items)):
            yield self._result(index)

    def _result(self, index: int) -> Result:
        while True:
            try:
                return self._futures.pop(index).result()
            except TerminatedWorkerError as error:
                self._go_on(index, _ending(error))

    def _go_on(self, index: int, ending: str) -> None:
        """Hand all that is not done, from `index` on, to half as many workers."""
        title, unit = self._progress.title, self._progress.unit
        cause, advice = MEMORY if ending == "SIGKILL" else FAULT
        why = f"a worker process was ended by {ending}, {cause}"
        if self._pool.workers == 1:
            raise UserError(
                f"{title}: {why}, though it was the only one, at {unit} {index + 1} of"
                f" {len(self._items)}: {advice}"
            )
        fewer = self._pool.workers // 2
        tell(f"{title}: {why}; {fewer} of {self._pool.workers} go on with what is not finished")
        self._pool.close()
        self._pool = Pool(self._function, fewer)
        self._submit(index)

    def _submit(self, start: int) -> None:
        for index in range(start, len(self._items)):
            if not _is_good(self._futures.get(index)):
                self._futures[index] = self._submitted(self._items[index])

    def _submitted(self, item: Item) -> "Future[Result]":
        try:
            future = self._pool.submit(item)
        except TerminatedWorkerError as error:
            future = Future()
            future.set_exception(error)
        future.add_done_callback(self._count)
        return future

    def _count(self, future: "Future[Result]") -> None:
        self._progress.done += _is_good(future)


def _ending(error: TerminatedWorkerError) -> str:
    """The signal, or exit status, that ended the first worker which loky's message names."""
    found = re.search(r"\{(\w+)\((-?\d+)\)", str(error))
    return found.group(1) if found else "an unknown cause"


def _is_good(future: "Future[Result] | None") -> bool:
    return future is not None and future.done() and future.exception() is None
