"""Room on the disk before a stage begins."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from vidrec.workflow.errors import UserError
from vidrec.workflow.room import check_room

Usage = namedtuple("Usage", ["total", "used", "free"])


@pytest.fixture(autouse=True)
def disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**10, 10**10 - 10**9, 10**9))


def test_enough_is_not_worth_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    check_room(Path(), 3 * 10**8, "extract_frames")
    assert capsys.readouterr().err == ""


def test_what_may_not_do_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    check_room(Path("a"), 5 * 10**9, "extract_frames")
    assert capsys.readouterr().err == (
        "extract_frames makes about 5.0 GB, which may come to lie there 3 times, and 1.0 GB are"
        f" free on the disk of {Path('a').absolute()}\n"
    )


def test_what_cannot_do_is_refused() -> None:
    with pytest.raises(UserError, match=r"about 9\.0 GB, .* and 1\.0 GB are free.*: make room"):
        check_room(Path(), 9 * 10**9, "extract_frames")
