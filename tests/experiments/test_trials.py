"""Many experiments without DVC: in which order they begin, and what becomes of a stop."""

import subprocess
import threading
from typing import Any

import pytest

from vidrec.experiments.trials import run_each

STAGES = ("weigh_objects", "build_index")


class Commands:
    """Stands for DVC: notes each command, which fails once if there is something to say."""

    def __init__(self) -> None:
        self.given: list[list[str]] = []
        self.says: dict[str, str] = {}
        self.at_a_time = self._running = 0
        self._lock = threading.Lock()

    def run(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        with self._lock:
            self.given.append(command)
            self._running += 1
            self.at_a_time = max(self.at_a_time, self._running)
        threading.Event().wait(0.02)
        with self._lock:
            self._running -= 1
        said = self.says.pop(command[-1], "")
        return subprocess.CompletedProcess(command, int(bool(said)), "", said)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    made = Commands()
    monkeypatch.setattr(subprocess, "run", made.run)
    return made


def test_each_is_run_with_its_params_and_its_stages(commands: Commands) -> None:
    assert dict(run_each({"a": ("x.y=1", "x.z=2")}, STAGES, 2)) == {"a": None}
    (given,) = commands.given
    assert given[2:] == [
        *("dvc", "exp", "run", "--temp", "--single-item", *STAGES),
        *("--name", "a", "--set-param=x.y=1", "--set-param=x.z=2"),
    ]


def test_there_are_as_many_at_a_time_as_asked(commands: Commands) -> None:
    ran = dict(run_each({str(number): () for number in range(9)}, STAGES, 3))
    assert set(ran) == {str(number) for number in range(9)}
    assert commands.at_a_time == 3


def test_of_one_that_fails_there_is_what_it_printed(commands: Commands) -> None:
    commands.says["b"] = "error: why"
    assert dict(run_each({"a": (), "b": ()}, STAGES, 1)) == {"a": None, "b": "error: why"}


def test_one_that_finds_dvc_locked_is_tried_again(commands: Commands) -> None:
    commands.says["a"] = "ERROR: Unable to acquire lock. Most likely another DVC process is running"
    assert dict(run_each({"a": ()}, STAGES, 1)) == {"a": None}
    assert len(commands.given) == 2


def test_after_a_stop_no_other_begins(commands: Commands) -> None:
    ran = run_each({str(number): () for number in range(50)}, STAGES, 1)
    next(ran)
    ran.close()
    assert len(commands.given) < 5
