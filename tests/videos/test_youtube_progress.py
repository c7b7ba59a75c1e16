"""How far the downloads are."""

import pytest

from vidrec.videos.youtube_progress import Progress, progress_of


def test_a_line_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    progress = Progress(10, clock=lambda: now)
    for counts, fetched in [(True, False), (True, False), (False, True), (True, True)]:
        now += 20
        progress.add(counts, fetched=fetched)
    now += 20
    progress.add(True, fetched=True)
    assert progress.line() == "downloading: 4 of 10 videos are there, about 5 min left"
    now += 20
    progress.add(False, fetched=True)
    assert capsys.readouterr().err.splitlines() == [
        "downloading: 2 of 10 videos are there",
        "downloading: 4 of 10 videos are there, about 6 min left",
    ]


def test_a_bar_is_told_each_time() -> None:
    shown: list[int] = []
    progress = Progress(2, shown.append)
    progress.add(True, fetched=True)
    progress.add(False, fetched=True)
    assert shown == [1, 0]


def test_without_a_terminal_there_is_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_of(3) as progress:
        progress.add(True, fetched=True)
    assert capsys.readouterr().err == ""
