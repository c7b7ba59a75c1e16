from typing import Any

import numpy as np
import pytest
import torch
from torchvision.models.detection.rpn import RegionProposalNetwork
from torchvision.ops import box_iou

from vidrec.networks.mask_rcnn import SLIM, build_segmenter
from vidrec.segmenter.regions import Floats, detect, propose, without_overlaps

SIZE = (90, 120)
LEVELS = (300, 80, 20)


@pytest.fixture(scope="module")
def network() -> Any:
    """torchvision's own rules, with limits that some of what is made up here exceeds."""
    return build_segmenter(
        SLIM, 4, resolution=64, proposals=30, threshold=0.3, detections=25
    ).eval()


def made_boxes(count: int, seed: int) -> Floats:
    corners = np.random.default_rng(seed).random((count, 2, 2), dtype=np.float32) * 100 - 10
    return np.sort(corners, axis=1).reshape(count, 4)


@pytest.mark.parametrize("seed", range(5))
def test_the_regions_proposed_are_torchvisions(network: Any, seed: int) -> None:
    generator = np.random.default_rng(seed)
    count = sum(LEVELS)
    sure, offsets = (
        generator.standard_normal(shape).astype(np.float32) for shape in (count, (count, 4))
    )
    anchors = made_boxes(count, seed)
    level = np.repeat(np.arange(len(LEVELS)), LEVELS)
    rpn: RegionProposalNetwork = network.rpn
    decoded = rpn.box_coder.decode(torch.from_numpy(offsets), [torch.from_numpy(anchors)])
    (expected,), _ = rpn.filter_proposals(
        decoded.view(1, -1, 4), torch.from_numpy(sure)[:, None], [SIZE], list(LEVELS)
    )
    found = propose(sure, offsets, anchors, level, SIZE, 30)
    assert len(found) == 30
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_the_objects_found_are_torchvisions(network: Any, seed: int) -> None:
    generator = np.random.default_rng(seed)
    logits = generator.standard_normal((60, 4)).astype(np.float32)
    offsets = generator.standard_normal((60, 16)).astype(np.float32)
    regions = made_boxes(60, seed).clip(0, None)
    boxes, scores, labels = network.roi_heads.postprocess_detections(
        torch.from_numpy(logits), torch.from_numpy(offsets), [torch.from_numpy(regions)], [SIZE]
    )
    found = detect(logits, offsets, regions, SIZE, 0.3, 25)
    assert len(found[0]) == 25
    np.testing.assert_allclose(found[0], boxes[0].numpy(), atol=1e-3)
    np.testing.assert_array_equal(found[1], labels[0].numpy())
    np.testing.assert_allclose(found[2], scores[0].numpy(), atol=1e-6)


def test_where_nothing_is_sure_enough_there_is_nothing() -> None:
    boxes, labels, scores = detect(
        np.zeros((3, 4), np.float32), np.zeros((3, 16), np.float32), made_boxes(3, 0), SIZE, 0.3, 5
    )
    assert (boxes.shape, len(labels), len(scores)) == ((0, 4), 0, 0)


def test_only_boxes_of_one_group_stand_in_each_others_way() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9], [0, 0, 9, 10], [20, 20, 30, 30]], np.float32)
    overlap = float(box_iou(torch.from_numpy(boxes[:1]), torch.from_numpy(boxes[1:2])))
    assert overlap == pytest.approx(0.9)
    groups = np.array([1, 1, 2, 1])
    assert without_overlaps(boxes, groups, 0.8, 10).tolist() == [0, 2, 3]
    assert without_overlaps(boxes, groups, 0.95, 10).tolist() == [0, 1, 2, 3]
    assert without_overlaps(boxes, groups, 0.8, 2).tolist() == [0, 2]
    assert without_overlaps(boxes[:0], groups[:0], 0.8, 2).tolist() == []
