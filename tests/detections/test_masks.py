"""Objects with their masks: what is written comes back, and what does not belong together not."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vidrec.detections.masks import (
    COLUMNS,
    Segments,
    read_detections_of,
    read_looked_at,
    read_segments,
    read_with_added,
    with_added,
    write_segments,
)
from vidrec.detections.rle import encode_mask
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video

CAT, DOG = (encode_mask(np.eye(4, k=k, dtype=np.bool_)) for k in (0, 1))
ROWS = [(1, "cat", 0.9, 25.0), (3, "dog", 0.8, 18.75)]
FOUND = Segments([1, 2, 3], pd.DataFrame(ROWS, columns=list(COLUMNS)), [CAT, DOG])
NOTHING = Segments([1], pd.DataFrame([], columns=list(COLUMNS)), [])
VIDEO = Video("pets", "007")


def same(first: Segments, second: Segments) -> bool:
    rows = [each.table[list(COLUMNS)].to_dict("list") for each in (first, second)]
    others = [(each.frames, each.masks) for each in (first, second)]
    return rows[0] == rows[1] and others[0] == others[1]


@pytest.mark.parametrize("found", [FOUND, NOTHING])
def test_what_is_written_is_read(tmp_path: Path, found: Segments) -> None:
    write_segments(tmp_path, VIDEO, found)
    assert same(read_segments(tmp_path / "pets/007.csv"), found)


@pytest.mark.parametrize("found", [FOUND, NOTHING])
def test_segments_survive_being_packed(found: Segments) -> None:
    again = Segments.unpack(found.pack())
    assert same(again, found)
    assert list(again.table.columns) == list(COLUMNS)


def test_what_was_packed_before_is_written_as_the_same_bytes(tmp_path: Path) -> None:
    write_segments(tmp_path / "fresh", VIDEO, FOUND)
    write_segments(tmp_path / "packed", VIDEO, Segments.unpack(FOUND.pack()))
    for ending in (".csv", ".masks.json"):
        fresh = VIDEO.below(tmp_path / "fresh", ending).read_bytes()
        assert fresh == VIDEO.below(tmp_path / "packed", ending).read_bytes()
    assert fresh.index(b'"counts"') < fresh.index(b'"size"')


def test_files_are_as_others_rely_on(tmp_path: Path) -> None:
    write_segments(tmp_path, VIDEO, FOUND)
    text = (tmp_path / "pets/007.csv").read_text(encoding="utf-8")
    assert text == "frame,label,confidence,area_pct\n1,cat,0.9,25.0\n3,dog,0.8,18.75\n"
    beside = json.loads((tmp_path / "pets/007.masks.json").read_text(encoding="utf-8"))
    assert beside == {"frames": [1, 2, 3], "masks": [CAT, DOG]}


BESIDE: dict[str, Any] = {"frames": [1, 2, 3], "masks": [CAT, DOG]}


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        ({**BESIDE, "masks": [CAT]}, "007.csv has 2 objects, its masks are 1: .* different runs"),
        ({**BESIDE, "frames": [1, 2]}, "007.csv has objects in frame 3, which was not looked at"),
        ({"frames": [1, 2, 3]}, "007.masks.json does not hold frames and masks"),
        ([1, 2], "007.masks.json does not hold frames and masks"),
        ({**BESIDE, "frames": [0, 1, 3]}, "frames must be a list of numbers from 1"),
        ({**BESIDE, "frames": [1, 2, 3, 2**63]}, "frames must be a list of numbers from 1"),
        ({**BESIDE, "frames": [1, 1, 3]}, "frames must be in order, each once"),
        ({**BESIDE, "frames": 3}, "frames must be a list of numbers from 1"),
        ({**BESIDE, "masks": [CAT, {**DOG, "counts": "zz"}]}, "masks must be a list of run"),
        ({**BESIDE, "masks": [CAT, {**DOG, "size": [4, 5]}]}, "masks must be a list of run"),
        ({**BESIDE, "masks": "cat"}, "masks must be a list of run"),
    ],
)
def test_masks_that_do_not_belong_to_the_objects_are_refused(
    tmp_path: Path, beside: object, said: str
) -> None:
    write_segments(tmp_path, VIDEO, FOUND)
    (tmp_path / "pets/007.masks.json").write_text(json.dumps(beside), encoding="utf-8")
    with pytest.raises(UserError, match=said) as refused:
        read_segments(tmp_path / "pets/007.csv")
    assert "dvc repro -s -f segment_objects" in str(refused.value)


def test_a_missing_file_of_masks_is_named(tmp_path: Path) -> None:
    write_segments(tmp_path, VIDEO, FOUND)
    (tmp_path / "pets/007.masks.json").unlink()
    with pytest.raises(UserError, match=r"007\.masks\.json is missing"):
        read_segments(tmp_path / "pets/007.csv")


def test_detections_without_areas_are_of_another_detector(tmp_path: Path) -> None:
    write_segments(tmp_path, VIDEO, FOUND)
    (tmp_path / "pets/007.csv").write_text("frame,label,confidence\n1,cat,0.9\n")
    with pytest.raises(UserError, match=r"007\.csv has no area_pct"):
        read_segments(tmp_path / "pets/007.csv")


def test_frames_looked_at_are_known_by_video(tmp_path: Path) -> None:
    assert read_looked_at(tmp_path) == {}
    write_segments(tmp_path, VIDEO, FOUND)
    write_segments(tmp_path, Video("cars", "a"), NOTHING)
    assert read_looked_at(tmp_path) == {VIDEO: [1, 2, 3], Video("cars", "a"): [1]}
    (tmp_path / "cars/a.masks.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match=r"a\.masks\.json does not hold"):
        read_looked_at(tmp_path)


def test_detections_of_one_video_come_with_the_frames_looked_at(tmp_path: Path) -> None:
    write_segments(tmp_path, VIDEO, FOUND)
    found = read_detections_of(tmp_path, VIDEO)
    assert (found.video, found.looked_at, found.distribution) == (VIDEO, [1, 2, 3], None)
    pd.testing.assert_frame_equal(found.table, read_segments(tmp_path / "pets/007.csv").table)
    write_segments(tmp_path, Video("cars", "a"), NOTHING)
    nothing = read_detections_of(tmp_path, Video("cars", "a"))
    assert (nothing.looked_at, len(nothing.table)) == ([1], 0)


def test_detections_without_masks_beside_them_tell_no_frames(tmp_path: Path) -> None:
    (tmp_path / "pets").mkdir()
    (tmp_path / "pets/007.csv").write_text("frame,label,confidence\n2,cat,0.5\n", "utf-8")
    found = read_detections_of(tmp_path, VIDEO)
    assert found.looked_at is None
    assert found.table.to_dict("list") == {"frame": [2], "label": ["cat"], "confidence": [0.5]}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("007.csv", "frame,label\n1,cat\n", r"007\.csv"),
        ("007.csv", "frame,label,confidence,area_pct\n1,cat,7,1\n", r"007\.csv, row 2"),
        ("007.masks.json", "[]", r"007\.masks\.json does not hold frames and masks"),
        ("007.masks.json", '{"frames": [2, 1], "masks": []}', "frames must be in order"),
        ("007.masks.json", "{", r"007\.masks\.json is not valid JSON"),
    ],
)
def test_hostile_detections_of_one_video_are_one_line(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    write_segments(tmp_path, VIDEO, FOUND)
    (tmp_path / "pets" / name).write_text(content, "utf-8")
    with pytest.raises(UserError, match=said) as refused:
        read_detections_of(tmp_path, VIDEO)
    assert "\n" not in str(refused.value)


def test_a_video_without_detections_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"pets/007\.csv is missing"):
        read_detections_of(tmp_path, VIDEO)


def band(first: int, last: int) -> Any:
    """The mask of some of ten rows of ten pixels."""
    mask = np.zeros((10, 10), np.bool_)
    mask[first:last] = True
    return encode_mask(mask)


def test_each_pixel_counts_once_for_a_label_in_a_frame() -> None:
    rows = [
        (1, "cat", 0.5, 60.0),
        (1, "cat", 0.9, 50.0),
        (1, "dog", 0.4, 50.0),
        (2, "cat", 0.3, 50.0),
        (1, "cat", 0.4, 80.0),
    ]
    masks = [band(3, 9), band(0, 5), band(0, 5), band(0, 5), band(0, 8)]
    found = Segments([1, 2], pd.DataFrame(rows, columns=list(COLUMNS)), masks)
    table = with_added(found)
    assert table["added_pct"].tolist() == [40.0, 50.0, 50.0, 50.0, 0.0]
    assert table.drop(columns="added_pct").equals(found.table)
    assert with_added(NOTHING).empty


def test_without_masks_beside_it_a_table_is_as_it_is(tmp_path: Path) -> None:
    write_segments(tmp_path, VIDEO, FOUND)
    (tmp_path / "pets/006.csv").write_text("frame,label,confidence,area_pct\n1,cat,0.9,25\n")
    plain, whole = read_with_added(tmp_path)
    assert "added_pct" not in plain.table
    assert whole.table["added_pct"].tolist() == [25.0, 18.75]


def test_masks_of_one_frame_have_one_size(tmp_path: Path) -> None:
    rows = pd.DataFrame([(1, "cat", 0.9, 50.0), (1, "cat", 0.8, 50.0)], columns=list(COLUMNS))
    small = encode_mask(np.ones((2, 2), np.bool_))
    write_segments(tmp_path, VIDEO, Segments([1], rows, [band(0, 5), small]))
    with pytest.raises(UserError, match="masks of different sizes in one frame"):
        read_segments(tmp_path / "pets/007.csv")
