"""Stage prepare_segmenter: the object segmenter's weights, from wherever the params say."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from torch import Tensor, nn
from torchvision.models import detection

from vidrec.drawing.objects import LABELS
from vidrec.networks import weights
from vidrec.networks.architecture import advice
from vidrec.networks.class_names import names_for
from vidrec.networks.compute import make_deterministic
from vidrec.networks.image_classifiers import IMAGENET_MEAN, IMAGENET_STD
from vidrec.networks.mask_rcnn import SCORES, SLIM, build_segmenter
from vidrec.networks.official_weights import fetch, has_hash_of, pick
from vidrec.networks.precision import resolve
from vidrec.networks.weights import Card
from vidrec.segmenter.training import train
from vidrec.settings.prepare_segmenter import Params
from vidrec.workflow.absent import AbsentError
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of

# Class 0 of every segmenter of torchvision.
BACKGROUND = "__background__"

# The shorter side, in pixels, at which torchvision's segmenters were trained and measured.
OFFICIAL_RESOLUTION = 800

# The official weights of this one were trained with batch norm that added no eps to the variance
# (torchvision builds it so when it loads them, and only them; pytorch/vision#2933).
WITHOUT_EPS = "maskrcnn_resnet50_fpn"

OFFICIAL = {
    "maskrcnn_resnet50_fpn": detection.MaskRCNN_ResNet50_FPN_Weights,
    "maskrcnn_resnet50_fpn_v2": detection.MaskRCNN_ResNet50_FPN_V2_Weights,
}


def prepare(params: Params, trunk: Path, folder: Path) -> None:
    """Put the weights that `params` name into `folder`, with their card.

    `trunk` is the folder of the classifier; only the sample's training starts from it. Raises
    AbsentError where the params name none.
    """
    if params.source == "sample":
        train_on_sample(params, trunk, folder)
    elif params.source == "torchvision":
        url = pick(params.arch, params.weights).url
        take_in(params.arch, fetch(url), url, folder)
    elif not params.file:
        raise AbsentError(
            "there are no segmenter weights: prepare_weights.source is file and"
            " prepare_weights.segmenter_file is empty; name a state dict there"
        )
    else:
        take_in(params.arch, Path(params.file), params.file, folder)


def train_on_sample(params: Params, trunk: Path, folder: Path) -> None:
    """Train Mask R-CNN on rendered stills, from the trunk that the classifier has learnt."""
    tensors, classifier = weights.load(trunk)
    if classifier.arch != "resnet50":
        raise AbsentError(
            "the sample's segmenter starts from a resnet50, but prepare_weights.classifier_arch"
            f" is {classifier.arch}: leave that at resnet50, or choose another detector"
        )
    make_deterministic(params.seed, params.threads)
    precision = resolve(params.precision).precision
    network = train(tensors, replace(params, precision=precision))
    card = Card(
        arch=SLIM,
        labels=(BACKGROUND, *LABELS),
        input_size=params.resolution,
        mean=classifier.mean,
        std=classifier.std,
        origin="sample",
        origin_sha256=classifier.sha256,
        trained_in=precision,
    )
    weights.save(folder, network.state_dict(), card)


def take_in(arch: str, path: Path, origin: str, folder: Path) -> None:
    """Check a state dict against the segmenter `arch` and keep it.

    It may have any number of classes. Their names, one a line, without the background, come from
    `<path>.labels.txt`; 91 classes without that file are COCO's.
    """
    tensors, digest = weights.read_state_dict(path), sha256_of(path)
    if arch == WITHOUT_EPS and has_hash_of(digest, OFFICIAL[arch].DEFAULT.url):
        tensors = subtract_eps(tensors)
    network = _fitting_network(arch, tensors, path)
    known = tuple(OFFICIAL[arch].DEFAULT.meta["categories"][1:])
    count = weights.row_count(tensors, SCORES) - 1
    card = Card(
        arch=arch,
        labels=(BACKGROUND, *names_for(path, count, known, "classes beside the background")),
        input_size=OFFICIAL_RESOLUTION,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        origin=origin.rpartition("/")[2],
        origin_sha256=digest,
    )
    weights.save(folder, network.state_dict(), card)


def _fitting_network(arch: str, tensors: Mapping[str, Tensor], path: Path) -> nn.Module:
    """The segmenter `arch` with these tensors and as many classes as they have."""
    official = len(OFFICIAL[arch].DEFAULT.meta["categories"])
    network = build_segmenter(
        arch,
        weights.row_count(tensors, SCORES) or official,
        resolution=OFFICIAL_RESOLUTION,
        proposals=1000,
        threshold=0.05,
        detections=100,
    )
    try:
        weights.load_into(network, tensors, path.name)
    except UserError as misfit:
        raise UserError(f"{misfit}; {advice(tensors)}") from None
    return network


def subtract_eps(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """`tensors` for batch norm that adds its default eps, so that it computes as without one."""
    eps = nn.BatchNorm2d(1).eps
    return {
        name: value - eps if name.endswith("running_var") else value
        for name, value in tensors.items()
    }
