"""Masks are judged as COCO's own code judges them."""

import contextlib
import io
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from vidrec.detections.masks import COLUMNS, Segments
from vidrec.detections.rle import encode_mask
from vidrec.segmenter.annotated import Marked
from vidrec.segmenter.mask_scores import Picture, figures, match

LABELS = ("bolt", "nut")


def box(rows: slice, columns: slice) -> Any:
    mask = np.zeros((40, 40), dtype=np.bool_)
    mask[rows, columns] = True
    return mask


def segments(found: list[tuple[str, float, Any]]) -> Segments:
    ranked = sorted(found, key=lambda each: -each[1])
    rows = [(1, label, score, 0.0) for label, score, _ in ranked]
    masks = [encode_mask(mask) for _, _, mask in ranked]
    return Segments([1], pd.DataFrame(rows, columns=list(COLUMNS)), masks)


def test_every_figure_of_a_class() -> None:
    """Two true nuts, a crowd; one is found whole, one a quarter too wide, one where nothing is, and
    one in the crowd."""
    nut, other, crowd = (box(slice(0, 8), slice(x, x + 8)) for x in (0, 10, 20))
    wide, nothing = box(slice(0, 8), slice(10, 20)), box(slice(30, 38), slice(0, 8))
    marked = (
        Marked("nut", encode_mask(nut)),
        Marked("nut", encode_mask(other)),
        Marked("nut", encode_mask(crowd), crowd=True),
    )
    found = [("nut", 0.9, nut), ("nut", 0.8, wide), ("nut", 0.75, nothing), ("nut", 0.72, crowd)]
    matches = match([Picture(segments(found), marked)], "nut")
    ap, precision, recall, error = figures(matches, np.array([1]), 0.7)
    # The wide one has an IoU of 0.8: right at seven of ten, else precision 1 up to a recall of 1/2.
    assert ap == pytest.approx((7 * 1 + 3 * 51 / 101) / 10)
    assert (precision, recall) == (pytest.approx(2 / 3), 1)
    assert error == pytest.approx((0 + 100 * 16 / 1600) / 2)
    assert figures(matches, np.array([1]), 0.85).tolist()[1:] == [1.0, 0.5, 0.0]
    assert np.isnan(figures(matches, np.array([0]), 0.7)).tolist() == [True, True, True, True]


def test_average_precision_is_that_of_cocos_code() -> None:
    rng = np.random.default_rng(0)
    pictures = list[Picture]()
    true, found = list[dict[str, Any]](), list[dict[str, Any]]()
    for number in range(20):
        marked, rows = [], []
        for _ in range(int(rng.integers(0, 4))):
            top, left = (int(each) for each in rng.integers(0, 25, 2))
            mask = box(slice(top, top + 10), slice(left, left + 12))
            label, crowd = str(rng.choice(LABELS)), bool(rng.random() < 0.2)
            marked.append(Marked(label, encode_mask(mask), crowd))
            true.append(row(number, label, mask) | {"id": len(true) + 1, "iscrowd": int(crowd)})
            moved = np.roll(mask, rng.integers(-3, 4, 2), (0, 1))
            score = round(float(rng.random()), 6)
            rows += [(label, score, moved), ("nut", score / 2, mask)]
        pictures.append(Picture(segments(rows), tuple(marked)))
        found += [row(number, label, mask) | {"score": score} for label, score, mask in rows]
    ours = [figures(match(pictures, x), np.ones(20, dtype=np.int64), 0.5)[0] for x in LABELS]
    assert np.mean(ours) == pytest.approx(by_coco(true, found), abs=1e-9)
    assert 0.05 < np.mean(ours) < 0.95


def row(number: int, label: str, mask: Any) -> dict[str, Any]:
    rle, area = encode_mask(mask), float(mask.sum())
    place = {"image_id": number, "category_id": LABELS.index(label) + 1}
    return place | {"segmentation": rle, "area": area, "bbox": [0, 0, 1, 1]}


def by_coco(true: list[dict[str, Any]], found: list[dict[str, Any]]) -> float:
    images = [{"id": number, "height": 40, "width": 40} for number in range(20)]
    names = [{"id": number, "name": name} for number, name in enumerate(LABELS, start=1)]
    known = COCO()
    known.dataset = {"images": images, "annotations": true, "categories": names}
    with contextlib.redirect_stdout(io.StringIO()):
        known.createIndex()
        judge = COCOeval(known, known.loadRes(found), "segm")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return float(judge.stats[0])
