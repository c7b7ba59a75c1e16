"""The stage over its sources: one manifest, whatever they are."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.clips import looks

from vidrec.media import ffmpeg
from vidrec.media.containers import VideoError
from vidrec.settings.download_videos import Params
from vidrec.videos import youtube
from vidrec.videos.category_names import read_category_names
from vidrec.videos.directory import scan
from vidrec.videos.download_videos import download
from vidrec.videos.listing import Listed, write_listing
from vidrec.videos.manifest import COLUMNS, read_good, read_manifest
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of

ROOT = Path(__file__).parents[2]
PARAMS = Params(
    source="sample",
    directory="own",
    directory_manifest="own.csv",
    seed=1,
    sample_videos_per_category=1,
    sample_seconds=1.0,
    sample_fps=6,
    youtube_manifest="youtube.csv",
    youtube_videos_per_category=2,
    youtube_min_videos_per_category=1,
    youtube_max_duration_s=600.0,
    youtube_max_height=480,
    youtube_max_filesize_mb=50,
    max_seconds=60.0,
    min_decoded_share=0.25,
    more_codecs=(),
)


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def add_own(name: str, content: bytes | None = None) -> None:
    path = Path("own") / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content or ffmpeg.encode_clip([bytes(64 * 48 * 3)] * 6, 64, 48, 6))


def test_sample() -> None:
    download(PARAMS, Path("data/videos"))
    table = read_manifest(Path("data/videos"))
    assert tuple(table.columns) == COLUMNS
    assert list(table["category"]) == ["cars", "cycling", "music", "pets"]
    assert set(table["status"]) == {"ok"}
    for path, digest in zip(table["path"], table["sha256"], strict=True):
        assert sha256_of(Path(path)) == digest


def test_an_empty_list_means_what_the_directory_holds(capsys: pytest.CaptureFixture[str]) -> None:
    add_own("pets/a.mp4")
    add_own("pets/bad.mp4", b"nonsense")
    download(replace(PARAMS, source="directory"), Path("videos"))
    table = read_manifest(Path("videos"))
    assert list(table["status"]) == ["ok", "unknown_container"]
    assert list(table["path"]) == ["pets/a.mp4", ""]
    assert "own.csv lists nothing: took what own holds now" in capsys.readouterr().err
    assert [path.name for path in Path("videos").iterdir()] == ["manifest.csv"]
    assert Path(".vidrec/videos").resolve() == Path("own").resolve()


def test_a_list_needs_no_directory(tmp_path: Path) -> None:
    """Whoever has the list and the results, but not the videos, can make all of it again."""
    add_own("música/a.mp4")
    add_own("música/b.mp4", b"nonsense")
    write_listing(Path("own.csv"), scan(Path("own"), [], looks).listed)
    params = replace(PARAMS, source="directory")
    download(params, Path("videos"))
    first = {path.name: path.read_bytes() for path in Path("videos").iterdir()}
    shutil.rmtree("own")
    for each in (params, replace(params, directory="")):
        download(each, Path("videos"))
        assert {path.name: path.read_bytes() for path in Path("videos").iterdir()} == first
    assert read_category_names(Path("videos")) == {"musica": "música"}
    (entry,) = read_good(Path("videos"), tmp_path / "own")
    assert (entry.video.category, entry.video.video_id) == ("musica", "a")
    assert entry.file == tmp_path / "own/música/a.mp4"


def test_nothing_of_use() -> None:
    add_own("pets/bad.mp4", b"nonsense")
    with pytest.raises(UserError, match="1 unknown_container"):
        download(replace(PARAMS, source="directory"), Path("videos"))
    assert not Path("videos").exists()


def test_a_partial_video_alone_will_do() -> None:
    said = "cut off after 5.1 of 10 s"
    row = Listed("a/x.mkv", "a", "a", "x", "partial", "ab", 9, 5.1, "x", said)
    write_listing(Path("own.csv"), [row])
    download(replace(PARAMS, source="directory"), Path("videos"))
    (made,) = read_manifest(Path("videos")).to_dict("records")
    assert (made["status"], made["error"]) == ("partial", said)
    assert (made["path"], made["duration_s"]) == ("a/x.mkv", 5.1)


def test_youtube(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("youtube.csv").write_text(
        "category,rank,video_id,title,duration_s\npets,1,a,A,1\npets,2,b,B,1\npets,3,c,C,1\n"
    )
    add_own("pets/x.mp4")

    def fake(_: object, video_id: str, *, needed: bool) -> Path:
        if video_id == "a":
            raise VideoError("removed", "gone\nfor good")
        return Path("own/pets/x.mp4").rename(f".vidrec/downloads/{video_id}.mp4")

    monkeypatch.setattr(youtube.Asking, "ask", fake)
    params = replace(PARAMS, source="youtube", youtube_videos_per_category=1)
    download(params, Path("videos"))
    table = read_manifest(Path("videos"))
    assert list(table["video_id"]) == ["a", "b"]
    assert list(table["status"]) == ["removed", "ok"]
    assert list(table["error"]) == ["gone for good", ""]
    assert list(table["source"]) == ["youtube", "youtube"]


def run_stage(settings: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    looked_at = {"max_seconds": 60.0, "min_decoded_share": 0.25, "more_codecs": []}
    own = {key: value for key, value in vars(PARAMS).items() if key not in looked_at}
    document = {"download_videos": own | settings, "extract_frames": looked_at}
    Path("params.yaml").write_text(yaml.safe_dump(document))
    command = [sys.executable, str(ROOT / "stages/download_videos.py"), "--videos", "out/videos"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"source": "tape"}, "must be one of sample, youtube, directory"),
        ({"source": "directory", "directory": "nowhere"}, "nowhere is not a directory"),
        ({"source": "youtube"}, "vidrec discover"),
        ({"source": "sample", "sample_fps": 0}, "sample_fps"),
    ],
)
def test_user_errors_are_one_line(settings: dict[str, Any], told: str) -> None:
    ended = run_stage(settings)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: ")
    assert told in ended.stderr
    assert ended.stderr.count("\n") == 1
