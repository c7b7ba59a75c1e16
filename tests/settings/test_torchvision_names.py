import torchvision
from torchvision.models import get_model_builder, resnet

from vidrec.settings.torchvision_names import classification_names, unknown, untrainable


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
