"""The queue without DVC: what is done when its workers do not do what they should."""

from collections.abc import Callable, Iterator

import pytest

from vidrec.experiments import queue as experiment_queue
from vidrec.experiments.queue import forget, run_queue
from vidrec.workflow.errors import UserError

States = dict[str, str]


class Queue:
    """Stands for DVC: gives one state of the queue after the other, and notes the commands."""

    def __init__(self, *states: States) -> None:
        self._states: Iterator[States] = iter(states)
        self._last: States = {}
        self.commands: list[tuple[str, ...]] = []

    def states(self) -> States:
        self._last = next(self._states, self._last)
        return self._last

    def dvc(self, *arguments: str) -> str:
        self.commands.append(arguments)
        return "a\n" if arguments[:2] == ("exp", "list") else ""


@pytest.fixture
def dvc_is(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Queue]:
    def use(*states: States) -> Queue:
        made = Queue(*states)
        monkeypatch.setattr(experiment_queue, "states", made.states)
        monkeypatch.setattr(experiment_queue, "dvc", made.dvc)
        monkeypatch.setattr(experiment_queue, "POLL_S", 0)
        return made

    return use


START = ("queue", "start", "--jobs", "2")
QUEUED: States = {"a": "Queued", "b": "Queued"}


def test_it_ends_once_all_have_finished(dvc_is: Callable[..., Queue]) -> None:
    done = {"a": "Success", "b": "Failed"}
    queue = dvc_is(QUEUED, {"a": "Running", "b": "Queued"}, done)
    told: list[int] = []
    run_queue(["a", "b"], 2, told.append)
    assert told == [0, 2]
    assert queue.commands == [START]


def test_one_that_is_just_being_started_is_not_taken_for_finished(
    dvc_is: Callable[..., Queue],
) -> None:
    moving = {"a": "Success"}
    dvc_is(QUEUED, {"a": "Running", "b": "Queued"}, moving, moving | {"b": "Running"}, {})
    told: list[int] = []
    run_queue(["a", "b"], 2, told.append)
    assert told == [0, 1, 1, 2]


def test_workers_that_left_are_started_again(
    dvc_is: Callable[..., Queue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiment_queue, "IDLE_POLLS", 3)
    queue = dvc_is(*[QUEUED] * 5, {})
    run_queue(["a", "b"], 2, lambda _: None)
    assert queue.commands == [START, START]


def test_it_gives_up_and_empties_the_queue(
    dvc_is: Callable[..., Queue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experiment_queue, "PATIENCE_POLLS", 4)
    queue = dvc_is({"a": "Running", "b": "Queued", "other": "Queued"})
    with pytest.raises(UserError, match="none of 2 experiments has finished"):
        run_queue(["a", "b"], 2, lambda _: None)
    assert queue.commands[-1] == ("queue", "remove", "b")


def test_what_an_earlier_run_left_is_ended_and_removed(dvc_is: Callable[..., Queue]) -> None:
    queue = dvc_is({"a": "Running", "b": "Queued", "other": "Running"}, {"a": "Failed"})
    forget(["a", "b"])
    assert queue.commands == [
        ("queue", "kill", "--force", "a"),
        ("queue", "remove", "a", "b"),
        ("exp", "list", "--name-only"),
        ("exp", "remove", "a"),
    ]


def test_what_does_not_end_is_told(dvc_is: Callable[..., Queue]) -> None:
    dvc_is({"a": "Running"})
    with pytest.raises(UserError, match="a of an earlier run do not end"):
        forget(["a"])
