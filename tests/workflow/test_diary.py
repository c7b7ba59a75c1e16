"""The diary of a stage."""

import os
from pathlib import Path

import pytest

from vidrec.workflow import diary
from vidrec.workflow.errors import UserError


@pytest.fixture(autouse=True)
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)


def test_a_run_and_how_it_ended() -> None:
    with diary.run("stage"):
        diary.diary("stage").note(diary.MADE, "cars/a", status="ok")
    lines = diary.last_run("stage")
    assert [(line.what, line.video, line.status) for line in lines] == [
        ("begins", "", ""),
        ("made", "cars/a", "ok"),
        ("ends", "", "done"),
    ]
    assert {line.run for line in lines} == {str(os.getpid())}
    assert float(lines[-1].seconds) >= 0


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (UserError("no\troom"), "failed: no\ufffdroom"),
        (KeyError("a"), "failed: KeyError('a')"),
        (KeyboardInterrupt(2), "stopped"),
        (SystemExit(143), "stopped"),
    ],
)
def test_a_run_that_fails_says_why_and_fails(error: BaseException, told: str) -> None:
    with pytest.raises(type(error)), diary.run("stage"):
        raise error
    assert diary.last_run("stage")[-1].status == told


def test_only_the_last_run_is_told_and_no_other_process() -> None:
    kept = diary.diary("stage")
    with diary.run("stage"):
        kept.note(diary.MADE, "cars/old")
    kept.note(diary.BEGINS)
    diary.Diary(kept.path, "1").note(diary.MADE, "cars/of another")
    kept.note(diary.MADE, "cars/new")
    assert [line.video for line in diary.last_run("stage")] == ["", "cars/new"]


def test_a_line_that_was_cut_short_or_damaged_is_passed_over() -> None:
    kept = diary.diary("stage")
    kept.note(diary.BEGINS)
    with kept.path.open("ab") as file:
        file.write(f"2026\t{os.getpid()}\ttak\n\n".encode() + b"\xff\0\nno\ta\tbegins\t\t\t\n")
    kept.note(diary.MADE, "cars/a")
    assert [line.what for line in diary.last_run("stage")] == ["begins", "made"]


def test_a_long_one_begins_anew_and_the_last_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diary, "LONGEST_BYTES", 100)
    for _ in range(3):
        with diary.run("stage"):
            diary.diary("stage").note(diary.MADE, "cars/a" * 20)
    assert sorted(path.name for path in Path(".vidrec/logs").iterdir()) == [
        "stage.log",
        "stage.old.log",
    ]
    assert len(diary.last_run("stage")) == 3


def test_another_machine_writes_into_a_file_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with diary.run("stage"):
        kept = diary.diary("stage")
        with monkeypatch.context() as there:
            there.setattr(diary, "machine", lambda: "other")
            kept.note(diary.MADE, "cars/there")
            diary.Diary(kept.path, "1").note(diary.MADE, "cars/of another run")
        kept.note(diary.MADE, "cars/here")
    told = [(line.what, line.video) for line in diary.last_run("stage")]
    assert told == [("begins", ""), ("made", "cars/here"), ("ends", ""), ("made", "cars/there")]
    assert "cars/there" not in kept.path.read_text()


def test_what_another_machine_wrote_of_an_earlier_run_is_not_of_the_last() -> None:
    kept = diary.diary("stage")
    kept.path.with_suffix(".on-other.log").write_text(
        f"2026-01-01T00:00:00.000000+00:00\t{os.getpid()}\tmade\tcars/old\t1.00\tok\n"
    )
    kept.note(diary.BEGINS)
    assert [line.what for line in diary.last_run("stage")] == ["begins"]


def test_none_ran() -> None:
    assert diary.last_run("stage") == []


def test_a_full_disk_is_told_by_the_work_that_has_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = diary.diary("stage")
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    diary.Diary(full).note(diary.MADE, "cars/a")
    with pytest.raises(IsADirectoryError):
        diary.Diary(kept.path.parent).note(diary.MADE, "cars/a")
