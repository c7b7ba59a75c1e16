"""The names of torchvision's networks and weights, read in its source: an import takes seconds."""

import difflib
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

WHOLE = re.MULTILINE | re.DOTALL

# A function that torchvision has in its registry, by its own name.
REGISTERED = re.compile(r"^@register_model\(\).*?^def (\w+)", WHOLE)

# The enum of weights that such a function takes, and the members of an enum.
TAKEN = r"^def {}\(.*?weights: Optional\[(\w+)\]"
MEMBERS = r"^class {}\(WeightsEnum\):\n(.*?)^\S"
MEMBER = re.compile(r"^    (\w+) = ", re.MULTILINE)

# The networks that the sample can train: their head reads the mean of a map, cell by cell.
RESNETS = "resnet.py"


def _sources(*patterns: str) -> Iterator[str]:
    """The source of torchvision's modules of networks whose paths match one of `patterns`."""
    spec = find_spec("torchvision")
    for folder in (spec and spec.submodule_search_locations) or ():
        for pattern in patterns:
            for path in sorted(Path(folder, "models").glob(pattern)):
                yield path.read_text(encoding="utf-8")


@cache
def classification_names(file: str = "*.py") -> tuple[str, ...]:
    """The names of the image classification networks of torchvision, or of one `file` of it."""
    return tuple(sorted(name for text in _sources(file) for name in REGISTERED.findall(text)))


def weights_names(arch: str) -> list[str]:
    """The names of the official weights of a classifier or segmenter; none where it is unknown."""
    for text in _sources("*.py", "detection/mask_rcnn.py"):
        taken = re.search(TAKEN.format(re.escape(arch)), text, WHOLE)
        if taken:
            bodies = re.findall(MEMBERS.format(taken[1]), text, WHOLE)
            return [name for body in bodies for name in MEMBER.findall(body)]
    return []


def unknown(arch: str) -> str | None:
    """Why `arch` will not do as `prepare_weights.classifier_arch`; None where it will."""
    if arch in classification_names():
        return None
    near = difflib.get_close_matches(arch, classification_names(), 3)
    hint = f"did you mean {', '.join(near)}?" if near else "see torchvision.models.list_models()"
    return f"prepare_weights.classifier_arch is {arch!r}, no torchvision name: {hint}"


def unknown_weights(arch: str, name: str) -> str | None:
    """Why there are no official weights `name` of the network `arch`; None where there are.

    An empty name stands for the default ones; that of the enum may stand before one.
    """
    names = weights_names(arch)
    if not name or not names or name.rpartition(".")[2] in names:
        return None
    return f"there are no weights {name!r} of {arch}: choose from {', '.join(names)}"


def untrainable(arch: str) -> str | None:
    """Why the sample cannot train the classifier `arch`; None where it can."""
    if arch in classification_names(RESNETS):
        return None
    return (
        f"prepare_weights.classifier_arch is {arch}, but the sample can train ResNets only: set it"
        " to a resnet, or prepare_weights.source to torchvision or file"
    )
