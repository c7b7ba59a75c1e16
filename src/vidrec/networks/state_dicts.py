"""State dicts as trainers save them: what a file is, wrapper dictionaries, prefixes of names."""

import argparse
import codecs
import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

import torch
from torch import Tensor

from vidrec.workflow.errors import UserError

# The keys under which trainers keep a network beside other things. Where a file has several state
# dicts, the first of these that it has is taken: the network itself before its running average.
WRAPPERS = ("state_dict", "model_state_dict", "model", "network", "net", "model_ema", "ema")

# What wrappers of a network put before all its names: DataParallel, torch.compile, Lightning.
PREFIXES = ("module.", "_orig_mod.", "model.")

# Torch's running average counts its steps beside the network that it averages.
COUNTER = "n_averaged"

# Bytes from the start of a file that tell text from weights.
HEAD_BYTES = 4096
# Names that an error shows of a list of them.
SHOWN = 3


def unlike_weights(path: Path) -> str:
    """What the file at `path` is, and what to do, where it is plainly not weights; else empty."""
    if path.is_dir():
        return "is a directory: name the file of weights in it"
    if not path.is_file():
        return "is missing: name an existing file of weights"
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        return "is an empty file: download or copy it again"
    text = _as_text(head).lstrip().lower()
    if text.startswith("version https://git-lfs"):
        return "is a pointer of git-lfs, not the file itself: run `git lfs pull` in its repository"
    if text.startswith(("<!doctype html", "<html")):
        return "is an HTML page, not weights: download the file itself, not the page about it"
    if text:
        return "is a text file, not weights: name a file made by torch.save(model.state_dict(), …)"
    return ""


def _as_text(head: bytes) -> str:
    """`head` as text, which may end within a letter; empty where it is not text."""
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return ""
    return text if all(each.isprintable() or each.isspace() for each in text) else ""


def load_plain(path: Path) -> Any:
    """What `torch.save` wrote to `path`, without running code from it: torch raises for such.

    The arguments that torchvision's own trainer saves beside the weights are plain values.
    """
    with warnings.catch_warnings(), torch.serialization.safe_globals([argparse.Namespace]):
        warnings.simplefilter("ignore")
        return torch.load(path, map_location="cpu", weights_only=True)


def why_refused(error: Exception) -> str:
    """Why torch did not load a file, in a few words: its own message is a page long."""
    text = str(error)
    code = re.search(r"GLOBAL (\S+)", text)
    if code:
        return f"it holds code, {code.group(1)}: a whole model, or what a trainer keeps beside it"
    return text.split("\n", 1)[0].split(". ")[0] or type(error).__name__


def unwrap(content: object, name: str) -> dict[str, Tensor]:
    """The state dict in what a trainer saved, its names without the prefixes that all have.

    Raises UserError, which calls the file `name`, where there is none, or no telling which.
    """
    if is_state_dict(content):
        return without_prefixes(content)
    parts = {str(key): value for key, value in content.items()} if isinstance(content, dict) else {}
    found = [key for key, value in parts.items() if is_state_dict(value)]
    if not found:
        among = f" (but {some(list(parts))})" if parts else ""
        raise UserError(
            f"{name} holds no state dict of tensors{among}: save model.state_dict() instead"
        )
    wanted = found if len(found) == 1 else [key for key in WRAPPERS if key in found]
    if not wanted:
        raise UserError(
            f"{name} holds {len(found)} state dicts ({some(found)}): save the one wanted by itself"
        )
    return without_prefixes(parts[wanted[0]])


def is_state_dict(content: object) -> TypeGuard[dict[str, Tensor]]:
    """Whether `content` is a dictionary of tensors by name, and not empty."""
    return (
        isinstance(content, dict)
        and bool(content)
        and all(isinstance(k, str) and isinstance(v, Tensor) for k, v in content.items())
    )


def without_prefixes(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """`tensors` without what wrappers of the network put before every name."""
    kept = {name: value for name, value in tensors.items() if name != COUNTER}
    for prefix in PREFIXES:
        if kept and all(name.startswith(prefix) for name in kept):
            return without_prefixes({name.removeprefix(prefix): kept[name] for name in kept})
    return kept


def some(names: Sequence[str]) -> str:
    """The first few of `names` as text, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
