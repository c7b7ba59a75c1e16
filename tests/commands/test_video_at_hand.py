"""Where a video lies that the index may not know, and which one of the index it is."""

import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest

from vidrec.api import Project
from vidrec.commands.display_names import DisplayNames
from vidrec.commands.video_at_hand import (
    File,
    FrameDirectory,
    Indexed,
    Lookup,
    Url,
    at_hand,
    frames_of,
    is_url,
    resolve,
)
from vidrec.media.frames import read_frames
from vidrec.settings.extract_frames import FrameSettings
from vidrec.videos.manifest import ids_by_content
from vidrec.workflow import params
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of
from vidrec.workflow.video import Video, pair

CLIP = Path("data/videos/cars/clip_0.mp4")
VIDEOS = pair(["cars", "pets", "cars", "cars"], ["clip_0", "clip_1", "clip_4", "aaaaaaaaaa0"])
TITLES = {"clip_0": "A car", "clip_1": "caf\u00e9", "clip_4": "A car", "gone": "clip_1.mp4"}
NAMES = DisplayNames(TITLES)


def lookup(videos: Sequence[Video] = VIDEOS) -> Lookup:
    contents = ids_by_content(Path("data/videos"))
    return Lookup(videos, contents, Path("data/frames"), Path("data/vectors.csv"), NAMES)


def known_id(word: str) -> str | None:
    """The id of the video of the index that a word for a video stands for."""
    found = resolve(word, lookup())
    return found.video.video_id if isinstance(found, Indexed) else None


def taking() -> FrameSettings:
    return params.load(FrameSettings, Path("params.yaml"))


def silent(_: str) -> None:
    pass


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server of the files in `tmp_path`."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("videos/clip_0", "videos/clip_0 is missing: there is no such file"),
        ("clip_0.MP4", r"clip_0\.MP4 is missing"),
        ("/nowhere/" + "x" * 300, "is missing"),
        ("clip_2", "no video 'clip_2' in the index: did you mean clip_1 or clip_0"),
        ("0", r"data/vectors\.csv"),
        ("y" * 300, "no video"),
    ],
)
def test_what_is_meant_as_a_path_is_missing_and_else_an_id_is_unknown(name: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        resolve(name, lookup(VIDEOS[:2]))


def test_an_unknown_id_names_those_near_it() -> None:
    index = lookup(pair(["a"] * 3, ["cars_1", "cars_2", "pets_1"]))
    assert resolve("pets_1", index) == Indexed(Video("a", "pets_1"))
    with pytest.raises(UserError, match="no video 'car_1' in the index: did you mean cars_1 or"):
        resolve("car_1", index)


def test_an_id_comes_before_a_file_of_that_name(index: Path) -> None:
    Path("clip_1").write_bytes(b"no video")
    assert resolve("clip_1", lookup()) == Indexed(Video("pets", "clip_1"))


def test_a_title_will_do_where_one_video_has_it(index: Path) -> None:
    for word in ("caf\u00e9", "cafe\u0301"):
        assert resolve(word, lookup()) == Indexed(Video("pets", "clip_1"))
    with pytest.raises(UserError, match=r"2 videos .* 'A car': name one by its id: clip_0, clip_4"):
        resolve("A car", lookup())
    assert resolve("A car", lookup(VIDEOS[:2])) == Indexed(Video("cars", "clip_0"))
    with pytest.raises(UserError, match=r"clip_1\.mp4 is missing"):
        resolve("clip_1.mp4", lookup())
    with pytest.raises(UserError, match="no video 'cafe' in the index: did you mean caf\u00e9"):
        resolve("cafe", lookup())
    Path("A car").write_bytes(b"no video")
    assert resolve("A car", lookup()) == File(Path("A car"))


@pytest.mark.parametrize("word", ["", " "])
def test_nothing_names_no_video(word: str) -> None:
    with pytest.raises(UserError, match=r"^no video is named: give its id or title"):
        resolve(word, lookup())


def test_a_url_is_there_until_it_has_been_used(site: str, index: Path, tmp_path: Path) -> None:
    assert is_url(site.upper())
    shutil.copy(CLIP, tmp_path / "a.mp4")
    content = CLIP.read_bytes() + b"\0"
    (tmp_path / "b.mp4").write_bytes(content)
    url = resolve(f"{site}/b.mp4", lookup())
    assert url == Url(f"{site}/b.mp4")
    with at_hand(url, lookup(), silent) as query:
        assert isinstance(query, File)
        assert query.path.read_bytes() == content
        found = frames_of(query, "b", taking(), silent)
    assert found.digest == read_frames(Path("data/frames/cars/clip_0")).digest
    assert not query.path.exists()
    with (
        pytest.raises(UserError, match="gives no video"),
        at_hand(Url(f"{site}/c"), lookup(), silent),
    ):
        pass


def test_what_is_at_a_url_is_known_by_its_content(site: str, index: Path, tmp_path: Path) -> None:
    shutil.copy(CLIP, tmp_path / "a.mp4")
    with at_hand(Url(f"{site}/a.mp4"), lookup(), silent) as query:
        assert query == Indexed(Video("cars", "clip_0"))


def test_what_is_here_is_at_hand() -> None:
    for query in (Indexed(VIDEOS[0]), File(CLIP), FrameDirectory(Path("frames"))):
        with at_hand(query, lookup(), silent) as same:
            assert same is query


def test_a_youtube_url_is_known_by_its_id() -> None:
    assert known_id("https://youtu.be/aaaaaaaaaa0") == "aaaaaaaaaa0"
    other = "https://www.youtube.com/watch?v=bbbbbbbbbb0"
    assert resolve(other, lookup()) == Url(other)


def test_frames_are_those_of_the_stage(index: Path) -> None:
    kept = read_frames(Path("data/frames/cars/clip_0"))
    made = frames_of(File(CLIP), "clip", taking(), silent)
    assert list(made.files) == list(kept.files)
    query = FrameDirectory(Path("data/frames/cars/clip_0"))
    assert frames_of(query, "kept", taking(), silent) == kept


def test_what_gives_no_frames(index: Path) -> None:
    Path("list.mp4").write_text("#EXTM3U\n")
    with pytest.raises(UserError, match=r"^its name gives no frames \(playlist\)"):
        frames_of(File(Path("list.mp4")), "its name", taking(), silent)


def test_a_file_is_known_by_its_content(index: Path) -> None:
    for place in ("elsewhere.mp4", "clip_3.mp4"):
        shutil.copy(CLIP, place)
        assert known_id(place) == "clip_0"
    Path("elsewhere.mp4").write_bytes(CLIP.read_bytes() + b"\0")
    assert resolve("elsewhere.mp4", lookup()) == File(Path("elsewhere.mp4"))


def test_of_equal_videos_it_is_the_one_of_its_name(index: Path) -> None:
    manifest = pd.read_csv("data/videos/manifest.csv")
    of_clip = manifest["video_id"] == "clip_0"
    manifest.loc[manifest["video_id"] == "clip_4", "sha256"] = manifest["sha256"][of_clip].iloc[0]
    manifest.to_csv("data/videos/manifest.csv", index=False)
    for place, known in (("clip_4.mp4", "clip_4"), ("clip_0.mp4", "clip_0"), ("x.mp4", "clip_0")):
        shutil.copy(CLIP, place)
        assert known_id(place) == known


def test_without_a_manifest_no_file_is_known(index: Path) -> None:
    Path("data/videos/manifest.csv").unlink()
    assert known_id(str(CLIP)) is None


def test_a_video_of_the_manifest_that_has_no_vector_is_not_known(index: Path) -> None:
    assert known_id("data/videos/pets/clip_5.mp4") is None
    assert known_id("data/frames/pets/clip_5") is None
    contents = {sha256_of(CLIP): ["a", "clip_0", "clip_1"]}
    same = Lookup(VIDEOS, contents, Path(), Path(), DisplayNames())
    assert resolve(str(CLIP), same) == Indexed(VIDEOS[0])
    assert resolve(str(shutil.copy(CLIP, "a.mp4")), same) == Indexed(VIDEOS[0])


def test_frames_are_known_by_their_place(index: Path) -> None:
    assert known_id("data/frames/cars/clip_0") == "clip_0"
    assert known_id("data/videos/../frames/cars/clip_0/") == "clip_0"
    shutil.copytree("data/frames/cars/clip_0", "data/frames/cars/more/clip_0")
    shutil.copytree("data/frames/cars/clip_0", "clip_0")
    assert resolve("./clip_0", lookup()) == FrameDirectory(Path("clip_0"))
    for other in ("./clip_0", "data/frames/cars", "data/frames/cars/more/clip_0", "/", "."):
        assert known_id(other) is None


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="this system has no /proc")
def test_a_file_that_cannot_be_read_is_not_known() -> None:
    assert resolve("/proc/self/mem", lookup()) == File(Path("/proc/self/mem"))


def test_what_is_done_is_told(index: Path) -> None:
    told: list[str] = []
    Path("clip.mp4").write_bytes(CLIP.read_bytes() + b"\0")
    Project(progress=told.append).recommend("clip.mp4", 1)
    assert told == [
        "taking frames of clip.mp4",
        "loading the classifier, looking at the frames",
    ]
