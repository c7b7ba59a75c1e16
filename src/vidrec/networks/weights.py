"""Weights on disk: tensors as safetensors, and a card that says what they are.

A folder of weights holds `weights.safetensors` and `card.json`. The card records the SHA-256 of
the tensors' file; every load checks it. Weights from outside (PyTorch's `.pth`) are read once,
without running code from them, and kept in this form. torch, which takes seconds to load, is not
needed for the card.
"""

import dataclasses
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidrec.workflow.absent import check_there
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import atomic_directory, read_json, sha256_of, write_json

if TYPE_CHECKING:
    from torch import Tensor, nn

TENSORS, CARD = "weights.safetensors", "card.json"

# Batch norm's counter of steps: files older than it lack it, and torch does without.
UNNEEDED = "num_batches_tracked"


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
    # The precision of the training, fp32 or bf16; empty: they came trained.
    trained_in: str = ""
    # Of the tensors' file, filled in by `save`.
    sha256: str = ""


def save(folder: Path, tensors: Mapping[str, "Tensor"], card: Card) -> None:
    """Write weights and card to `folder`, whole or not at all."""
    from safetensors.torch import save_file

    with atomic_directory(folder) as temporary:
        contiguous = {name: value.contiguous() for name, value in tensors.items()}
        save_file(contiguous, temporary / TENSORS)
        (temporary / TENSORS).chmod(0o644)
        card = dataclasses.replace(card, sha256=sha256_of(temporary / TENSORS))
        write_json(temporary / CARD, dataclasses.asdict(card))


def are_in(folder: Path) -> bool:
    """Whether there are weights in `folder`."""
    return (folder / TENSORS).is_file()


def read_card(folder: Path) -> Card:
    """The card in `folder`. Raises UserError where there are no weights, AbsentError where that is
    on purpose."""
    check_there(folder)
    content = read_json(folder / CARD)
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
    texts = (card.arch, card.origin, card.origin_sha256, card.trained_in, card.sha256, *card.labels)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("a name or a digest is not text")
    if type(card.input_size) is not int or card.input_size < 0:
        raise ValueError(f"input_size is {card.input_size!r}")
    for numbers in (card.mean, card.std):
        if len(numbers) != 3 or not all(type(each) in (int, float) for each in numbers):
            raise ValueError("mean and std must be three numbers each")


def load(folder: Path) -> tuple[dict[str, "Tensor"], Card]:
    """The tensors and the card in `folder`.

    Raises UserError where they are absent or the tensors are not those that the card names.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    card, path = read_checked_card(folder), folder / TENSORS
    try:
        return load_file(path), card
    except SafetensorError as error:
        raise UserError(f"{path} is not a safetensors file ({error}): make it again") from None


def read_checked_card(folder: Path) -> Card:
    """The card in `folder`. Raises UserError also where the tensors are not those that it names."""
    card, path = read_card(folder), _tensors_in(folder)
    if sha256_of(path) != card.sha256:
        raise UserError(
            f"{path} is not the file that its card names (SHA-256 {card.sha256[:12]}…):"
            " it was changed or cut short; run `dvc checkout --force`, or make it again"
        )
    return card


def size_of(folder: Path) -> int:
    """Bytes of the tensors in `folder`. Raises UserError where they are absent."""
    return _tensors_in(folder).stat().st_size


def _tensors_in(folder: Path) -> Path:
    path = folder / TENSORS
    if not path.is_file():
        raise UserError(f"{path} is missing: run `dvc repro` to make it, or `dvc pull`")
    return path


def read_state_dict(path: Path) -> dict[str, "Tensor"]:
    """The state dict in a local `.pth` or `.safetensors` file, as `state_dicts.unwrap` finds it.

    Never runs code from the file. Raises UserError, which names what the file is instead.
    """
    from safetensors.torch import load_file

    from vidrec.networks import state_dicts

    unlike = state_dicts.unlike_weights(path)
    if unlike:
        raise UserError(f"{path} {unlike}")
    try:
        safe = path.suffix == ".safetensors"
        content = load_file(path) if safe else state_dicts.load_plain(path)
    except Exception as error:  # fed with a broken file, torch.load raises almost anything
        raise UserError(
            f"{path} is not a plain state dict ({state_dicts.why_refused(error)}): save one with"
            " torch.save(model.state_dict(), path)"
        ) from None
    return state_dicts.unwrap(content, str(path))


def row_count(tensors: Mapping[str, "Tensor"], name: str) -> int:
    """How many rows the tensor `name` has; 0 where there is none."""
    value = tensors.get(name)
    return len(value) if value is not None and value.ndim else 0


def load_into(network: "nn.Module", tensors: Mapping[str, "Tensor"], name: str) -> None:
    """Put `tensors` into `network`; raises UserError, naming `name`, if they do not fit."""
    state: Any = OrderedDict(tensors)
    # MNASNet refuses a state dict that does not say which version of the network it is of.
    state._metadata = {"": {"version": network._version}}
    try:
        network.load_state_dict(state, strict=True)
    except RuntimeError:
        found = differences(network, tensors)
        raise UserError(f"{name} does not fit {type(network).__name__}: {found}") from None


def differences(network: "nn.Module", tensors: Mapping[str, "Tensor"]) -> str:
    """The first names that `tensors` lack, have beyond those of `network`, or in another shape."""
    from vidrec.networks.state_dicts import some

    own = {
        name: value for name, value in network.state_dict().items() if not name.endswith(UNNEEDED)
    }
    groups = {
        "missing": [f"{name} {_shape(own[name])}" for name in own if name not in tensors],
        "unexpected": [
            f"{name} {_shape(value)}"
            for name, value in tensors.items()
            if name not in own and not name.endswith(UNNEEDED)
        ],
        "of another shape": [
            f"{name} {_shape(tensors[name])} instead of {_shape(value)}"
            for name, value in own.items()
            if name in tensors and tensors[name].shape != value.shape
        ],
    }
    return "; ".join(f"{kind} {some(names)}" for kind, names in groups.items() if names)


def _shape(tensor: "Tensor") -> str:
    return f"({', '.join(map(str, tensor.shape))})"
