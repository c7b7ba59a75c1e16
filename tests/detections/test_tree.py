import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save_file

from vidrec.detections.tree import (
    _read_any,
    _read_plain,
    detection_files,
    frames_of,
    read_detections,
    read_videos,
    write_detections,
)
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video

GOOD = "frame,label,confidence\n1,cat,0.5\n2,dog,1\n"


def write(path: Path, text: str = GOOD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def write_distribution(
    path: Path, rows: list[list[float]], labels: object = ("cat", "dog")
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    tensor = np.array(rows, np.float16)
    save_file({"probability": tensor}, path, metadata={"labels": json.dumps(labels)})
    return path


def test_videos_come_sorted_by_category_then_id(tmp_path: Path) -> None:
    for name in ("pets/b.csv", "pets/a-1.csv", "pets/a.csv", "cars/z.csv"):
        write(tmp_path / name)
    write(tmp_path / "notes.txt", "of no concern")
    write(tmp_path / "pets" / ".half-written.csv")
    videos = list(read_videos(tmp_path, with_distribution=True))
    found = [(v.video.category, v.video.video_id) for v in videos]
    assert found == [("cars", "z"), ("pets", "a"), ("pets", "a-1"), ("pets", "b")]
    assert videos[0].distribution is None


def test_a_table_keeps_labels_as_text_and_frames_as_whole_numbers(tmp_path: Path) -> None:
    text = 'frame,label,confidence,area_pct\n1,NA,0.5,100\n2,007,1,0\n3,"a, ""b""",0,1.5\n'
    table = read_detections(write(tmp_path / "v.csv", text))
    assert table["label"].tolist() == ["NA", "007", 'a, "b"']
    assert table["frame"].tolist() == [1, 2, 3]
    assert table["area_pct"].tolist() == [100.0, 0.0, 1.5]


@pytest.mark.parametrize(
    "rows",
    [
        "1,cat,0.5\n2,a hot dog,1\n2,éclair \u2028,0.000012\n999999999,x,0\n",
        "1,=1+1,1.0\n1,NA,0.123456\n3, 007,0.99951171875\n",
        "1,'=1+1,1e-05\n",
        "1,cat,1\r\n",
        '1,"a, b",1\n',
        "1,cat,1\n\n",
        "1,cat,1",
        "+1,cat,.5\n",
    ],
)
def test_plain_rows_and_others_are_read_alike(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "v.csv"
    path.write_bytes(f"frame,label,confidence\n{rows}".encode())
    pd.testing.assert_frame_equal(read_detections(path), _read_any(path))


def test_what_the_detectors_write_is_read_as_plain_rows(tmp_path: Path) -> None:
    table = pd.DataFrame({"frame": [1, 2], "label": ["car", "bus"], "confidence": [0.25, 1.0]})
    for each in (table, table.assign(area_pct=[100.0, 0.0123])):
        write_detections(tmp_path, Video("pets", "v"), each)
        read = _read_plain(tmp_path / "pets/v.csv")
        assert read is not None
        pd.testing.assert_frame_equal(read[list(each.columns)], each)


def test_a_video_without_detections_is_an_empty_table(tmp_path: Path) -> None:
    table = read_detections(write(tmp_path / "v.csv", "frame,label,confidence,area_pct\n"))
    assert len(table) == 0
    assert list(table.columns) == ["label", "frame", "confidence", "area_pct"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("frame,label\n1,cat\n", "'confidence'"),
        ("frame,label,confidence\n0,cat,1\n", "row 2: frame"),
        ("frame,label,confidence\n1,cat,1\n1.5,cat,1\n", "row 3: frame"),
        ("frame,label,confidence\ninf,cat,1\n", "row 2: frame"),
        ("frame,label,confidence\n9223372036854775808,cat,1\n", "row 2: frame"),
        (f"frame,label,confidence\n1,cat,1\n{10**30},cat,1\n", "row 3: frame"),
        ("frame,label,confidence\n1,cat,1.01\n", "row 2: confidence"),
        ("frame,label,confidence\n1,cat,nan\n", "row 2: confidence"),
        ("frame,label,confidence\n1,,0.5\n", "row 2: label"),
        ("frame,label,confidence\n1\n", "row 2: confidence"),
        ("frame,label,confidence,area_pct\n1,cat,1,100.1\n", "row 2: area_pct"),
        ("", "not a CSV file"),
    ],
)
def test_a_bad_value_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path / "v.csv", text)
    with pytest.raises(UserError, match=said) as error:
        read_detections(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "has no detections"),
        (["a.csv"], "out of place"),
        (["pets/more/a.csv"], "out of place"),
        (["my pets/a.csv"], "'my pets'"),
        (["pets/a b.csv"], "'a b'"),
        (["cars/a.csv", "pets/a.csv"], "same video id"),
    ],
)
def test_a_tree_of_another_form_is_refused(tmp_path: Path, names: list[str], said: str) -> None:
    for name in names:
        write(tmp_path / name)
    with pytest.raises(UserError, match=said):
        detection_files(tmp_path)


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere is not a directory"):
        detection_files(tmp_path / "nowhere")


def test_a_distribution_is_read_where_wanted(tmp_path: Path) -> None:
    write(tmp_path / "pets" / "a.csv")
    write_distribution(tmp_path / "pets" / "a.safetensors", [[0.5, 0.5], [0.25, 0.75]])
    (without,) = read_videos(tmp_path, with_distribution=False)
    (video,) = read_videos(tmp_path, with_distribution=True)
    assert without.distribution is None
    assert video.distribution is not None
    assert video.distribution.labels == ("cat", "dog")
    assert video.distribution.probability.tolist() == [[0.5, 0.5], [0.25, 0.75]]


def test_a_distribution_of_other_frames_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "pets" / "a.csv")
    write_distribution(tmp_path / "pets" / "a.safetensors", [[0.5, 0.5]])
    with pytest.raises(UserError, match=r"1 frames, a\.csv 2"):
        list(read_videos(tmp_path, with_distribution=True))


def test_the_frames_in_a_table_are_known_by_video() -> None:
    table = pd.DataFrame({"frame": [4, 1, 4], "label": "cat", "confidence": 0.5})
    assert frames_of({Video("pets", "a"): table}) == {Video("pets", "a"): [1, 4]}
