import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from vidrec.workflow.errors import UserError
from vidrec.workflow.parallel import map_items

# Two workers, each of which has started a program, as it would ffmpeg, and is busy.
BUSY = """
import os, signal, subprocess, tempfile, time
from pathlib import Path
from vidrec.workflow import script
from vidrec.workflow.parallel import map_items

def work(number):
    if number == 0:
        return
    folder = tempfile.mkdtemp()
    program = subprocess.Popen(["sleep", "60"], cwd=folder, start_new_session=True)
    Path(f"pids-{{number}}").write_text(f"{{os.getpid()}} {{program.pid}}")
    time.sleep(60)

def main():
    for _ in map_items(work, range(100), title="work", workers=2, keeps=True):
        Path("first").touch()
        {then}

signal.signal(signal.SIGINT, signal.default_int_handler)
script.run(main, resumes={resumes})
"""


def wait_for(true: object, seconds: float) -> bool:
    assert callable(true)
    until = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < until:
        time.sleep(0.05)
    return bool(found)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class Busy:
    """A stage with two busy workers."""

    def __init__(self, folder: Path, then: str = "pass", resumes: bool = True) -> None:
        self.folder = folder
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        path = os.pathsep.join(sys.path)
        self.process = subprocess.Popen(
            [sys.executable, "-c", BUSY.format(then=then, resumes=resumes)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(self.temporary)},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def pids(self) -> list[int]:
        return [int(pid) for path in self.folder.glob("pids-*") for pid in path.read_text().split()]

    def is_busy(self) -> bool:
        return len(self.pids()) == 4 and (self.folder / "first").exists()

    def ends(self) -> tuple[int, str]:
        """The exit status and what was told, within the seconds that a stage may take to end."""
        _, told = self.process.communicate(timeout=5)
        return self.process.returncode, told

    def left(self) -> list[str]:
        """What is left of it: processes, and temporary files."""
        running = [str(pid) for pid in self.pids() if not is_gone(pid)]
        return running + [path.name for path in self.temporary.iterdir()]


@pytest.fixture
def started(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Busy]:
    stage = Busy(tmp_path, **getattr(request, "param", {}))
    assert wait_for(stage.is_busy, 60)
    yield stage
    for pid in (stage.process.pid, *stage.pids()):
        if not is_gone(pid):
            os.kill(pid, signal.SIGKILL)
    with stage.process:
        pass


def test_workers_and_what_they_started_end_with_a_stage_that_is_killed(started: Busy) -> None:
    os.kill(started.process.pid, signal.SIGKILL)
    started.process.wait()
    assert wait_for(lambda: all(map(is_gone, started.pids())), 5)
    # The folder of the stage itself is for the next one to sweep; that of the workers is gone.
    (left,) = started.temporary.iterdir()
    assert wait_for(lambda: not list(left.iterdir()), 5)


KEPT = "; 1 of 100 videos are finished and kept; `dvc repro` goes on with the rest\n"


# Where it waits, it is not the generator that is broken into, but who uses it.
WAITS = {"then": "time.sleep(60)"}


@pytest.mark.parametrize(
    ("started", "number", "group", "status", "by"),
    [
        ({}, signal.SIGINT, True, 1, "the user"),
        (WAITS, signal.SIGINT, False, 1, "the user"),
        (WAITS, signal.SIGTERM, True, 143, "SIGTERM"),
        ({}, signal.SIGTERM, False, 143, "SIGTERM"),
    ],
    indirect=["started"],
)
def test_a_stage_that_is_stopped_says_what_is_kept_and_leaves_nothing(
    number: int, group: bool, status: int, by: str, started: Busy
) -> None:
    (os.killpg if group else os.kill)(started.process.pid, number)
    assert started.ends() == (status, f"error: stopped by {by}{KEPT}")
    assert started.left() == []


def test_workers_that_are_only_starting_say_nothing_of_a_stop(tmp_path: Path) -> None:
    stage = Busy(tmp_path)

    def are_starting() -> bool:
        children = psutil.Process(stage.process.pid).children()
        return sum("--process-name" in child.cmdline() for child in children) == 2

    assert wait_for(are_starting, 60)
    os.killpg(stage.process.pid, signal.SIGINT)
    assert stage.ends() == (1, f"error: stopped by the user{KEPT.replace('1', '0', 1)}")
    assert stage.left() == []


def test_a_second_stop_does_not_break_into_the_clean_up(started: Busy) -> None:
    for number in (signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        os.killpg(started.process.pid, number)
        time.sleep(0.02)
    assert started.ends()[1].count("\n") == 1
    assert started.left() == []


def test_an_error_beside_the_workers_ends_them(tmp_path: Path) -> None:
    """As of a disk that is full once the stage writes what they found."""
    stage = Busy(tmp_path, then="raise OSError(28, 'no room')")
    _, told = stage.process.communicate(timeout=60)
    assert told == "error: [Errno 28] no room: make room or give access, then run again\n"
    assert stage.left() == []


def log_and_die(folder: Path, number: int) -> int:
    """`number`; the first time, the worker that gets to number 3 is killed for it."""
    with (folder / f"{number}-{os.getpid()}").open("x"):
        pass
    if number == 3 and not (folder / "died").exists():
        (folder / "died").touch()
        # Those before are done by then.
        time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_run_goes_on_with_fewer_workers_where_one_is_killed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = list(map_items(partial(log_and_die, tmp_path), range(12), title="try", workers=4))
    assert found == list(range(12))
    assert capsys.readouterr().err == (
        "try: a worker process was ended by SIGKILL, as a system does that runs out of memory; 2 of"
        " 4 go on with what is not finished\n"
    )
    done = [path.name.partition("-")[0] for path in tmp_path.glob("*-*")]
    assert sorted(done, key=int) == [str(n) for n in (0, 1, 2, 3, 3, *range(4, 12))]


def _end(number: int) -> int:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _fault(number: int) -> int:
    if number == 1:
        # As a fault in a library would, without the trace that SIGSEGV has printed.
        os.kill(os.getpid(), signal.SIGUSR1)
    return number


def test_an_item_that_ends_even_a_single_worker_is_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(UserError, match=r"by SIGKILL.*at video 2 of 3: free memory, lower") as told:
        list(map_items(_end, range(3), title="try", workers=2))
    assert "\n" not in str(told.value)
    with pytest.raises(
        UserError, match=r"by SIGUSR1.*at video 2 of 3: set VIDREC_WORKERS=1 to see"
    ):
        list(map_items(_fault, range(3), title="try", workers=2))
    assert capsys.readouterr().err.count("1 of 2 go on") == 2
