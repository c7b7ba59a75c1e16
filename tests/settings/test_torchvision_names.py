import pytest
import torchvision
from torchvision.models import get_model_builder, get_model_weights, resnet

from vidrec.settings.prepare_segmenter import SEGMENTERS
from vidrec.settings.torchvision_names import (
    classification_names,
    unknown,
    unknown_weights,
    untrainable,
    weights_names,
)


def test_the_names_are_those_that_torchvision_registers() -> None:
    assert list(classification_names()) == torchvision.models.list_models(module=torchvision.models)


def test_an_unknown_name_comes_with_those_like_it() -> None:
    assert unknown("convnext_tiny") is None
    assert unknown("resnet51") == (
        "prepare_weights.classifier_arch is 'resnet51', no torchvision name:"
        " did you mean resnet50, resnet18, resnet152?"
    )
    assert str(unknown("§")).endswith("see torchvision.models.list_models()")


def test_the_sample_trains_resnets() -> None:
    trainable = [name for name in classification_names() if untrainable(name) is None]
    assert "resnet50" in trainable
    assert {get_model_builder(name).__module__ for name in trainable} == {resnet.__name__}
    assert str(untrainable("mobilenet_v2")).startswith(
        "prepare_weights.classifier_arch is mobilenet_v2, but the sample can train ResNets only"
    )


@pytest.mark.parametrize("arch", [*classification_names(), *SEGMENTERS])
def test_the_names_of_weights_are_those_that_torchvision_has(arch: str) -> None:
    assert weights_names(arch) == list(get_model_weights(arch).__members__)


def test_unknown_weights_are_said_with_those_that_there_are() -> None:
    for name in ("", "DEFAULT", "IMAGENET1K_V2", "ResNet50_Weights.IMAGENET1K_V1"):
        assert unknown_weights("resnet50", name) is None
    assert unknown_weights("resnet50", "IMAGENET1K_V3") == (
        "there are no weights 'IMAGENET1K_V3' of resnet50:"
        " choose from IMAGENET1K_V1, IMAGENET1K_V2, DEFAULT"
    )
    assert unknown_weights("resnet51", "IMAGENET1K_V3") is None
