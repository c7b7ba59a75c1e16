"""Own images are held out by source and class."""

import numpy as np
import pytest

from vidrec.detections.rle import encode_mask
from vidrec.segmenter.annotated import Marked
from vidrec.segmenter.annotated_images import OwnImage
from vidrec.segmenter.own_split import split_by_source
from vidrec.workflow.errors import UserError

MASK = encode_mask(np.ones((4, 4), dtype=np.bool_))


def image(name: str, labels: str, source: str = "") -> OwnImage:
    marked = tuple(Marked(each, MASK) for each in labels.split())
    return OwnImage(name, source or name, np.zeros((4, 4, 3), np.uint8), marked)


def test_a_share_of_each_class_is_held_out_and_copies_stay_together() -> None:
    images = [image(f"{n:02}", "nut" if n < 16 else "nut bolt", f"s{n // 2}") for n in range(24)]
    held = split_by_source(images, 0.25, 0)
    sources = np.array([each.source for each in images])
    assert not set(sources[held]) & set(sources[~held])
    assert held.sum() == 6
    bolts = held[16:]
    assert 0 < bolts.sum() < len(bolts)
    assert (held == split_by_source(images[::-1], 0.25, 0)[::-1]).all()
    assert (held != split_by_source(images, 0.25, 3)).any()


def test_of_a_class_in_one_picture_it_is_learnt() -> None:
    images = [image("a", "nut"), image("b", "nut"), image("c", "bolt nut")]
    for seed in range(9):
        assert not split_by_source(images, 0.5, seed)[2]


def test_nothing_to_hold_out_is_one_line() -> None:
    with pytest.raises(UserError, match="no class in two different pictures"):
        split_by_source([image("a", "nut", "s"), image("b", "nut", "s")], 0.25, 0)
