"""Stage prepare_weights: the frame classifier's weights, from wherever the params say."""

from pathlib import Path
from typing import Any

from torch import Tensor, nn

from vidrec.classifier.training import train
from vidrec.drawing.objects import LABELS
from vidrec.networks import weights
from vidrec.networks.compute import make_deterministic
from vidrec.networks.image_classifiers import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    build_classifier,
    head_name,
)
from vidrec.networks.official_weights import classifier_weights, fetch
from vidrec.networks.weights import Card
from vidrec.settings.prepare_weights import Params
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of

FROM_TENSORFLOW = ("googlenet", "inception_v3")
# Mean and deviation for these networks, whose weights were trained in TensorFlow on values -1..1.
# torchvision converts within the network, if it builds it with weights; here the card does.
HALF = (0.5, 0.5, 0.5)


def prepare(params: Params, folder: Path) -> None:
    """Put the weights that `params` name into `folder`, with their card."""
    if params.source == "sample":
        train_on_sample(params, folder)
    elif params.source == "torchvision":
        official = classifier_weights(params.classifier_arch, params.classifier_weights)
        take_in(params.classifier_arch, fetch(official.url), official, folder)
    elif not params.classifier_file:
        weights.save_absent(
            folder,
            "there are no classifier weights: prepare_weights.source is file and"
            " prepare_weights.classifier_file is empty; name a state dict there",
        )
    else:
        usual = classifier_weights(params.classifier_arch, "")
        take_in(params.classifier_arch, Path(params.classifier_file), usual, folder)


def train_on_sample(params: Params, folder: Path) -> None:
    """Train the network from scratch on rendered stills."""
    make_deterministic(params.seed, params.threads)
    network = build_classifier(params.classifier_arch, len(LABELS))
    train(network, params)
    card = Card(
        arch=params.classifier_arch,
        labels=LABELS,
        input_size=params.input_size,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        origin="sample",
        origin_sha256="",
    )
    weights.save(folder, network.state_dict(), card)


def take_in(arch: str, path: Path, official: Any, folder: Path) -> None:
    """Check a state dict against the network `arch` and keep it with its card.

    It reads pictures as the weights `official` of that network do, and has their class names
    unless it comes with its own.
    """
    preset = official.transforms()
    size = preset.crop_size[0]
    tensors = weights.read_state_dict(path)
    network = build_classifier(arch, 1000, size)
    count = _class_count(network, tensors, path)
    if count != 1000:
        network = build_classifier(arch, count, size)
    weights.load_into(network, tensors, path.name)
    from_tensorflow = arch in FROM_TENSORFLOW
    card = Card(
        arch=arch,
        labels=labels_for(path, count, tuple(official.meta["categories"])),
        input_size=size,
        mean=HALF if from_tensorflow else tuple(preset.mean),
        std=HALF if from_tensorflow else tuple(preset.std),
        origin=path.name,
        origin_sha256=sha256_of(path),
    )
    weights.save(folder, network.state_dict(), card)


def _class_count(network: nn.Module, tensors: dict[str, Tensor], path: Path) -> int:
    name = f"{head_name(network)}.weight"
    if name not in tensors:
        raise UserError(
            f"{path.name} has no {name}, so it is not of {type(network).__name__}:"
            " check prepare_weights.classifier_arch"
        )
    return len(tensors[name])


def labels_for(path: Path, count: int, known: tuple[str, ...]) -> tuple[str, ...]:
    """The names of `count` classes: those in `<path>.labels.txt`, one a line, else `known`."""
    beside = path.with_name(path.name + ".labels.txt")
    labels = known
    if beside.is_file():
        try:
            labels = tuple(beside.read_text(encoding="utf-8").splitlines())
        except UnicodeDecodeError:
            raise UserError(f"{beside} is not UTF-8 text: save it as that") from None
    if len(labels) != count:
        raise UserError(
            f"{path.name} has {count} classes, but {len(labels)} names are known for them:"
            f" put {count} names, one a line, into {beside}"
        )
    return unique_labels(labels)


def unique_labels(labels: tuple[str, ...]) -> tuple[str, ...]:
    """`labels` with a number after a repeated name: ImageNet's own list has two cranes."""
    taken = set(labels)
    seen: set[str] = set()
    unique = []
    for label in labels:
        name, number = label, 1
        while name in seen or (number > 1 and name in taken):
            number += 1
            name = f"{label} ({number})"
        seen.add(name)
        unique.append(name)
    return tuple(unique)
