"""Weights on disk: tensors as safetensors, and a card that says what they are.

A folder of weights holds `weights.safetensors` and `card.json`. The card records the SHA-256 of
the tensors' file; every load checks it. Weights from outside (PyTorch's `.pth`) are read once, with
`weights_only=True`, and kept in this form.
"""

import dataclasses
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from vidrec.workflow.errors import UserError
from vidrec.workflow.files import atomic_directory, read_json, sha256_of, write_json

TENSORS, CARD = "weights.safetensors", "card.json"


@dataclass(frozen=True)
class Card:
    """What a network's weights are, and how pictures are prepared for them."""

    arch: str
    labels: tuple[str, ...]
    # Pixels per side of the square picture the network reads; 0: as large as the frame.
    input_size: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    # Where the weights come from: `sample`, or the name of the official or local file.
    origin: str
    origin_sha256: str
    # Of the tensors' file, filled in by `save`.
    sha256: str = ""


def save(folder: Path, tensors: Mapping[str, Tensor], card: Card) -> None:
    """Write weights and card to `folder`, whole or not at all."""
    with atomic_directory(folder) as temporary:
        contiguous = {name: value.contiguous() for name, value in tensors.items()}
        save_file(contiguous, temporary / TENSORS)
        (temporary / TENSORS).chmod(0o644)
        card = dataclasses.replace(card, sha256=sha256_of(temporary / TENSORS))
        write_json(temporary / CARD, dataclasses.asdict(card))


def save_absent(folder: Path, reason: str) -> None:
    """Record in `folder` that there are no such weights, and why: whoever needs them says so."""
    with atomic_directory(folder) as temporary:
        write_json(temporary / CARD, {"absent": reason})


def are_in(folder: Path) -> bool:
    """Whether there are weights in `folder`."""
    return (folder / TENSORS).is_file()


def read_card(folder: Path) -> Card:
    """The card in `folder`. Raises UserError where there are no weights."""
    content = read_json(folder / CARD)
    if isinstance(content, dict) and "absent" in content:
        raise UserError(str(content["absent"]))
    try:
        lists = {key: tuple(content[key]) for key in ("labels", "mean", "std")}
        card = Card(**{**content, **lists})
        _check_types(card)
        return card
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{folder / CARD} is not a card of weights ({error}): make it again"
        ) from None


def _check_types(card: Card) -> None:
    """Raise ValueError for a field that no network could be made from."""
    texts = (card.arch, card.origin, card.origin_sha256, card.sha256, *card.labels)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("a name or a digest is not text")
    if type(card.input_size) is not int or card.input_size < 0:
        raise ValueError(f"input_size is {card.input_size!r}")
    for numbers in (card.mean, card.std):
        if len(numbers) != 3 or not all(type(each) in (int, float) for each in numbers):
            raise ValueError("mean and std must be three numbers each")


def load(folder: Path) -> tuple[dict[str, Tensor], Card]:
    """The tensors and the card in `folder`.

    Raises UserError where they are absent or the tensors are not those that the card names.
    """
    card = read_card(folder)
    path = folder / TENSORS
    if not path.is_file():
        raise UserError(f"{path} is missing: run `dvc repro` to make it, or `dvc pull`")
    if sha256_of(path) != card.sha256:
        raise UserError(
            f"{path} is not the file that its card names (SHA-256 {card.sha256[:12]}…):"
            " it was changed or cut short; run `dvc checkout --force`, or make it again"
        )
    try:
        return load_file(path), card
    except SafetensorError as error:
        raise UserError(f"{path} is not a safetensors file ({error}): make it again") from None


def read_state_dict(path: Path) -> dict[str, Tensor]:
    """The state dict in a local `.pth` or `.safetensors` file. Never runs code from the file."""
    if not path.is_file():
        raise UserError(f"{path} is missing: name an existing file of weights")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # fed with a broken file, torch.load raises almost anything
        reason = str(error).split("\n", 1)[0].split(". ")[0] or type(error).__name__
        raise UserError(
            f"{path} is not a plain state dict ({reason}): save one with"
            " torch.save(model.state_dict(), path)"
        ) from None
    if not isinstance(content, dict) or not all(isinstance(v, Tensor) for v in content.values()):
        raise UserError(f"{path} holds no state dict of tensors: save model.state_dict() instead")
    return content


def load_into(network: nn.Module, tensors: Mapping[str, Tensor], name: str) -> None:
    """Put `tensors` into `network`; raises UserError, naming `name`, if they do not fit."""
    try:
        network.load_state_dict(dict(tensors), strict=True)
    except RuntimeError as error:
        first = str(error).replace("\n", " ").split(":", 1)[-1].strip()[:160]
        raise UserError(f"{name} does not fit {type(network).__name__}: {first}") from None
