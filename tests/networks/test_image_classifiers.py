import pytest
import torch
from torch import nn
from torchvision.transforms.v2 import functional as transforms

from vidrec.networks.image_classifiers import (
    build_classifier,
    head_name,
    prepare,
    run_with_features,
)
from vidrec.settings.torchvision_names import classification_names
from vidrec.workflow.errors import UserError

# One network of each family.
HEADS = {
    "alexnet": "classifier.6",
    "convnext_tiny": "classifier.2",
    "densenet121": "classifier",
    "efficientnet_b0": "classifier.1",
    "efficientnet_v2_s": "classifier.1",
    "googlenet": "fc",
    "inception_v3": "fc",
    "maxvit_t": "classifier.5",
    "mnasnet0_5": "classifier.1",
    "mobilenet_v2": "classifier.1",
    "mobilenet_v3_small": "classifier.3",
    "regnet_y_400mf": "fc",
    "resnet18": "fc",
    "resnext50_32x4d": "fc",
    "shufflenet_v2_x0_5": "fc",
    "squeezenet1_1": "classifier.1",
    "swin_t": "head",
    "swin_v2_t": "head",
    "vgg11": "classifier.6",
    "vit_b_16": "heads.head",
    "wide_resnet50_2": "fc",
}


def test_every_family_is_among_them() -> None:
    families = {name.partition("_")[0].rstrip("0123456789") for name in HEADS}
    known = {name.partition("_")[0].rstrip("0123456789") for name in classification_names()}
    assert {name for name in known if name not in families and "resnet" not in name} == set()


@pytest.mark.parametrize(("arch", "head"), HEADS.items())
def test_the_head_is_the_layer_with_one_score_per_class(arch: str, head: str) -> None:
    # Regnets compute their widths with tensors, which a device without data cannot do.
    with torch.device("cpu" if arch.startswith("regnet") else "meta"):
        network = build_classifier(arch, 7)
    assert head_name(network) == head
    layer = network.get_submodule(head)
    assert len(layer.get_parameter("weight")) == 7


def run(arch: str, size: int) -> tuple[torch.Tensor, torch.Tensor, nn.Module]:
    torch.manual_seed(0)
    network = build_classifier(arch, 5).eval()
    head = head_name(network)
    with torch.no_grad():
        scores, features = run_with_features(network, head, torch.randn(2, 3, size, size))
    return scores, features, network.get_submodule(head)


@pytest.mark.parametrize(
    ("arch", "size"),
    [
        ("densenet121", 32),
        ("efficientnet_b0", 32),
        ("mobilenet_v2", 32),
        ("mobilenet_v3_small", 32),
        ("resnet18", 32),
        ("shufflenet_v2_x0_5", 32),
    ],
)
def test_features_through_a_linear_head_are_the_scores(arch: str, size: int) -> None:
    scores, features, head = run(arch, size)
    assert isinstance(head, nn.Linear)
    assert features.shape == (2, head.in_features)
    torch.testing.assert_close(features @ head.weight.data.T + head.bias.data, scores)
    assert not torch.equal(scores[0], scores[1])


def test_the_features_of_a_convolutional_head_are_one_row_per_image() -> None:
    scores, features, head = run("squeezenet1_1", 64)
    assert isinstance(head, nn.Conv2d)
    assert scores.shape == (2, 5)
    assert features.shape == (2, head.in_channels)


def test_the_network_is_left_as_it_was() -> None:
    network = build_classifier("shufflenet_v2_x0_5", 2).eval()
    run_with_features(network, "fc", torch.zeros(1, 3, 32, 32))
    assert not network.get_submodule("fc")._forward_pre_hooks


@pytest.mark.parametrize(
    ("arch", "said"),
    [
        ("resnet51", "did you mean .*resnet50"),
        ("maskrcnn_resnet50_fpn", "no torchvision name"),
        ("§", "see torchvision.models.list_models"),
    ],
)
def test_an_unknown_name_is_refused_with_those_like_it(arch: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        build_classifier(arch, 3)


def test_pictures_are_prepared_as_torchvision_prepares_them() -> None:
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    pictures = torch.randint(0, 256, (2, 3, 64, 48), dtype=torch.uint8)
    small = transforms.resize(pictures.float() / 255, [32, 32], antialias=True)
    torch.testing.assert_close(
        prepare(pictures, 32, mean, std), transforms.normalize(small, list(mean), list(std))
    )


def test_pictures_of_the_right_size_are_not_resampled() -> None:
    pictures = torch.randint(0, 256, (1, 3, 32, 32), dtype=torch.uint8)
    prepared = prepare(pictures, 32, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    torch.testing.assert_close((prepared * 0.5 + 0.5) * 255, pictures.float())


def test_a_vision_transformer_is_built_for_its_size_of_pictures() -> None:
    with torch.device("meta"):
        sizes = [build_classifier("vit_b_16", 2, *size) for size in ((), (224,), (384,))]
    patches = [network.get_parameter("encoder.pos_embedding").shape[1] for network in sizes]
    assert patches == [14 * 14 + 1, 14 * 14 + 1, 24 * 24 + 1]
