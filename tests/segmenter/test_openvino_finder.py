from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from vidrec.networks.image_classifiers import IMAGENET_MEAN, IMAGENET_STD
from vidrec.networks.mask_rcnn import SLIM, build_segmenter
from vidrec.networks.mask_rcnn_parts import convert_parts
from vidrec.networks.openvino_runtime import Converted
from vidrec.networks.weights import Card
from vidrec.segmenter.found import Found
from vidrec.segmenter.openvino_finder import OpenvinoFinder
from vidrec.segmenter.pixels import Size, padded
from vidrec.segmenter.torch_finder import TorchFinder
from vidrec.settings.segment_objects import SegmenterSettings

RESOLUTION, SIZE = 72, (72, 96)
CARD = Card(SLIM, ("", "a", "b", "c"), RESOLUTION, IMAGENET_MEAN, IMAGENET_STD, "", "")


def settings(threshold: float) -> SegmenterSettings:
    return SegmenterSettings(0, 20, threshold, 6, 1.0, "fp32", 1.0, 3)


@pytest.fixture(scope="module")
def network() -> nn.Module:
    """Random weights, with batch norm that keeps numbers small, and scores that differ."""
    torch.manual_seed(0)
    network = build_segmenter(
        SLIM, 4, resolution=RESOLUTION, proposals=20, threshold=0.2, detections=6
    )
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        network.get_submodule("backbone").train()(torch.randn(4, 3, *padded(SIZE)))
        network.get_parameter("roi_heads.box_predictor.cls_score.weight").mul_(2)
        network.get_parameter("roi_heads.mask_predictor.mask_fcn_logits.weight").mul_(3)
        network.get_parameter("roi_heads.mask_predictor.mask_fcn_logits.bias").fill_(1)
    return network.eval()


@pytest.fixture(scope="module")
def convert(network: nn.Module) -> Callable[[Size], dict[str, Converted]]:
    parts = convert_parts(network, SIZE, padded(SIZE))

    def converted(size: Size) -> dict[str, Converted]:
        assert size == SIZE
        return parts

    return converted


@pytest.fixture(scope="module")
def finder(convert: Callable[[Size], dict[str, Converted]]) -> OpenvinoFinder:
    return OpenvinoFinder(convert, CARD, settings(0.2), "fp32")


def picture(seed: int) -> NDArray[np.uint8]:
    colours = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return np.array(Image.fromarray(colours).resize((256, 192), Image.Resampling.BICUBIC))


def masks(found: Found) -> NDArray[np.bool_]:
    return np.stack(list(found.masks))


@pytest.mark.parametrize("seed", range(4))
def test_it_finds_what_torch_finds(network: nn.Module, finder: OpenvinoFinder, seed: int) -> None:
    expected = TorchFinder(network, "fp32").find(picture(seed))
    found = finder.find(picture(seed))
    assert len(found.labels) == 6
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-4)
    ours, theirs = masks(found), masks(expected)
    assert ours.shape == (6, 192, 256)
    assert ours.any(axis=(1, 2)).all()
    shared, either = (ours & theirs).sum(axis=(1, 2)), (ours | theirs).sum(axis=(1, 2))
    assert (shared > 0.99 * either).all()


def test_the_same_picture_gives_the_same_bytes(finder: OpenvinoFinder) -> None:
    first = [finder.find(picture(seed)) for seed in (0, 1)]
    again = [finder.find(picture(seed)) for seed in (1, 0)][::-1]
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.scores, other.scores)
        np.testing.assert_array_equal(masks(one), masks(other))


def test_of_a_picture_without_objects_no_mask_is_computed(
    convert: Callable[[Size], dict[str, Converted]],
) -> None:
    found = OpenvinoFinder(convert, CARD, settings(1.0), "fp32").find(picture(0))
    assert (len(found.labels), len(found.scores), list(found.masks)) == (0, 0, [])
