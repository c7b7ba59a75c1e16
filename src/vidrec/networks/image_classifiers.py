"""torchvision's image classifiers by name, and where trunk ends and head begins."""

import re
from collections.abc import Mapping, Sequence

import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional

from vidrec.settings.torchvision_names import unknown
from vidrec.workflow.errors import UserError

# Of the channels of ImageNet's pictures, values 0..1: what torchvision's networks are fed.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

# DenseNet's official files are older than the names of its layers: norm.1 is norm1 today.
OLD_NAME = re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.([12])(?=\.)")


def check_classifier(arch: str) -> None:
    """Raise UserError unless `arch` is the name of one of torchvision's classifiers."""
    problem = unknown(arch)
    if problem:
        raise UserError(problem)


def build_classifier(arch: str, num_classes: int, size: int = 224) -> nn.Module:
    """The network `arch`, untrained, for pictures `size` pixels square; most read any size.

    Raises UserError for a name torchvision does not know.
    """
    check_classifier(arch)
    options: dict[str, int] = {}
    if arch in ("googlenet", "inception_v3"):
        options["init_weights"] = False
    elif arch.startswith("vit_"):
        options["image_size"] = size
    network: nn.Module = torchvision.models.get_model(
        arch, weights=None, num_classes=num_classes, **options
    )
    return network


def current_names(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """`tensors` with the names that the layers have today, as torchvision renames them itself."""
    return {OLD_NAME.sub(r"\1\2", name): value for name, value in tensors.items()}


def head_name(network: nn.Module) -> str:
    """The name of the last layer with weights of one score per class: the head.

    It is the last linear layer, or, in SqueezeNet, the last convolution. All before it is the
    trunk; the trunk's features are what the head reads.
    """
    layers: list[str] = [
        name for name, layer in network.named_modules() if isinstance(layer, nn.Linear | nn.Conv2d)
    ]
    return layers[-1]


def run_with_features(
    network: nn.Module, head: str, batch: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores (images, classes) and trunk features (images, width) of one batch, in one pass."""
    caught: list[torch.Tensor] = []

    def catch(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        caught.append(inputs[0])

    handle = network.get_submodule(head).register_forward_pre_hook(catch)
    try:
        scores = network(batch)
    finally:
        handle.remove()
    features = caught[0]
    return scores, features.mean((2, 3)) if features.ndim == 4 else features.flatten(1)


def prepare(
    pictures: torch.Tensor, size: int, mean: Sequence[float], std: Sequence[float]
) -> torch.Tensor:
    """Pictures (n, 3, height, width) of bytes as a classifier reads them: `size` pixels square,
    channel by channel less `mean` and over `std` (of values 0..1)."""
    batch = pictures.float() / 255
    if batch.shape[2:] != (size, size):
        batch = functional.interpolate(batch, size=(size, size), mode="bilinear", antialias=True)
    center, spread = (torch.tensor(v, device=batch.device).view(1, 3, 1, 1) for v in (mean, std))
    return ((batch - center) / spread).contiguous(memory_format=torch.channels_last)
