"""The names of torchvision's classifiers, read in its source: to import it takes seconds."""

import difflib
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

# A function that torchvision has in its registry, by its own name.
REGISTERED = re.compile(r"^@register_model\(\).*?^def (\w+)", re.MULTILINE | re.DOTALL)

# Those that the sample can train: their head reads the mean of a map (see classifier/training.py).
RESNETS = "resnet.py"


@cache
def classification_names(file: str = "*.py") -> tuple[str, ...]:
    """The names of the image classification networks of torchvision, or of one `file` of it."""
    spec = find_spec("torchvision")
    folders = spec.submodule_search_locations if spec else None
    paths = [path for folder in folders or () for path in Path(folder, "models").glob(file)]
    found = (REGISTERED.findall(path.read_text(encoding="utf-8")) for path in paths)
    return tuple(sorted(name for names in found for name in names))


def unknown(arch: str) -> str | None:
    """Why `arch` will not do as `prepare_weights.classifier_arch`; None where it is a classifier."""
    if arch in classification_names():
        return None
    near = difflib.get_close_matches(arch, classification_names(), 3)
    hint = f"did you mean {', '.join(near)}?" if near else "see torchvision.models.list_models()"
    return f"prepare_weights.classifier_arch is {arch!r}, no torchvision name: {hint}"


def untrainable(arch: str) -> str | None:
    """Why the sample cannot train the classifier `arch`; None where it can."""
    if arch in classification_names(RESNETS):
        return None
    return (
        f"prepare_weights.classifier_arch is {arch}, but the sample can train ResNets only: set it"
        " to a resnet, or prepare_weights.source to torchvision or file"
    )
