"""What is told of a category that is short, and when it is an error."""

from pathlib import Path

import pytest

from vidrec.videos.manifest import Entry
from vidrec.videos.youtube_shortfalls import categories_of, check
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video


def entries(category: str, *statuses: str) -> list[Entry]:
    return [
        Entry(Video(category, f"{category}{number}"), "youtube", status=status, error=f"{status}!")
        for number, status in enumerate(statuses)
    ]


def judge(*statuses: str, wanted: int = 3, least: int = 1) -> None:
    check(categories_of(entries("pets", *statuses), ["pets"], wanted), least, Path("there"))


def test_enough(capsys: pytest.CaptureFixture[str]) -> None:
    judge("ok", "removed", "partial", "network", "ok")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        (("ok", "rate_limited", "not_tried"), "again in some hours; or go on"),
        (("ok", "bot_check", "not_tried"), "or with cookies in VIDREC_COOKIES"),
        (("ok", "network", "network"), "once the network answers"),
        (("ok", "disk_full", "network"), "once there is room in there"),
        (("ok", "removed", "not_tried"), r"pets has 1 of 3 videos \(1 not_tried, 1 removed\)"),
        (("ok", "network"), "set download_videos.youtube_videos_per_category to 1$"),
        (("network",), "once the network answers$"),
    ],
)
def test_a_run_that_was_cut_short_is_an_error(statuses: tuple[str, ...], told: str) -> None:
    with pytest.raises(UserError, match=told):
        judge(*statuses)


def test_how_to_go_on_below_the_minimum() -> None:
    with pytest.raises(UserError, match=r"_category and \S+min_videos_per_category to 1$"):
        judge("ok", "network", least=2)


def test_ids_that_are_gone_for_good(capsys: pytest.CaptureFixture[str]) -> None:
    judge("ok", "removed", "removed", "private")
    line = "pets has 1 of 3 videos (1 private, 2 removed): `vidrec discover` finds more ids\n"
    assert capsys.readouterr().err == line
    with pytest.raises(UserError, match=r"at least 2 are needed.* lower download_videos\S+min_"):
        judge("ok", "removed", least=2)


def test_all_categories_are_named_and_the_fewest_is_the_value() -> None:
    found = [*entries("cars", "ok", "ok", "network"), *entries("pets", "ok", "not_tried")]
    with pytest.raises(UserError, match=r"^cars has 2 of 3.*; pets has 1 of 3.* to 1$"):
        check(categories_of(found, ["cars", "pets"], 3), 1, Path("there"))


def test_what_vidrec_does_not_know_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    judge("ok", "download_error", "download_error", "format_missing", "ok", "ok")
    unknown, missing = capsys.readouterr().err.splitlines()
    assert unknown.startswith(
        "2 videos failed for reasons vidrec does not know: download_error!; vidrec or yt-dlp may"
    )
    assert missing.startswith("1 video format_missing: mostly yt-dlp finds no JavaScript runtime")
