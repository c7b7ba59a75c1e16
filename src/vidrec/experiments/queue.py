"""DVC's queue of experiments: fill it, run it, wait for it, take out what it found."""

import json
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vidrec.experiments.dvc import dvc, dvc_many
from vidrec.workflow.errors import UserError

PENDING = ("Queued", "Running")
POLL_S = 2.0
# Polls in a row with fewer running than could be, after which missing workers are started.
IDLE_POLLS = 15

# Polls in a row without any experiment finishing, after which to give up.
PATIENCE_POLLS = 900

# Each experiment has its own copy of all data of the workflow; links make that a second's work.
LINKS = "[cache]\n    type = reflink,hardlink,symlink,copy\n"


def stale(targets: Sequence[str]) -> dict[str, Any]:
    """The stages that `dvc repro <targets>` would run, or whose results are not here, and why."""
    found: dict[str, Any] = json.loads(dvc("status", "--json", "--with-deps", *targets))
    return found


def experiments() -> dict[str, Any]:
    """Per name of an experiment on HEAD, also a failed one, what `dvc exp show` says of it."""
    shown = json.loads(dvc("exp", "show", "--json"))
    ranges = [each for state in shown[1:] for each in state["experiments"] or []]
    return {each["name"] or each["revs"][0]["name"]: each for each in ranges}


def enqueue(changes: Iterable[tuple[str, Sequence[str]]], stages: Sequence[str]) -> None:
    """Queue an experiment per name and its overrides of params.

    Each runs `stages`, in this order, and none above them.
    """
    run = ("exp", "run", "--queue", "--single-item", *stages)
    dvc_many(
        [*run, "--name", name, *(f"--set-param={override}" for override in overrides)]
        for name, overrides in changes
    )


def states() -> dict[str, str]:
    """Per name of an experiment in the queue its state: Queued, Running, Failed or Success.

    Asked of DVC's own objects: the command `dvc queue status` also sends each worker a message
    through a file, and a worker that reads the file half written ends.
    """
    from dvc.repo import Repo

    with Repo() as repo:
        tasks = [(t["name"], t["status"]) for t in repo.experiments.celery_queue.status()]
    # A name may be there twice, from two commits: what is pending counts.
    return dict(sorted(tasks, key=lambda task: task[1] in PENDING))


def forget(names: Collection[str]) -> None:
    """Remove the experiments `names` of HEAD, and end what an earlier run left in the queue."""
    known = states()
    running = [name for name in names if known.get(name) == "Running"]
    if running:
        dvc("queue", "kill", "--force", *running)
        _wait_for_the_end(running)
    left = [name for name in names if name in known]
    if left:
        dvc("queue", "remove", *left)
    done = set(dvc("exp", "list", "--name-only").split()) & set(names)
    if done:
        dvc("exp", "remove", *sorted(done))


def _wait_for_the_end(names: Collection[str]) -> None:
    for _ in range(IDLE_POLLS):
        known = states()
        if all(known.get(name) != "Running" for name in names):
            return
        time.sleep(POLL_S)
    raise UserError(f"{', '.join(names)} of an earlier run do not end: see `dvc queue status`")


@contextmanager
def linked_data() -> Iterator[None]:
    """Within it, experiments link their data from the cache, unless DVC is configured otherwise."""
    before = os.environ.get("DVC_SYSTEM_CONFIG_DIR")
    with TemporaryDirectory(prefix="vidrec-dvc-") as folder:
        # The system's configuration is what the user's and the project's own go before.
        (Path(folder) / "config").write_text(LINKS)
        os.environ["DVC_SYSTEM_CONFIG_DIR"] = folder
        try:
            yield
        finally:
            os.environ.pop("DVC_SYSTEM_CONFIG_DIR")
            if before is not None:
                os.environ["DVC_SYSTEM_CONFIG_DIR"] = before


def run_queue(names: Collection[str], jobs: int, progress: Callable[[int], object]) -> None:
    """Run the queue, `jobs` at a time, until none of `names` is pending.

    `progress` is told how many have finished. Should this be stopped, those not yet started leave
    the queue. Raises UserError where nothing finishes any more.
    """
    try:
        _follow(names, jobs, progress)
    finally:
        known = states()
        queued = [name for name in names if known.get(name) == "Queued"]
        if queued:
            dvc("queue", "remove", *queued)


def _follow(names: Collection[str], jobs: int, progress: Callable[[int], object]) -> None:
    dvc("queue", "start", "--jobs", str(jobs))
    finished = idle = waited = 0
    last = states()
    while finished < len(names):
        time.sleep(POLL_S)
        now = states()
        # One that is just being started may be in none of DVC's lists, and would seem to be over.
        known = {name: state for name, state in last.items() if state == "Queued"} | now
        last = now
        running = sum(state == "Running" for state in known.values())
        pending = sum(state in PENDING for state in known.values())
        before, finished = finished, sum(known.get(name) not in PENDING for name in names)
        progress(finished)
        waited = 0 if finished > before else waited + 1
        idle = idle + 1 if running < min(jobs, pending) else 0
        # DVC does not replace a worker that fails, or that leaves as its queue is filled again.
        if idle == IDLE_POLLS:
            idle = 0
            dvc("queue", "start", "--jobs", str(jobs))
        if waited == PATIENCE_POLLS:
            raise UserError(
                f"none of {len(names) - finished} experiments has finished for half an hour:"
                " .dvc/tmp/exps/celery/*.out may tell why; `dvc queue kill` ends them"
            )
