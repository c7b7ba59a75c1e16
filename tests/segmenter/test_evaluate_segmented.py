import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidrec.detections.rle import encode_mask
from vidrec.segmenter.evaluate_segmented import (
    AGREEMENT,
    COLUMNS,
    FrameObjects,
    Match,
    index_truth,
    match,
    measure,
)
from vidrec.settings.evaluate_segmented import Params
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json

PARAMS = Params(min_iou=0.5)


def objects(*items: tuple[str, int, int]) -> FrameObjects:
    """Objects of a label on a row of 10 pixels, each from one pixel up to another."""
    masks = []
    for _, start, stop in items:
        row = np.zeros((10, 10), dtype=np.bool_)
        row[0, start:stop] = True
        masks.append(encode_mask(row))
    return FrameObjects([label for label, _, _ in items], masks)


def test_each_true_object_is_found_once_however_many_cover_it() -> None:
    found = objects(("cat", 0, 4), ("cat", 0, 4), ("cat", 0, 3))
    assert match(found, objects(("cat", 0, 4)), 0.5) == [Match(0, 0, 1.0)]


def test_the_most_confident_chooses_first_and_takes_the_best_that_fits() -> None:
    true = objects(("cat", 0, 4), ("cat", 1, 5))
    found = objects(("cat", 1, 5), ("cat", 1, 5))
    assert match(found, true, 0.5) == [Match(0, 1, 1.0), Match(1, 0, 3 / 5)]


def test_another_label_or_too_little_overlap_is_no_match() -> None:
    true = objects(("cat", 0, 4))
    assert match(objects(("dog", 0, 4)), true, 0.0) == []
    assert match(objects(("cat", 2, 6)), true, 0.5) == []
    assert match(objects(("cat", 0, 2)), true, 0.5) == [Match(0, 0, 0.5)]


def test_a_mask_of_another_size_matches_nothing() -> None:
    other = FrameObjects(["cat"], [encode_mask(np.ones((5, 5), dtype=np.bool_))])
    assert match(other, objects(("cat", 0, 10)), 0.0) == []


SPANS = st.tuples(st.sampled_from(["cat", "dog"]), st.integers(0, 5), st.integers(6, 10))


@given(st.lists(SPANS, max_size=6), st.lists(SPANS, max_size=6), st.floats(0, 1))
def test_matches_are_one_to_one(
    first: list[tuple[str, int, int]], second: list[tuple[str, int, int]], min_iou: float
) -> None:
    found, true = objects(*first), objects(*second)
    pairs = match(found, true, min_iou)
    assert len({pair.found for pair in pairs}) == len({pair.true for pair in pairs}) == len(pairs)
    for pair in pairs:
        assert found.labels[pair.found] == true.labels[pair.true]
        assert min_iou <= pair.iou <= 1


Frames = Iterator[tuple[str, int, FrameObjects]]


def found_frames() -> Frames:
    yield "a", 1, objects(("cat", 0, 4), ("cat", 0, 4), ("bird", 6, 10))
    yield "a", 4, objects(("dog", 0, 3))
    yield "b", 1, objects()


def test_precision_recall_and_areas_by_hand() -> None:
    truth = {
        ("a", 1): objects(("cat", 0, 4), ("dog", 4, 6)),
        ("a", 2): objects(("dog", 0, 9)),
        ("a", 4): objects(("dog", 0, 4)),
        ("b", 1): objects(("dog", 0, 4)),
    }
    metrics, table = measure(found_frames(), truth, PARAMS)
    assert metrics == {"mask_precision": 0.5, "mask_recall": 0.5}
    assert table.iloc[0].to_dict() == {
        "label": "all",
        "frames": 3,
        "objects_found": 4,
        "objects_true": 4,
        "precision": 0.5,
        "recall": 0.5,
        "mask_iou": 0.875,
        "area_error_points": 0.5,
    }


def test_each_label_has_its_figures_by_hand() -> None:
    truth = {
        ("a", 1): objects(("cat", 0, 4), ("dog", 4, 6)),
        ("a", 4): objects(("dog", 0, 4)),
        ("b", 1): objects(("cat", 0, 4)),
    }
    _, table = measure(found_frames(), truth, PARAMS)
    assert tuple(table.columns) == COLUMNS
    assert list(table["label"]) == ["all", "bird", "cat", "dog"]
    assert list(table["frames"]) == [3, 1, 2, 2]
    assert list(table["objects_found"]) == [4, 1, 2, 1]
    assert list(table["objects_true"]) == [4, 0, 2, 2]
    assert list(table["precision"]) == [0.5, 0.0, 0.5, 1.0]
    assert list(table["recall"].fillna(-1)) == [0.5, -1, 0.5, 0.5]
    assert list(table["mask_iou"].fillna(-1)) == [0.875, -1, 1.0, 0.75]
    assert list(table["area_error_points"].fillna(-1)) == [0.5, -1, 0.0, 1.0]


@pytest.mark.parametrize("truth", [{}, {("other", 1): objects(("cat", 0, 4))}])
def test_without_truth_of_these_videos_nothing_is_claimed(
    truth: dict[tuple[str, int], FrameObjects],
) -> None:
    metrics, table = measure(found_frames(), truth, PARAMS)
    assert set(metrics.values()) == {None}
    first = table.iloc[0]
    assert (first["frames"], first["objects_found"]) == (3, 4)
    assert list(table["label"]) == ["all", "bird", "cat", "dog"]
    assert table[list(AGREEMENT)].isna().all(axis=None)


def test_nothing_found_has_no_precision_but_a_recall() -> None:
    truth = {("a", 1): objects(("cat", 0, 4))}
    metrics, table = measure([("a", 1, objects())], truth, PARAMS)
    assert metrics == {"mask_precision": None, "mask_recall": 0.0}
    assert table["mask_iou"].isna().all()


def test_nothing_looked_at_has_no_figures() -> None:
    metrics, table = measure([], {("a", 1): objects(("cat", 0, 4))}, PARAMS)
    assert metrics == {"mask_precision": None, "mask_recall": None}
    assert list(table["label"]) == ["all"]
    assert list(table["frames"]) == [0]


def test_masks_of_different_sizes_are_not_compared() -> None:
    other = FrameObjects(["cat"], [encode_mask(np.ones((5, 6), dtype=np.bool_))])
    with pytest.raises(UserError, match=r"masks of a, frame 4, are of 6 x 5 and 10 x 10 pixels"):
        measure([("a", 4, other)], {("a", 4): objects(("dog", 0, 3))}, PARAMS)


def test_truth_is_indexed_by_video_and_frame() -> None:
    masks = objects(("cat", 0, 4), ("dog", 4, 6), ("dog", 0, 1)).masks
    table = pd.DataFrame(
        {
            "video_id": ["007", "007", "b"],
            "frame": [1, 1, 2],
            "label": ["cat", "dog", "dog"],
            "size": [10, 10, 10],
            "counts": [mask["counts"] for mask in masks],
        }
    )
    indexed = index_truth(table)
    assert set(indexed) == {("007", 1), ("b", 2)}
    assert indexed["007", 1] == FrameObjects(["cat", "dog"], masks[:2])


CAT, DOG = objects(("cat", 0, 4), ("dog", 0, 4)).masks
FOUND = "frame,label,confidence,area_pct\n1,cat,0.9,4.0\n3,dog,0.8,4.0\n"
BESIDE = {"frames": [1, 2, 3], "masks": [CAT, DOG]}
TRUE = "video_id,frame,label,size,counts\n"
ARGUMENTS = ["--detections", "found", "--truth-masks", "truth.csv", "--metrics", "out.json"]


@pytest.fixture
def evaluate(
    tmp_path: Path, run_stage: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., int]:
    """Runs the stage on a video in a folder of its own; gives its exit status."""
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text("evaluate_segmented: {min_iou: 0.5}\n")
    Path("found/pets").mkdir(parents=True)
    Path("found/pets/1.csv").write_text(FOUND)
    Path("found/pets/1.masks.json").write_text(json.dumps(BESIDE))
    rows = [f"1,{frame},cat,10,{CAT['counts']}\n" for frame in (1, 2)]
    Path("truth.csv").write_text("".join([TRUE, *rows]))
    return lambda *more: run_stage("evaluate_segmented", *ARGUMENTS, *more)


def test_the_stage_reads_what_segment_objects_writes(evaluate: Callable[..., int]) -> None:
    assert evaluate("--by-label", "by_label.csv") == 0
    assert read_json(Path("out.json")) == {"mask_precision": 0.5, "mask_recall": 0.5}
    assert Path("by_label.csv").read_text() == (
        "label,frames,objects_found,objects_true,precision,recall,mask_iou,area_error_points\n"
        "all,3,2,2,0.5,0.5,1.0,0.0\n"
        "cat,2,1,2,1.0,0.5,1.0,0.0\n"
        "dog,1,1,0,0.0,,,\n"
    )


def test_the_stage_says_nothing_of_videos_whose_truth_is_not_known(
    evaluate: Callable[..., int],
) -> None:
    Path("truth.csv").write_text(TRUE)
    assert evaluate("--by-label", "by_label.csv") == 0
    assert read_json(Path("out.json")) == {"mask_precision": None, "mask_recall": None}
    assert Path("by_label.csv").read_text().splitlines()[1:] == [
        "all,3,2,,,,,",
        "cat,1,1,,,,,",
        "dog,1,1,,,,,",
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("found/pets/1.csv", FOUND.replace("0.9", "7"), "1.csv, row 2: confidence"),
        ("found/pets/1.csv", FOUND.replace("0.8", "much"), "1.csv, row 3: confidence"),
        ("found/pets/1.csv", FOUND + "3,cat,0.5,1\n", "has 3 objects, its masks are 2"),
        ("found/pets/1.csv", FOUND.replace("3,dog", "4,dog"), "in frame 4, which was not looked"),
        ("found/pets/1.csv", "frame,label,confidence\n1,cat,0.9\n", "has no area_pct"),
        ("found/pets/1.csv", None, "found has no detections"),
        ("found/pets/1.masks.json", json.dumps({**BESIDE, "masks": [CAT]}), "its masks are 1"),
        ("found/pets/1.masks.json", json.dumps({**BESIDE, "frames": [1]}), "not looked at"),
        ("found/pets/1.masks.json", json.dumps({**BESIDE, "masks": [CAT, {}]}), "run lengths"),
        ("found/pets/1.masks.json", None, "1.masks.json is missing"),
        ("truth.csv", f"{TRUE}1,1,cat,ten,{CAT['counts']}\n", "truth.csv, row 2: size"),
        ("truth.csv", f"{TRUE}1,1,cat,10,zz\n", "truth.csv, row 2: counts"),
        ("truth.csv", f"{TRUE}1,1,cat,2,13\n", "frame 1, are of 2 x 2 and 10 x 10 pixels"),
        ("truth.csv", "video_id,frame,label\n1,1,cat\n", "lacks the column 'size'"),
        ("truth.csv", None, "truth.csv is missing"),
    ],
)
def test_a_bad_file_ends_the_stage_in_one_line(
    evaluate: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: str | None,
    said: str,
) -> None:
    Path(name).unlink()
    if content is not None:
        Path(name).write_text(content)
    assert evaluate() == 1
    line = capsys.readouterr().err
    assert line.startswith("error: ")
    assert said in line
    assert line.count("\n") == 1
    assert not Path("out.json").exists()
