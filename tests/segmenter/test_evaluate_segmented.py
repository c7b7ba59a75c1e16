import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidrec.detections.masks import encode_mask
from vidrec.segmenter.evaluate_segmented import (
    FrameObjects,
    Match,
    Params,
    index_truth,
    match,
    measure,
)
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
    assert measure(found_frames(), truth, PARAMS) == {
        "frames": 3,
        "objects_found": 4,
        "objects_true": 4,
        "precision": 0.5,
        "recall": 0.5,
        "mean_mask_iou": 0.875,
        "mean_area_error": 0.5,
    }


def test_without_truth_nothing_is_claimed() -> None:
    metrics = measure(found_frames(), {}, PARAMS)
    assert (metrics.pop("frames"), metrics.pop("objects_found")) == (3, 4)
    assert set(metrics.values()) == {None}


def test_nothing_found_has_no_precision_but_a_recall() -> None:
    metrics = measure(iter([("a", 1, objects())]), {("a", 1): objects(("cat", 0, 4))}, PARAMS)
    assert (metrics["precision"], metrics["recall"]) == (None, 0.0)
    assert metrics["mean_mask_iou"] is None


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


def test_the_stage_reads_what_segment_objects_writes(
    tmp_path: Path, run_stage: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text("evaluate_segmented: {min_iou: 0.5}\n")
    cat, dog = objects(("cat", 0, 4), ("dog", 0, 4)).masks
    Path("found/pets").mkdir(parents=True)
    Path("found/pets/1.csv").write_text(
        "frame,label,confidence,area_pct\n1,cat,0.9,4.0\n3,dog,0.8,4.0\n"
    )
    beside = {"frames": [1, 2, 3], "masks": [cat, dog]}
    Path("found/pets/1.masks.json").write_text(json.dumps(beside))
    rows = [f"1,{frame},cat,10,{cat['counts']}\n" for frame in (1, 2)]
    Path("truth.csv").write_text("".join(["video_id,frame,label,size,counts\n", *rows]))
    arguments = ["--detections", "found", "--truth-masks", "truth.csv", "--metrics", "out.json"]
    assert run_stage("evaluate_segmented", *arguments) == 0
    assert read_json(Path("out.json")) == {
        "frames": 3,
        "objects_found": 2,
        "objects_true": 2,
        "precision": 0.5,
        "recall": 0.5,
        "mean_mask_iou": 1.0,
        "mean_area_error": 0.0,
    }
