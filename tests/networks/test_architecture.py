from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torchvision.models import get_model_weights

from vidrec.networks import weights
from vidrec.networks.architecture import (
    advice,
    find_classifier,
    find_segmenter,
    without_values,
)
from vidrec.networks.image_classifiers import build_classifier, head_name
from vidrec.networks.mask_rcnn import SLIM, build_segmenter
from vidrec.settings.prepare_segmenter import SEGMENTERS
from vidrec.settings.torchvision_names import classification_names


def official(arch: str) -> Any:
    return get_model_weights(arch).DEFAULT


def classifier(arch: str, classes: int = 7) -> dict[str, Tensor]:
    """A state dict of a network, without values."""
    size = official(arch).transforms().crop_size[0]
    return without_values(build_classifier, arch, classes, size).state_dict()


def segmenter(arch: str, classes: int) -> dict[str, Tensor]:
    limits = {"resolution": 64, "proposals": 1, "threshold": 0.5, "detections": 1}
    return without_values(build_segmenter, arch, classes, **limits).state_dict()


@pytest.mark.parametrize(
    "arch",
    [name for name in classification_names() if official(name).meta["num_params"] < 30e6],
)
def test_a_network_is_found_by_its_tensors(arch: str) -> None:
    assert find_classifier(classifier(arch)) == arch


@pytest.mark.parametrize("classes", [1, 1000, 12345])
@pytest.mark.parametrize("arch", ["resnet50", "vgg11", "squeezenet1_0"])
def test_a_network_is_found_with_any_number_of_classes(arch: str, classes: int) -> None:
    assert find_classifier(classifier(arch, classes)) == arch


def test_the_real_weights_are_found(real_data: Path) -> None:
    tensors = weights.read_state_dict(real_data / "weights" / "mobilenet_v2.pth")
    assert find_classifier(tensors) == "mobilenet_v2"
    assert find_segmenter(tensors) is None


def test_the_order_of_the_tensors_does_not_matter() -> None:
    tensors = classifier("resnet18")
    assert find_classifier({name: tensors[name] for name in sorted(tensors)}) == "resnet18"


def test_files_with_old_names_or_without_counters_are_found() -> None:
    dense = classifier("densenet121")
    old = {name.replace("norm1.", "norm.1."): value for name, value in dense.items()}
    assert old.keys() != dense.keys()
    assert find_classifier(old) == "densenet121"
    uncounted = {
        name: value
        for name, value in classifier("vgg11_bn").items()
        if not name.endswith("num_batches_tracked")
    }
    assert find_classifier(uncounted) == "vgg11_bn"


def test_what_is_of_no_network_is_not_found() -> None:
    tensors = classifier("resnet18")
    others: list[dict[str, Tensor]] = [
        {},
        {"weight": torch.ones(2, 3)},
        {f"trunk.{name}": value for name, value in tensors.items()},
        {name: value for name, value in tensors.items() if name != "layer1.0.conv1.weight"},
        {**tensors, "conv1.weight": torch.empty(64, 1, 7, 7)},
        {**tensors, "fc.weight": torch.ones(())},
        segmenter("maskrcnn_resnet50_fpn", 3),
    ]
    assert [find_classifier(each) for each in others] == [None] * len(others)


@pytest.mark.parametrize("classes", [2, 91])
@pytest.mark.parametrize("arch", SEGMENTERS)
def test_a_segmenter_is_found_by_its_tensors(arch: str, classes: int) -> None:
    assert find_segmenter(segmenter(arch, classes)) == arch


def test_the_official_segmenters_old_names_are_found() -> None:
    pyramid = "backbone.fpn.inner_blocks.0"
    tensors = segmenter("maskrcnn_resnet50_fpn", 91)
    old = {name.replace(f"{pyramid}.0.", f"{pyramid}."): value for name, value in tensors.items()}
    assert f"{pyramid}.weight" in old
    assert find_segmenter(old) == "maskrcnn_resnet50_fpn"


def test_another_segmenter_is_not_found() -> None:
    assert find_segmenter(segmenter(SLIM, 3)) is None
    assert find_segmenter(classifier("resnet50")) is None


def test_a_misfit_is_told_what_it_is() -> None:
    assert advice(classifier("resnet18")) == (
        "the file is of resnet18: set prepare_weights.classifier_arch to that"
    )
    assert "is of the segmenter maskrcnn_resnet50_fpn_v2: name it in prepare_weights.seg" in advice(
        segmenter("maskrcnn_resnet50_fpn_v2", 3)
    )
    assert "is of none of torchvision's networks" in advice({"weight": torch.ones(2, 3)})


def test_a_networkwithout_values_takes_no_memory() -> None:
    network = without_values(build_classifier, "regnet_y_128gf", 7)
    assert {value.device.type for value in network.state_dict().values()} == {"meta"}
    assert network.get_submodule(head_name(network)).get_parameter("weight").shape == (7, 7392)
