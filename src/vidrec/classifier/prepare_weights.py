"""Stage prepare_weights: the frame classifier's weights, from wherever the params say."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from vidrec.classifier.training import train
from vidrec.drawing.objects import LABELS
from vidrec.networks import weights
from vidrec.networks.architecture import OFFICIAL_CLASSES, advice
from vidrec.networks.class_names import names_for, unique_names
from vidrec.networks.compute import make_deterministic
from vidrec.networks.image_classifiers import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    build_classifier,
    current_names,
    head_name,
)
from vidrec.networks.official_weights import classifier_weights, fetch
from vidrec.networks.precision import resolve
from vidrec.networks.weights import Card
from vidrec.settings.prepare_weights import Params
from vidrec.settings.torchvision_names import untrainable
from vidrec.workflow.absent import AbsentError
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of

FROM_TENSORFLOW = ("googlenet", "inception_v3")
# Mean and deviation for these networks, whose weights were trained in TensorFlow on values -1..1.
# torchvision converts within the network, if it builds it with weights; here the card does.
HALF = (0.5, 0.5, 0.5)


def prepare(params: Params, folder: Path) -> None:
    """Put the weights that `params` name into `folder`, with their card.

    Raises AbsentError where they name none.
    """
    if params.source == "sample":
        train_on_sample(params, folder)
    elif params.source == "torchvision":
        official = classifier_weights(params.classifier_arch, params.classifier_weights)
        take_in(params.classifier_arch, fetch(official.url), official, folder)
    elif not params.classifier_file:
        raise AbsentError(
            "there are no classifier weights: prepare_weights.source is file and"
            " prepare_weights.classifier_file is empty; name a state dict there"
        )
    else:
        usual = classifier_weights(params.classifier_arch, "")
        take_in(params.classifier_arch, Path(params.classifier_file), usual, folder)


def train_on_sample(params: Params, folder: Path) -> None:
    """Train the network, a ResNet, from scratch on rendered stills."""
    make_deterministic(params.seed, params.threads)
    network = build_classifier(params.classifier_arch, len(LABELS))
    problem = untrainable(params.classifier_arch)
    if problem:
        raise UserError(problem)
    precision = resolve(params.precision).precision
    train(network, replace(params, precision=precision))
    card = Card(
        arch=params.classifier_arch,
        labels=LABELS,
        input_size=params.input_size,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        origin="sample",
        origin_sha256="",
        trained_in=precision,
    )
    weights.save(folder, network.state_dict(), card)


def take_in(arch: str, path: Path, official: Any, folder: Path) -> None:
    """Check a state dict against the network `arch` and keep it with its card.

    It reads pictures as the weights `official` of that network do, and has their class names
    unless it comes with its own, in `<path>.labels.txt`.
    """
    preset = official.transforms()
    size = preset.crop_size[0]
    tensors = current_names(weights.read_state_dict(path))
    network = _fitting_network(arch, tensors, size, path)
    known = unique_names(tuple(official.meta["categories"]))
    count = weights.row_count(tensors, f"{head_name(network)}.weight")
    from_tensorflow = arch in FROM_TENSORFLOW
    card = Card(
        arch=arch,
        labels=names_for(path, count, known),
        input_size=size,
        mean=HALF if from_tensorflow else tuple(preset.mean),
        std=HALF if from_tensorflow else tuple(preset.std),
        origin=path.name,
        origin_sha256=sha256_of(path),
    )
    weights.save(folder, network.state_dict(), card)


def _fitting_network(arch: str, tensors: dict[str, Tensor], size: int, path: Path) -> nn.Module:
    """The network `arch` with these tensors and as many classes as they have."""
    network = build_classifier(arch, OFFICIAL_CLASSES, size)
    count = weights.row_count(tensors, f"{head_name(network)}.weight")
    if count not in (0, OFFICIAL_CLASSES):
        network = build_classifier(arch, count, size)
    try:
        weights.load_into(network, tensors, path.name)
    except UserError as misfit:
        raise UserError(f"{misfit}; {advice(tensors)}") from None
    return network
