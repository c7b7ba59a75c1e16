"""Where a video lies that the index may not know, and which one of the index it is."""

import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pandas as pd
import pytest

from vidrec.commands.video_at_hand import classify, detect, frames_of, indexed_id, is_url, on_disk
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import pair

PARAMS = Path("params.yaml")
CLIP = Path("data/videos/cars/clip_0.mp4")
VECTORS = Vectors(pair(["cars", "pets"], ["clip_0", "clip_1"]), ["cat"], np.ones((2, 1)))


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
        ("y" * 300, "no video"),
    ],
)
def test_what_is_meant_as_a_path_is_missing_and_else_an_id_is_unknown(name: str, said: str) -> None:
    with pytest.raises(UserError, match=said), on_disk(name, VECTORS, silent):
        pass


def test_a_url_is_there_until_it_has_been_used(site: str, index: Path, tmp_path: Path) -> None:
    assert is_url(site.upper())
    shutil.copy(CLIP, tmp_path / "a.mp4")
    with on_disk(f"{site}/a.mp4", VECTORS, silent) as path:
        assert path.read_bytes() == CLIP.read_bytes()
        assert indexed_id(path) == "clip_0"
    assert not path.exists()
    with pytest.raises(UserError, match="gives no video"), on_disk(f"{site}/b", VECTORS, silent):
        pass


def test_frames_are_those_of_the_stage(index: Path) -> None:
    kept = Path("data/frames/cars/clip_0")
    with frames_of(CLIP, "clip", PARAMS, silent) as folder:
        made = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert not folder.exists()
    assert made == {path.name: path.read_bytes() for path in kept.iterdir()}
    with frames_of(kept, "kept", PARAMS, silent) as folder:
        assert folder == kept


def test_what_gives_no_frames(index: Path) -> None:
    Path("list.mp4").write_text("#EXTM3U\n")
    with (
        pytest.raises(UserError, match=r"^its name gives no frames \(playlist\)"),
        frames_of(Path("list.mp4"), "its name", PARAMS, silent),
    ):
        pass


def test_a_file_is_known_by_its_content(index: Path) -> None:
    for place in ("elsewhere.mp4", "clip_3.mp4"):
        shutil.copy(CLIP, place)
        assert indexed_id(Path(place)) == "clip_0"
    Path("elsewhere.mp4").write_bytes(CLIP.read_bytes() + b"\0")
    assert indexed_id(Path("elsewhere.mp4")) is None


def test_of_equal_videos_it_is_the_one_of_its_name(index: Path) -> None:
    manifest = pd.read_csv("data/videos/manifest.csv")
    of_clip = manifest["video_id"] == "clip_0"
    manifest.loc[manifest["video_id"] == "clip_4", "sha256"] = manifest["sha256"][of_clip].iloc[0]
    manifest.to_csv("data/videos/manifest.csv", index=False)
    for place, known in (("clip_4.mp4", "clip_4"), ("clip_0.mp4", "clip_0"), ("x.mp4", "clip_0")):
        shutil.copy(CLIP, place)
        assert indexed_id(Path(place)) == known


def test_without_a_manifest_no_file_is_known(index: Path) -> None:
    Path("data/videos/manifest.csv").unlink()
    assert indexed_id(CLIP) is None


def test_frames_are_known_by_their_place(index: Path) -> None:
    assert indexed_id(Path("data/frames/cars/clip_0")) == "clip_0"
    assert indexed_id(Path("data/videos/../frames/cars/clip_0/")) == "clip_0"
    shutil.copytree("data/frames/cars/clip_0", "data/frames/cars/more/clip_0")
    shutil.copytree("data/frames/cars/clip_0", "clip_0")
    for other in ("clip_0", "data/frames/cars", "data/frames/cars/more/clip_0", "/", "."):
        assert indexed_id(Path(other)) is None


def test_a_detector_finds_what_its_stage_has_found(index: Path) -> None:
    stored = pd.read_csv("data/detections/classified/cars/clip_0.csv")
    found = detect(Path("data/frames/cars/clip_0"), "classified", PARAMS, silent)
    pd.testing.assert_frame_equal(found.table, stored)
    assert found.distribution is not None
    assert found.distribution.labels == ("cat", "dog", "tree")


def test_what_is_done_is_told(index: Path) -> None:
    told: list[str] = []
    with frames_of(CLIP, "clip", PARAMS, told.append) as folder:
        classify(folder, "classified", PARAMS, told.append)
    assert told == [
        "taking frames of clip",
        "loading the classifier, looking at the frames",
    ]
