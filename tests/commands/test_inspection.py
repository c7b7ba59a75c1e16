"""The contact sheet of a stored video, and of one that is looked at now."""

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vidrec.api import Project
from vidrec.commands.inspection import MOST_TILES, chosen_frames, of_indexed
from vidrec.detections.rle import encode_mask
from vidrec.media.frames import read_frames
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video

SEGMENTED = Path("data/detections/segmented/cars/clip_0.csv")


def sheet(video: str) -> tuple[str, Image.Image]:
    found = Project().inspect(video)
    return found.name, found.sheet()


def write_segmented(rows: str, masks: int) -> None:
    SEGMENTED.parent.mkdir(parents=True, exist_ok=True)
    SEGMENTED.write_text(f"frame,label,confidence,area_pct\n{rows}", encoding="utf-8")
    shape = np.zeros((224, 224), np.bool_)
    shape[50:100, 50:150] = True
    content = {"frames": [1, 7], "masks": [encode_mask(shape)] * masks}
    SEGMENTED.with_suffix(".masks.json").write_text(json.dumps(content), encoding="utf-8")


def test_what_is_stored_is_drawn_with_the_outlines_where_there_are_any(index: Path) -> None:
    name, plain = sheet("clip_0")
    assert name == "clip_0"
    write_segmented("", 0)
    _, nothing_found = sheet("clip_0")
    write_segmented("1,car,0.9,10\n1,dog\x1b,0.8,10\n", 2)
    _, outlined = sheet("clip_0")
    assert len({picture.tobytes() for picture in (plain, nothing_found, outlined)}) == 3
    assert outlined.height > plain.height  # by the legend
    assert sheet("clip_0")[1].tobytes() == outlined.tobytes()


def test_objects_alone_will_do(index: Path) -> None:
    write_segmented("1,car,0.9,10\n", 1)
    Path("data/detections/classified/cars/clip_0.csv").unlink()
    folder = Path("data/detections")
    read = partial(read_frames, Path("data/frames/cars/clip_0"))
    places = folder / "classified", folder / "segmented"
    found = of_indexed(Video("cars", "clip_0"), "a title", read, *places)
    assert found.classes is None
    assert found.objects is not None
    sheet("clip_0")


def test_a_file_of_the_index_looks_as_what_is_stored_but_for_its_name(index: Path) -> None:
    assert sheet("data/videos/cars/clip_0.mp4")[0] == "clip_0"
    Path("clip_0.mp4").write_bytes(Path("data/videos/cars/clip_0.mp4").read_bytes() + b"\0")
    name, made = sheet("clip_0.mp4")
    assert name == "clip_0"
    stored = np.asarray(sheet("clip_0")[1])
    assert made.size == stored.shape[1::-1]
    assert (np.asarray(made) == stored).all(axis=2)[100:].all()


def test_the_sheet_calls_a_video_what_people_call_it(index: Path) -> None:
    assert Project().inspect("clip_0").heading == "clip_0 · cars"
    text = Path("data/videos/manifest.csv").read_text("utf-8")
    Path("data/videos/manifest.csv").write_text(text.replace(",sample,,", ",sample,Mi coche,"))
    Path("data/videos/category_names.csv").write_text("category,name\ncars,coches\n")
    found = Project().inspect(Path("data/videos/cars/clip_0.mp4"))
    assert (found.name, found.heading) == ("clip_0", "Mi coche · coches")
    Path("my clip.mp4").write_bytes(Path("data/videos/cars/clip_0.mp4").read_bytes() + b"\0")
    found = Project().inspect("my clip.mp4")
    assert (found.name, found.heading) == ("my_clip", "my clip")


def test_an_unseen_video_is_segmented_where_there_are_weights(
    index: Path, segmenter_folder: Path, write_frames: Callable[[Path, int, int], None]
) -> None:
    text = Path("data/index.json").read_text(encoding="utf-8")
    smaller = text.replace('"resolution": 0', '"resolution": 64').replace("bf16", "fp32")
    Path("data/index.json").write_text(smaller, "utf-8")
    assert smaller != text
    write_frames(Path("my frames.d"), 2, 0)
    name, plain = sheet("my frames.d")
    Path("data/weights/segmenter").symlink_to(segmenter_folder)
    assert sheet("my frames.d")[1].tobytes() != plain.tobytes()
    assert name == "my_frames"


def test_what_cannot_be_drawn_says_why(index: Path) -> None:
    with pytest.raises(UserError, match="did you mean clip_"):
        sheet("clip_9")
    with pytest.raises(UserError, match=r"x\.mp4 is missing"):
        sheet("x.mp4")
    unseen = "unseen.mp4"
    Path(unseen).write_bytes(Path("data/videos/cars/clip_0.mp4").read_bytes() + b"\0")
    write_segmented("1,car,0.9,10\n", 2)
    with pytest.raises(UserError, match="has 1 objects, its masks are 2"):
        sheet("clip_0")
    shutil.rmtree("data/detections")
    with pytest.raises(UserError, match="dvc repro classify_frames"):
        sheet("clip_0")
    shutil.rmtree("data/weights")
    with pytest.raises(UserError, match=r"card\.json is missing"):
        sheet(unseen)


@given(st.integers(1, 2000), st.sets(st.integers(1, 2000), max_size=200))
def test_frames_are_chosen_evenly_and_those_looked_at_first(
    count: int, looked_at: set[int]
) -> None:
    known = sorted(number for number in looked_at if number <= count)
    chosen = chosen_frames(count, known)
    assert len(chosen) == min(count, MOST_TILES)
    assert chosen == sorted(set(chosen))
    assert 1 <= chosen[0] <= chosen[-1] <= count
    longest = -(-count // MOST_TILES)
    gaps = np.diff([0, *chosen, count + 1])
    assert gaps.max() <= 2 * longest
    missed = set(known) - set(chosen)
    assert all(any(abs(number - other) < longest for other in chosen) for number in missed)
