import io
import threading
import time
from contextlib import ExitStack

import pytest

from vidrec.workflow import progress
from vidrec.workflow.progress import Progress, duration, show


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_line_tells_what_is_done_and_how_long_the_rest_will_take() -> None:
    clock = Clock()
    run = Progress("extract frames", "video", 300, clock)
    clock.now, run.done = 1060.0, 10
    assert run.line() == "extract frames: 10 of 300 videos, 3 %, about 29 min left"
    clock.now, run.done = 1120.0, 150
    assert run.line() == "extract frames: 150 of 300 videos, 50 %, about 2 min left"


def test_where_nothing_moves_no_time_is_promised() -> None:
    run = Progress("look", "file", 7, Clock())
    assert run.line() == "look: 0 of 7 files, 0 %"


def test_the_pace_is_that_of_the_last_lines() -> None:
    """200 videos that were kept from before take no time; the others a minute each."""
    clock = Clock()
    run = Progress("extract frames", "video", 300, clock)
    run.done = 200
    told = ""
    for _ in range(12):
        clock.now += 60
        run.done += 1
        told = run.line()
    assert told == "extract frames: 212 of 300 videos, 70 %, about 88 min left"


def test_the_end_is_told_where_lines_were() -> None:
    clock = Clock()
    run = Progress("extract frames", "video", 300, clock)
    clock.now += 59
    assert run.end() is None
    clock.now += 661
    assert run.end() == "extract frames: all 300 videos in 12 min"


@pytest.mark.parametrize(
    ("seconds", "said"), [(1, "1 min"), (95, "2 min"), (7100, "118 min"), (9000, "2.5 h")]
)
def test_durations_are_said_as_people_do(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_without_a_terminal_there_are_lines_until_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LINE_S", 0.05)
    run = Progress("work", "video", 4)
    before = threading.active_count()
    with ExitStack() as stack:
        step = show(run, stack)
        run.done = 1
        step()
        time.sleep(0.3)
        assert threading.active_count() == before + 1
    time.sleep(0.2)
    assert threading.active_count() == before
    told = capsys.readouterr().err.splitlines()
    assert told
    assert {line.partition(",")[0] for line in told} == {"work: 1 of 4 videos"}


def test_in_a_terminal_there_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(shown, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stderr", shown)
    with ExitStack() as stack:
        step = show(Progress("work", "video", 4), stack)
        for _ in range(4):
            step()
    assert "work: 100%" in shown.getvalue()
