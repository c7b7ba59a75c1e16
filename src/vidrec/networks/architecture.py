"""Which of torchvision's networks a state dict is of, by the names and shapes of its tensors."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torchvision.models import get_model_weights

from vidrec.networks import weights
from vidrec.networks.image_classifiers import (
    build_classifier,
    current_names,
    head_name,
)
from vidrec.networks.mask_rcnn import SCORES, build_segmenter
from vidrec.settings.prepare_segmenter import SEGMENTERS
from vidrec.settings.torchvision_names import classification_names
from vidrec.workflow.errors import UserError

# Classes of the weights whose parameters torchvision has counted.
OFFICIAL_CLASSES = 1000

# Parameters that differ from torchvision's count, as a share of it: a second head (Inception), or
# buffers that a file does not tell from parameters.
TOLERANCE = 0.05

# Not among the parameters that torchvision counts: batch norm's buffers, and GoogLeNet's two
# further heads, which only training uses.
UNCOUNTED_ENDS = ("running_mean", "running_var", "num_batches_tracked")
UNCOUNTED_STARTS = ("aux1.", "aux2.")


def find_classifier(tensors: Mapping[str, Tensor]) -> str | None:
    """The registry name of the classification network whose names and shapes `tensors` have.

    The number of classes may be any; a network that depends on the size of its pictures is held
    against its default one. Of names that fit equally, the first in the alphabet is given; None
    where none fits. Only networks of about as many parameters are built: at most some seconds.
    """
    shapes = _shapes(current_names(tensors))
    return next((arch for arch in _near(shapes) if _is_classifier(arch, shapes)), None)


def find_segmenter(tensors: Mapping[str, Tensor]) -> str | None:
    """The name in `SEGMENTERS` whose names and shapes `tensors` have, with any number of classes.

    Of names that fit equally, the first in `SEGMENTERS` is given; None where none fits.
    """
    shapes = _shapes(tensors)
    count = weights.row_count(shapes, SCORES)
    if not count:
        return None
    return next((arch for arch in SEGMENTERS if _is_segmenter(arch, shapes, count)), None)


def advice(tensors: Mapping[str, Tensor]) -> str:
    """What to do with weights that do not fit the network that the params name."""
    classifier = find_classifier(tensors)
    if classifier:
        return f"the file is of {classifier}: set prepare_weights.classifier_arch to that"
    segmenter = find_segmenter(tensors)
    if segmenter:
        return (
            f"the file is of the segmenter {segmenter}: name it in prepare_weights.segmenter_file,"
            " and set prepare_weights.segmenter_arch to that"
        )
    return "the file is of none of torchvision's networks: name a state dict of one of them"


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """`tensors` without their values."""
    return {name: torch.empty_like(value, device="meta") for name, value in tensors.items()}


def _near(shapes: Mapping[str, Tensor]) -> list[str]:
    """The classifiers with about as many parameters, whichever tensor is the head, nearest first.

    Of those equally near, the first in the alphabet comes first.
    """
    size = sum(value.numel() for name, value in shapes.items() if _is_counted(name))
    heads = {tuple(value.shape[:2]) for value in shapes.values() if value.ndim in (2, 4)}
    sizes = [size + (OFFICIAL_CLASSES - rows) * (width + 1) for rows, width in heads]
    distances = {}
    for arch in sorted(classification_names()):
        official = get_model_weights(arch).DEFAULT.meta["num_params"]
        distances[arch] = min((abs(each / official - 1) for each in sizes), default=1.0)
    near = [arch for arch, distance in distances.items() if distance < TOLERANCE]
    return sorted(near, key=distances.__getitem__)


def _is_counted(name: str) -> bool:
    return not name.endswith(UNCOUNTED_ENDS) and not name.startswith(UNCOUNTED_STARTS)


def _is_classifier(arch: str, shapes: Mapping[str, Tensor]) -> bool:
    size = get_model_weights(arch).DEFAULT.transforms().crop_size[0]
    head = f"{head_name(without_values(build_classifier, arch, 1, size))}.weight"
    count = weights.row_count(shapes, head)
    return count > 0 and _fits(without_values(build_classifier, arch, count, size), shapes)


def _is_segmenter(arch: str, shapes: Mapping[str, Tensor], count: int) -> bool:
    limits = {"resolution": 800, "proposals": 1, "threshold": 0.5, "detections": 1}
    return _fits(without_values(build_segmenter, arch, count, **limits), shapes)


def _fits(network: nn.Module, shapes: Mapping[str, Tensor]) -> bool:
    try:
        # What torch itself adds to a state dict must not have values either.
        with torch.device("meta"):
            weights.load_into(network, shapes, "it")
    except UserError:
        return False
    return True


class _EmptyOnMeta(TorchFunctionMode):
    """Gives parameters no memory, and no values to draw.

    `torch.device("meta")` would do so to every tensor, but RegNets compute their widths with some.
    """

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        if func is torch.empty:
            kwargs["device"] = "meta"
        return func(*args, **kwargs)


def without_values(build: Callable[..., nn.Module], *args: Any, **kwargs: Any) -> nn.Module:
    """The network that `build` makes, its tensors with shapes only."""
    with _EmptyOnMeta():
        network = build(*args, **kwargs)
    return network.to("meta")
