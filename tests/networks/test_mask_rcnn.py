from typing import Any

import pytest
import torch

from vidrec.networks.mask_rcnn import SLIM, build_segmenter, decode_in_fp32
from vidrec.settings.prepare_segmenter import SEGMENTERS


@pytest.fixture
def network() -> Any:
    torch.manual_seed(0)
    return build_segmenter(SLIM, 3, resolution=64, proposals=10, threshold=0.0, detections=10)


def test_it_finds_boxes_masks_and_classes(network: Any) -> None:
    pictures = [torch.rand(3, 64, 64), torch.rand(3, 48, 64)]
    with torch.inference_mode():
        found = network.eval()(pictures)
    for picture, objects in zip(pictures, found, strict=True):
        count = len(objects["boxes"])
        assert count > 0
        assert objects["masks"].shape == (count, 1, *picture.shape[1:])
        assert set(objects["labels"].tolist()) <= {1, 2}


def test_it_learns_from_boxes_masks_and_classes(network: Any) -> None:
    mask = torch.zeros(1, 64, 64, dtype=torch.uint8)
    mask[:, 8:40, 8:40] = 1
    target = {
        "boxes": torch.tensor([[8.0, 8.0, 40.0, 40.0]]),
        "labels": torch.tensor([2]),
        "masks": mask,
    }
    losses = network([torch.rand(3, 64, 64)], [target])
    torch.autograd.backward(sum(losses.values()))
    without = [name for name, value in network.named_parameters() if value.grad is None]
    assert without == []


def test_boxes_are_decoded_in_fp32_of_what_is_computed_in_halves(network: Any) -> None:
    decode_in_fp32(network.eval().to(torch.bfloat16))
    sure, offsets = network.rpn.head([torch.rand(1, 128, 4, 4, dtype=torch.bfloat16)])
    assert {each.dtype for each in (*sure, *offsets)} == {torch.float32}
    logits, moves = network.roi_heads.box_predictor(torch.rand(2, 512, dtype=torch.bfloat16))
    assert logits.dtype == moves.dtype == torch.float32


def test_anchors_are_shares_of_the_picture(network: Any) -> None:
    assert network.rpn.anchor_generator.sizes == ((8,), (16,), (32,), (48,), (64,))


@pytest.mark.parametrize("arch", [*SEGMENTERS, SLIM])
def test_a_segmenter_is_built_with_the_limits_asked_for(arch: str) -> None:
    with torch.device("meta"):
        network: Any = build_segmenter(
            arch,
            4,
            resolution=96,
            proposals=7,
            threshold=0.3,
            detections=5,
            regions=20,
            positives=0.4,
        )
    heads = network.roi_heads
    sampler = heads.fg_bg_sampler
    assert (sampler.batch_size_per_image, sampler.positive_fraction) == (20, 0.4)
    assert network.transform.min_size == (96,)
    assert network.rpn.post_nms_top_n() == 14
    assert network.eval().rpn.post_nms_top_n() == 7
    assert (heads.score_thresh, heads.detections_per_img) == (0.3, 5)
    assert heads.box_predictor.cls_score.out_features == 4
