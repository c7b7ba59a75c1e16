"""Searching for ids, with a search that is none."""

from pathlib import Path
from typing import Any

import pytest
import yt_dlp

from vidrec.commands import youtube_search
from vidrec.videos.youtube_manifest import read_wanted, write_ids
from vidrec.workflow.errors import UserError


def hits(query: str, count: int) -> list[dict[str, Any]]:
    """Videos of which every fourth is of no use."""
    found: list[dict[str, Any]] = [
        {"id": f"{query}-{n}", "title": f"a\n{query}, {n}", "duration": 60.0 + n}
        for n in range(count)
    ]
    changes: list[dict[str, Any]] = [
        {"duration": None}, {"is_live": True}, {"duration": 9999.0}, {"id": "a/b"},
    ]  # fmt: skip
    for useless, change in zip(found[::4], changes, strict=False):
        useless.update(change)
    return found


def test_wanted_and_reserves_in_the_order_of_the_search(tmp_path: Path) -> None:
    table = youtube_search.discover({"pets": "cat", "cars": "auto"}, 10, 3, search=hits)
    assert list(table["category"]) == ["cars"] * 13 + ["pets"] * 13
    assert list(table["rank"]) == [*range(1, 14), *range(1, 14)]
    assert list(table["video_id"][:4]) == ["auto-1", "auto-2", "auto-3", "auto-5"]
    write_ids(tmp_path / "m" / "youtube.csv", table)
    read = read_wanted(tmp_path / "m" / "youtube.csv")
    assert list(read["video_id"]) == list(table["video_id"])
    assert read["title"][0] == "a auto, 1"


def test_no_id_comes_twice() -> None:
    table = youtube_search.discover({"a": "x", "b": "y"}, 2, 0, search=lambda q, n: hits("same", 9))
    assert table["video_id"].is_unique


def test_too_few() -> None:
    with pytest.raises(UserError, match="finds 0 videos for pets, 5 are wanted"):
        youtube_search.discover({"pets": "cat"}, 5, 0, search=lambda q, n: [])


def test_bad_category() -> None:
    with pytest.raises(UserError, match="letters"):
        youtube_search.discover({"../pets": "cat"}, 5, 0, search=hits)


def test_a_category_is_kept_as_people_write_it() -> None:
    found = youtube_search.discover({"mis mascotas": "cat"}, 5, 0, search=hits)
    assert set(found["category"]) == {"mis mascotas"}


def test_a_search_that_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise yt_dlp.utils.DownloadError("ERROR: Unable to download API page: timed out")

    monkeypatch.setattr(yt_dlp.YoutubeDL, "extract_info", fail)
    with pytest.raises(UserError, match="check the network"):
        youtube_search.youtube_search("cat", 3)


def test_yt_dlp_writes_nothing_to_a_terminal_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(client: yt_dlp.YoutubeDL, *_: object, **__: object) -> None:
        client.report_error("a \x1b]0;title\x07 of a stranger")

    monkeypatch.setattr(yt_dlp.YoutubeDL, "extract_info", fail)
    with pytest.raises(UserError, match=r"failed \(download_error: a \]0;title of a stranger\)"):
        youtube_search.youtube_search("cat", 3)
    assert capsys.readouterr() == ("", "")
