"""Outputs that say why they are empty."""

from pathlib import Path

import pytest

from vidrec.workflow.absent import (
    AbsentError,
    absent_reason,
    check_there,
    skipping,
    write_absent,
)
from vidrec.workflow.errors import UserError

WHY = "run.segmented is false: set it to true"


def test_a_reason_is_read_back_in_place_of_what_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    check_there(folder)
    assert absent_reason(folder) is None
    (folder / "old").mkdir(parents=True)
    check_there(folder)
    write_absent(folder, WHY)
    assert absent_reason(folder) == WHY
    assert [path.name for path in folder.iterdir()] == ["absent.txt"]
    with pytest.raises(AbsentError, match=r"run\.segmented is false"):
        check_there(folder)


def test_a_skipped_stage_says_why_and_leaves_valid_outputs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written: list[str] = []
    with skipping("some_stage", tmp_path / "a", tmp_path / "b", instead=written.append):
        raise AbsentError(WHY)
    assert capsys.readouterr().err == f"some_stage is skipped: {WHY}\n"
    assert absent_reason(tmp_path / "a") == absent_reason(tmp_path / "b") == WHY
    assert written == [WHY]


def test_a_stage_that_runs_and_one_that_fails_leave_nothing_behind(tmp_path: Path) -> None:
    with skipping("some_stage", tmp_path / "a"):
        pass
    with pytest.raises(UserError, match="bad"), skipping("some_stage", tmp_path / "a"):
        raise UserError("bad")
    assert list(tmp_path.iterdir()) == []


def test_what_strangers_have_named_stays_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with skipping("some_stage"):
        raise AbsentError("too few in \x1b[2Jcars\nand pets")
    assert (
        capsys.readouterr().err == "some_stage is skipped: too few in \ufffd[2Jcars\ufffdand pets\n"
    )
    (tmp_path / "absent.txt").write_bytes(b"not\nhere: \xff")
    assert absent_reason(tmp_path) == "not here: \ufffd"
