"""Experiments of DVC: run many, some at a time, and take out what they found.

Each is `dvc exp run --temp`, in a directory of its own. Not by DVC's queue: where one of its
workers ends just as it is filled, it has an experiment that it says runs, and that never ends.
"""

import json
import os
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vidrec.experiments.dvc import dvc, run

# Each experiment has its own copy of all data of the workflow; links make that a second's work.
LINKS = "[cache]\n    type = reflink,hardlink,symlink,copy\n"

# DVC says so where another experiment begins or ends just then, after it has waited for seconds.
LOCKED, TRIES = "Unable to acquire lock", 10


def stale(targets: Sequence[str]) -> dict[str, Any]:
    """The stages that `dvc repro <targets>` would run, or whose results are not here, and why."""
    found: dict[str, Any] = json.loads(dvc("status", "--json", "--with-deps", *targets))
    return found


def experiments() -> dict[str, Any]:
    """Per name of an experiment on HEAD what `dvc exp show` says of it."""
    shown = json.loads(dvc("exp", "show", "--json"))
    ranges = [each for state in shown[1:] for each in state["experiments"] or []]
    return {each["name"] or each["revs"][0]["name"]: each for each in ranges}


def forget(names: Collection[str]) -> None:
    """Remove the experiments `names` of HEAD."""
    done = set(dvc("exp", "list", "--name-only").split()) & set(names)
    if done:
        dvc("exp", "remove", *sorted(done))


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


def run_each(
    changes: Mapping[str, Sequence[str]], stages: Sequence[str], jobs: int
) -> Generator[tuple[str, str | None], None, None]:
    """Run an experiment per name and its overrides of params, `jobs` at a time.

    Each runs `stages`, in this order, and none above them. Gives, in the order in which they end,
    the name, and what was printed of one that failed, else None. Should this be stopped, those not
    yet begun are not, and those that run are waited for.
    """
    with ThreadPoolExecutor(jobs) as pool:
        names = {pool.submit(_run, *change, stages): change[0] for change in changes.items()}
        try:
            for done in as_completed(names):
                yield names[done], done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _run(name: str, overrides: Sequence[str], stages: Sequence[str]) -> str | None:
    given = [f"--set-param={override}" for override in overrides]
    command = ("exp", "run", "--temp", "--single-item", *stages, "--name", name, *given)
    for _ in range(TRIES):
        done = run(*command)
        if not done.returncode:
            return None
        if LOCKED not in done.stderr:
            break
    return done.stdout + done.stderr
