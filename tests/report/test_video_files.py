import os
from pathlib import Path

import pandas as pd
import pytest

from vidrec.report.video_files import Places, link, plays
from vidrec.videos.manifest import COLUMNS, text_of
from vidrec.workflow.video import Video

PLACES = Places(Path("reports/index.html"), Path("data/videos"))


def manifest(*rows: dict[str, str]) -> pd.DataFrame:
    full = [{**dict.fromkeys(COLUMNS, ""), "status": "ok", **row} for row in rows]
    return pd.DataFrame(full, columns=list(COLUMNS))


def test_a_file_is_linked_from_the_page() -> None:
    row = {
        "video_id": "a",
        "category": "cars",
        "path": "data/videos/cars/a.mp4",
        "source": "sample",
    }
    assert plays(manifest(row), PLACES) == {
        Video("cars", "a"): {"file": "../data/videos/cars/a.mp4"}
    }


def test_own_videos_are_found_by_the_link_that_each_machine_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DVC_ROOT", "/somewhere/else")
    name = text_of(Path("Tíos & #1?/50% más\n.mp4"))
    row = {"video_id": "a", "category": "t", "path": name, "source": "directory"}
    (found,) = plays(manifest(row), PLACES).values()
    assert found == {"file": "../.vidrec/videos/T%C3%ADos%20%26%20%231%3F/50%25%20m%C3%A1s%0A.mp4"}


def test_a_name_that_is_no_utf_8_is_linked_by_its_bytes() -> None:
    file = Path(os.fsdecode(b"data/videos/c/\xff.mp4"))
    assert link(file, PLACES.page) == "../data/videos/c/%FF.mp4"


def test_a_youtube_video_has_its_page_too() -> None:
    row = {"video_id": "abcdefghijk", "category": "c", "source": "youtube"}
    here = {**row, "path": "data/videos/c/abcdefghijk.webm"}
    address = "https://www.youtube.com/watch?v=abcdefghijk"
    assert list(plays(manifest(row), PLACES).values()) == [{"address": address}]
    assert list(plays(manifest(here), PLACES).values()) == [
        {"file": "../data/videos/c/abcdefghijk.webm", "address": address}
    ]


def test_what_does_not_count_cannot_be_played() -> None:
    row = {"video_id": "a", "category": "c", "path": "data/videos/c/a.mp4", "status": "no_video"}
    assert plays(manifest(row), PLACES) == {}
