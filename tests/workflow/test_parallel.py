import math
import os

import pytest

from vidrec.workflow import memory, parallel
from vidrec.workflow.errors import UserError
from vidrec.workflow.parallel import ONLY_A_CORE, engine, map_items, worker_count

GIB = 1 << 30
NUMBERS = [float(number) for number in range(40, 0, -1)]


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    found = list(map_items(math.sqrt, NUMBERS, title="", workers=workers))
    assert found == [math.sqrt(number) for number in NUMBERS]


def test_two_workers_are_two_processes() -> None:
    pids = set(map_items(_process, [0.3] * 4, title="", workers=2))
    assert len(pids) == 2
    assert os.getpid() not in pids


def _process(seconds: float) -> int:
    import time

    time.sleep(seconds)
    return os.getpid()


def test_no_items_no_results() -> None:
    assert list(map_items(math.sqrt, [], title="")) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_worker_comes_through_as_it_is(workers: int) -> None:
    with pytest.raises(UserError, match="frame 3 is bad"):
        list(map_items(_refuse, [3], title="", workers=workers))


def _refuse(number: int) -> None:
    raise UserError(f"frame {number} is bad")


def test_worker_count_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDREC_WORKERS", "3")
    assert worker_count() == 3
    monkeypatch.setenv("VIDREC_WORKERS", "")
    assert worker_count() >= 1
    assert worker_count(most=1) == 1


@pytest.mark.parametrize(
    ("free_gib", "fitting"), [(100.0, 8), (8.0, 8), (7.9, 7), (2.5, 2), (0.1, 1)]
)
def test_there_are_no_more_workers_than_memory_for_them(
    free_gib: float,
    fitting: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("VIDREC_WORKERS", raising=False)
    monkeypatch.setattr("joblib.cpu_count", lambda: 8)
    monkeypatch.setattr(memory, "available", lambda: int(free_gib * GIB))
    parallel._tell_once.cache_clear()
    assert worker_count() == 8
    assert [worker_count(GIB), worker_count(GIB)] == [fitting, fitting]
    told = capsys.readouterr().err
    assert told.count("\n") == (1 if fitting < 8 else 0)
    if fitting < 8:
        assert told.startswith(f"workers: {fitting} at a time, not 8: each")
    monkeypatch.setenv("VIDREC_WORKERS", "6")
    assert worker_count(GIB) == 6


@pytest.mark.parametrize("wanted", ["0", "-1", "two", "1.5"])
def test_a_bad_worker_count_is_refused(wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDREC_WORKERS", wanted)
    with pytest.raises(UserError, match="VIDREC_WORKERS is"):
        worker_count()


def test_the_engine_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIDREC_ENGINE", raising=False)
    assert engine() == "local"
    monkeypatch.setenv("VIDREC_ENGINE", "ray")
    assert engine() == "ray"
    monkeypatch.setenv("VIDREC_ENGINE", "spark")
    with pytest.raises(UserError, match="VIDREC_ENGINE is 'spark': it must be local or ray"):
        list(map_items(math.sqrt, NUMBERS, title="", spread=ONLY_A_CORE))


def test_what_may_not_be_spread_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDREC_ENGINE", "ray")
    assert list(map_items(_process, [0.0], title="", workers=1)) == [os.getpid()]
    assert list(map_items(_process, [], title="", spread=ONLY_A_CORE)) == []


@pytest.mark.parametrize(("workers", "given"), [(1, [1.0, 2.0]), (2, [-1.0, -2.0])])
def test_only_another_process_leaves_something_else(workers: int, given: list[float]) -> None:
    found = list(map_items(math.sqrt, [1.0, 4.0], title="", workers=workers, leave=_minus))
    assert found == given


def _minus(number: float) -> float:
    return -number


def test_on_a_cluster_memory_is_not_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("VIDREC_WORKERS", raising=False)
    monkeypatch.setenv("VIDREC_ENGINE", "ray")
    monkeypatch.setattr("joblib.cpu_count", lambda: 8)
    monkeypatch.setattr(memory, "available", lambda: GIB)
    assert worker_count(GIB) == 8
    assert capsys.readouterr().err == ""
