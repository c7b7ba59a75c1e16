"""The workers of a cluster, by Ray: the same function over many items, on many machines.

Each item is a task of Ray. It starts one process per core and keeps it for the run, so that a
model is loaded once in each; whoever is free gets the next item, so that a slow machine gets fewer.
Actors and Ray Data do the same, and take longer to begin (docs/cluster.md).
"""

import functools
import os
import secrets
import signal
import socket
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Generic, TypeVar

from vidrec.workflow import scratch, state
from vidrec.workflow.errors import UserError, tell
from vidrec.workflow.files import temporary_prefix, write_bytes
from vidrec.workflow.parallel import Needs
from vidrec.workflow.pool import ONE_THREAD, STOPS
from vidrec.workflow.progress import Progress

Item = TypeVar("Item")
Result = TypeVar("Result")

# Times that an item is begun. One that ends its worker as often is behind it itself.
TRIES = 3
# Items given out for each core: one in work, and one on its way.
AHEAD = 2
# Seconds after which it is looked at again whether machines have joined.
LOOK_S = 5.0
# Seconds within which the head of a cluster answers.
KNOCK_S = 10.0
# How a Ray of this machine alone is started. Paths and keys need no more room than the least.
OWN = {"include_dashboard": False, "object_store_memory": 80_000_000}
# What workers are told of the environment of this process, beside all that begins with VIDREC_.
PASSED_ON = ("DVC_ROOT", "DVC_SITE_CACHE_DIR")


@dataclass(frozen=True)
class Work(Generic[Item, Result]):
    """A function, and where and how it is to be called, on whatever machine.

    `mark` is a file in `project` that is there for this run only: a machine that does not see it
    has another directory there, or none.
    """

    function: Callable[[Item], Result]
    project: Path
    mark: Path
    environment: Mapping[str, str]

    def do(self, item: Item) -> Result:
        """The result for `item`. Raises UserError where this machine does not see the project."""
        if not self.mark.is_file():
            raise UserError(
                f"the machine {socket.gethostname()} of the cluster does not see {self.project}:"
                " mount the same directory there, at the same path, then run again"
            )
        os.chdir(self.project)
        os.environ.update(self.environment)
        with scratch.own_folder():
            return self.function(item)


def _do(work: Work[Item, Result], item: Item) -> Result:
    return work.do(item)


class ClusterRun(Generic[Item, Result]):
    """A function over many items on a cluster. What a worker that is lost had in hand is given to
    others."""

    def __init__(
        self,
        function: Callable[[Item], Result],
        items: Sequence[Item],
        needs: Needs,
        wanted: int | None,
        progress: Progress,
    ) -> None:
        self._ray = connected()
        self._items, self._wanted, self._progress = items, wanted, progress
        # Named so, what a killed run leaves is swept.
        name = f"{temporary_prefix()}cluster-{secrets.token_hex(8)}"
        self._mark = state.home().absolute() / name
        write_bytes(self._mark, b"")
        work = Work(function, Path.cwd(), self._mark, _environment(needs))
        self._work = self._ray.put(work)
        self._task = self._ray.remote(**_options(self._ray, needs))(_do)
        self._todo = deque(range(len(items)))
        self._tries = Counter[int]()
        # Of each task that is given out, the place of its item.
        self._running: dict[Any, int] = {}
        # What came of an item, by its place: a call that gives the result, or raises.
        self._done: dict[int, Callable[[], Result]] = {}

    def close(self) -> None:
        """End what is still in work."""
        for task in self._running:
            self._ray.cancel(task, force=True)
        self._running.clear()
        self._mark.unlink(missing_ok=True)

    def results(self) -> Iterator[Result]:
        """The results in the order of the items, whatever the order they come in."""
        for index in range(len(self._items)):
            self._go_on(0)
            while index not in self._done:
                self._go_on(LOOK_S)
            yield self._done.pop(index)()

    def _go_on(self, seconds: float) -> None:
        """Give out what there is room for; take in what is finished, or will be in `seconds`."""
        self._give_out()
        if not self._running:
            return
        self._ray.wait(list(self._running), timeout=seconds, fetch_local=False)
        tasks = list(self._running)
        ready, _ = self._ray.wait(tasks, num_returns=len(tasks), timeout=0, fetch_local=False)
        lost = [index for index in map(self._take_in, ready) if index is not None]
        if lost:
            self._again(lost)

    def _give_out(self) -> None:
        room = self._wanted or AHEAD * max(1, int(self._ray.cluster_resources().get("CPU", 0)))
        while self._todo and len(self._running) < room:
            index = self._todo.popleft()
            self._running[self._task.remote(self._work, self._items[index])] = index

    def _take_in(self, task: Any) -> int | None:
        """Note what came of a task; the place of its item, where it was lost on the way."""
        index = self._running.pop(task)
        try:
            result = self._ray.get(task)
        except self._ray.exceptions.RayTaskError as error:
            self._done[index] = functools.partial(_raise, error.cause)
        except self._ray.exceptions.RayError as error:
            return self._lost(index, error)
        else:
            self._done[index] = functools.partial(_same, result)
            self._progress.done += 1
        return None

    def _lost(self, index: int, error: Exception) -> int | None:
        """The place of an item that is to be tried again; None where it was tried enough."""
        self._tries[index] += 1
        if self._tries[index] < TRIES:
            return index
        unit = self._progress.unit
        told = UserError(
            f"{self._progress.title}: {unit} {index + 1} of {len(self._items)} has ended its worker"
            f" {TRIES} times, at last by {type(error).__name__}: VIDREC_ENGINE=local"
            " VIDREC_WORKERS=1 shows the fault itself"
        )
        self._done[index] = functools.partial(_raise, told)
        return None

    def _again(self, lost: Sequence[int]) -> None:
        """Put the items at these places before all others."""
        tell(
            f"{self._progress.title}: a worker is lost, or its machine, with {len(lost)}"
            f" {self._progress.unit}(s) in hand; others do them again"
        )
        self._todo.extendleft(sorted(lost, reverse=True))


def _raise(error: Exception) -> Any:
    raise error


def _same(result: Result) -> Result:
    return result


@functools.cache
def connected() -> Any:
    """The module `ray`, connected to the cluster that RAY_ADDRESS names, or else to one of this
    machine alone, which ends with this process.

    Raises UserError where Ray is not installed, or there is no such cluster.
    """
    if find_spec("ray") is None:
        raise UserError("VIDREC_ENGINE is ray, but Ray is not installed: run `make cluster`")
    # It would else send statistics of its use.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    # Nobody asks for the result of a task that was ended with the run; Ray would tell of its error.
    os.environ["RAY_IGNORE_UNHANDLED_ERRORS"] = "1"
    import ray

    address = os.environ.get("RAY_ADDRESS") or "local"
    own = OWN if address == "local" else {}
    try:
        _knock(address)
        with _handlers_kept():
            ray.init(address, log_to_driver=False, logging_level="ERROR", **own)
    except (OSError, ImportError, RuntimeError, ValueError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UserError(
            f"Ray cannot be reached at RAY_ADDRESS={address} ({reason}): start it there with"
            " `ray start`, or set RAY_ADDRESS to the address that `ray start --head` has told"
        ) from None
    return ray


def _knock(address: str) -> None:
    """Raise OSError where nobody answers at `address`: Ray would try for minutes."""
    host, _, port = address.rpartition(":")
    if host and port.isdecimal() and "/" not in host:
        socket.create_connection((host, int(port)), KNOCK_S).close()


@contextmanager
def _handlers_kept() -> Iterator[None]:
    """Ray would end a process that is told to end in its own way."""
    before = {each: signal.getsignal(each) for each in STOPS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _environment(needs: Needs) -> dict[str, str]:
    told = {k: v for k, v in os.environ.items() if k.startswith("VIDREC_") or k in PASSED_ON}
    # Where a stage computes without a GPU, so does a machine that has one: for the same bytes.
    hidden = {} if needs.gpu else {"CUDA_VISIBLE_DEVICES": ""}
    return {**told, **hidden, **ONE_THREAD}


def _options(ray: Any, needs: Needs) -> dict[str, Any]:
    """What Ray is to know of a task. Raises UserError where no machine has what it needs."""
    machines = [each["Resources"] for each in ray.nodes() if each["Alive"]]
    if needs.gpu and not any(each.get("GPU") for each in machines):
        raise UserError(
            "no machine of the cluster has a GPU, as this one has: set VIDREC_DEVICE=cpu"
        )
    # More than any of them has would wait for ever.
    most = max(int(each.get("memory", 0)) for each in machines)
    # A process is kept from one task to the next, also where it has a GPU.
    return {
        "num_cpus": 1,
        "num_gpus": int(needs.gpu),
        "memory": min(needs.memory, most),
        "max_retries": 0,
        "max_calls": 0,
    }
