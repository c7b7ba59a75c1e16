"""How the last runs went, as people read it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vidrec.commands.last_runs import SHOWN, tell_runs
from vidrec.workflow import diary
from vidrec.workflow.absent import AbsentError, skipping
from vidrec.workflow.diary import BEGINS, FAILED, KEPT, MADE, TAKEN
from vidrec.workflow.errors import UserError


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)


def told() -> list[str]:
    """Without the times, which lead the lines of runs."""
    return [line[21:] if line[0] == "2" else line for line in tell_runs(Path())]


def test_each_stage_with_what_became_of_its_videos() -> None:
    with diary.run("extract_frames"):
        kept = diary.diary("extract_frames")
        for what, video, status in (
            (KEPT, "cars/a", "ok"),
            (TAKEN, "cars/b", ""),
            (MADE, "cars/b", "truncated"),
            (MADE, "cars/c", "ok"),
        ):
            kept.note(what, video, status=status)
    with pytest.raises(UserError), diary.run("classify_frames"):
        diary.diary("classify_frames").note(FAILED, "cars/a", status="UserError: no memory")
        raise UserError("no memory: take more")
    assert told() == [
        "extract_frames: 1 kept, 2 made, done after 0 s",
        "    cars/b: truncated",
        "classify_frames: 1 failed, failed after 0 s: no memory: take more",
        "    cars/a: UserError: no memory",
    ]


def test_a_run_that_was_killed_tells_what_was_in_hand() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    path = diary.diary("segment_objects").path
    for run, outcome in ((str(gone.pid), "was killed"), (str(os.getpid()), "is running")):
        kept = diary.Diary(path, run)
        kept.note(BEGINS)
        for what, video in ((TAKEN, "cars/a"), (MADE, "cars/a"), (TAKEN, "cars/b")):
            kept.note(what, video, status="ok")
        assert told() == [f"segment_objects: 1 made, {outcome}, in hand: cars/b"]


def test_a_stage_that_was_skipped_or_stopped_says_so(tmp_path: Path) -> None:
    with diary.run("segment_objects"), skipping("segment_objects", tmp_path / "out"):
        raise AbsentError("run.segmented is false")
    with pytest.raises(KeyboardInterrupt), diary.run("classify_frames"):
        raise KeyboardInterrupt(2)
    assert told() == [
        "segment_objects: skipped: run.segmented is false",
        "classify_frames: stopped after 0 s",
    ]


def test_many_are_not_all_shown() -> None:
    with diary.run("extract_frames"):
        for number in range(SHOWN + 5):
            diary.diary("extract_frames").note(MADE, f"cars/{number}", status="empty")
    assert len(told()) == 1 + SHOWN + 1
    assert told()[-1] == "    and 5 more"


def test_before_any_run() -> None:
    with pytest.raises(UserError, match=r"tells of no run yet: start one with `dvc repro`"):
        list(tell_runs(Path()))
